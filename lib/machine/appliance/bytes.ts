import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Hypervisor } from '../../model/machine.ts';
import { exitCode, lastLines, succeeded } from '../hypervisor.ts';
import type { Algorithm } from './manifest.ts';

/** A file that is looked into without being moved: what is large stays where it is. */
export interface Bytes {
  readonly size: number;
  read(offset: number, length: number): Promise<Result<Uint8Array, Failure>>;
  /** In lower-case hexadecimal. */
  digest(offset: number, length: number, algorithm: Algorithm): Promise<Result<string, Failure>>;
}

/** Opens a file; undefined: there is none. A link, a folder or a device is `special`. */
export type OpenBytes = (path: string) => Promise<Result<Bytes | 'special' | undefined, Failure>>;

/** $1 path. */
const LOOK = '[ -e "$1" ] || [ -L "$1" ] || exit 44; [ -f "$1" ] && [ ! -L "$1" ] || exit 45; wc -c <"$1"';
/** $1 path, $2 first byte from 1, $3 bytes. */
const READ = 'tail -c "+$2" -- "$1" | head -c "$3"';
/** The same, $4 the bits of SHA (1, 256, 512): coreutils, or perl's program where there are none. */
const DIGEST = `${READ} | if command -v "sha$4sum" >/dev/null 2>&1; then "sha$4sum"; else shasum -a "$4"; fi`;
const [ABSENT, SPECIAL] = [44, 45];

/** Files on the hypervisor's computer. */
export function bytesOn(hypervisor: Pick<Hypervisor, 'run'>, signal: AbortSignal): OpenBytes {
  const ask = async (program: string, path: string, ...words: readonly (string | number)[]): Promise<Result<Buffer, Failure>> => {
    const ran = await hypervisor.run(['sh', '-c', program, 'sh', path, ...words.map(String)], { signal });
    if (!ran.ok) return ran;
    if (succeeded(ran.value)) return ok(Buffer.from(ran.value.stdout));
    if (exitCode(ran.value) === ABSENT) return err({ code: 'appliance-missing', message: `there is no ${path}` });
    if (exitCode(ran.value) === SPECIAL) return err({ code: 'appliance-refused', message: `${path} is no plain file` });
    return err({ code: 'hypervisor-failed', message: `cannot read ${path}`, lastLines: lastLines(ran.value.stderr) });
  };
  return async (path) => {
    const looked = await ask(LOOK, path);
    if (!looked.ok) {
      if (looked.error.code === 'appliance-missing') return ok(undefined);
      return looked.error.code === 'appliance-refused' ? ok('special') : looked;
    }
    return ok({
      size: Number(looked.value.toString().trim()),
      read: (offset, length) => ask(READ, path, offset + 1, length),
      digest: async (offset, length, algorithm) => {
        const said = await ask(DIGEST, path, offset + 1, length, algorithm.slice(3));
        return said.ok ? ok(said.value.toString().slice(0, said.value.indexOf(' '))) : said;
      },
    });
  };
}
