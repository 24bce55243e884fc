import { ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { QemuPlace } from './place.ts';
import { BEGIN } from './programs.ts';

/** How QEMU computes. */
export type Accelerator = 'tcg' | 'kvm';

/** What was found out about KVM. */
const TRIALS = ['closed', 'fails', 'executes'] as const;
type Trial = (typeof TRIALS)[number];

/** A /dev/kvm that opens proves nothing: in many a virtual machine it is there and no guest executes. */
export function chosenAccelerator(wanted: Accelerator | 'auto', trial: Trial): Accelerator {
  if (wanted !== 'auto') return wanted;
  return trial === 'executes' ? 'kvm' : 'tcg';
}

/**
 * $2 is nothing, $3 a device, then the words of QEMU for an accelerator; a boot sector comes by standard input. Says whether the device opens,
 * and whether the guest got as far as to say 0x21. That is tried once after each boot of the computer.
 */
const TRIAL = `${BEGIN}
[ -c "$1" ] && (: <>"$1") 2>/dev/null || { echo closed; exit 0; }
shift; boot=$(cat /proc/sys/kernel/random/boot_id)
read -r then outcome 2>/dev/null <"$root/trial" && [ "$then" = "$boot" ] && { echo "$outcome"; exit 0; }
mkdir -p -- "$root" && t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
cd -- "$t" && cat >disk && truncate -s 1M disk || exit 1
timeout -s KILL 10 qemu-system-x86_64 "$@" -nodefaults -no-user-config -display none -vga std -machine pc -m 16 \\
  -drive file=disk,format=raw,if=virtio -device isa-debug-exit,iobase=0xf4,iosize=4 >/dev/null 2>&1
[ $? -eq 67 ] && outcome=executes || outcome=fails
printf '%s %s\\n' "$boot" "$outcome" >"$root/trial.new" && mv -f -- "$root/trial.new" "$root/trial"
echo "$outcome"
`;

/** The accelerator for a start. */
export async function acceleratorAt(
  place: QemuPlace,
  wanted: Accelerator | 'auto',
  signal: AbortSignal,
): Promise<Result<Accelerator, Failure>> {
  if (wanted !== 'auto') return ok(wanted);
  const trial = await tryAccelerator(place, '/dev/kvm', acceleratorWords('kvm'), signal);
  return trial.ok ? ok(chosenAccelerator(wanted, trial.value)) : trial;
}

/** Costs up to ten seconds, once after each boot of the computer. */
export async function tryAccelerator(
  place: Pick<QemuPlace, 'ask'>,
  device: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Result<Trial, Failure>> {
  const said = await place.ask(TRIAL, undefined, [device, ...words], signal, TRIAL_GUEST);
  return said.ok ? ok(TRIALS.find((one) => one === said.value.trim()) ?? 'fails') : said;
}

export function acceleratorWords(accelerator: Accelerator): readonly string[] {
  return accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'qemu64'];
}

/** A boot sector that goes the way of a kernel into 64-bit code with pages, and says 0x21 to QEMU from there. */
const TRIAL_GUEST: Uint8Array = Buffer.concat([
  Buffer.from(
    [
      '31c0 8ed8 8ec0', //       xor ax, ax; mov ds, ax; mov es, ax
      'bf0010 b90018 fc f3ab', // three pages at 0x1000, empty
      'c70600100320', //         the first leads to the second,
      'c70600200330', //         that to the third,
      'c70600308300', //         that to the first 2 MiB of memory
      '66b800100000 0f22d8', //  mov eax, 0x1000; mov cr3, eax
      'b82000 0f22e0', //        mov ax, 0x20; mov cr4, eax: PAE
      '66b9800000c0 0f32', //    mov ecx, EFER; rdmsr
      '80cc01 0f30', //          or ah, 1; wrmsr: long mode
      'fa 660f0116677c', //      cli; lgdt [0x7c67]
      '66b801000080 0f22c0', //  mov eax, PG | PE; mov cr0, eax
      'ea527c0800', //           jmp 8:0x7c52
      '48b80000000078563412', // mov rax, 0x1234567800000000
      '48c1e83d', //             shr rax, 61
      'b021 e6f4', //            mov al, 0x21; out 0xf4, al
      'f4 ebfd', //              hlt, for ever
      '0f00 6d7c0000', //        the table of segments: 16 bytes at 0x7c6d
      '0000000000000000', //     none
      '00000000009a2000', //     code of 64 bits
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  ),
  Buffer.alloc(385),
  Buffer.from([0x55, 0xaa]),
]);
