/**
 * Programs in POSIX sh that run where QEMU is. $1 is the folder of all machines (empty: the usual one), $2 the id of one; then what each says.
 * A machine is a folder `ID.OWNER`, so that it has an owner from its first moment to its last; a link of that name leads to what is not ours. A
 * process of QEMU is known by a word that says which machine it is, where QEMU is given it, so it is found whoever started it and whatever was
 * written down; who only speaks of a machine has the word elsewhere, and is left alone. Whoever changes a machine holds its lock.
 */

/** How a program ends when the machine is not as it must be. */
export const EXITS = { absent: 44, foreign: 45, running: 46, half: 47, off: 48, taken: 49, busy: 75 } as const;

export const BEGIN = `
umask 077; export LC_ALL=C
root=\${1:-\${XDG_STATE_HOME:-$HOME/.local/state}/sbx/machines}; id=$2; shift 2
own() { [ ! -L "$1" ] || exit ${EXITS.foreign}; }
found() { for d in "$root/$id".*; do own "$d"; [ -d "$d" ] && cd -P -- "$d" && return; done; exit ${EXITS.absent}; }
pids() {
  for f in $(printf 'sbx-%s\\n' "$id" | grep -lzxF -f - /proc/[0-9]*/cmdline 2>/dev/null); do
    case $(tr '\\000' ' ' 2>/dev/null <"$f") in *" -name sbx-$id -daemonize "*) f=\${f%/*}; echo "\${f##*/}";; esac
  done
}
off() { [ -z "$(pids)" ] || exit ${EXITS.running}; }
locked() { exec 9>>lock; flock -w "\${1:-0}" 9 || exit ${EXITS.busy}; case $(readlink /proc/$$/fd/9) in *deleted*) exit ${EXITS.busy};; esac; }
whole() { grep -q '"whole":true' machine 2>/dev/null || exit ${EXITS.half}; }
`;

/** Ends it and waits until nothing of it lives: a process that is dying still has its disks. */
const END = `
end() {
  for p in $(pids); do
    perl -e "$QMP" 3 '{"execute":"quit"}' >/dev/null 2>&1
    i=0; while living "$p" && [ $i -lt 40 ]; do sleep 0.05; i=$((i+1)); done
    living "$p" && kill -KILL "$p"
    i=0; while living "$p" && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done
  done
}
living() { case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in ''|Z*|X*) return 1;; esac; }
`;

/** Bytes. QEMU has no bound for what a guest writes to its serial port: whoever talks to QEMU cuts it down to its end. */
const MOST_SERIAL = 4 * 2 ** 20;

/** A conversation with QEMU: $1 seconds for all of it, then what is asked, as JSON; each answer is a line of JSON. Perl is there where nothing else is. */
const QMP = `QMP='
use strict;
use IO::Socket::UNIX;
$SIG{ALRM} = sub { die "QEMU does not answer in time\\n" };
alarm shift;
my $qemu = IO::Socket::UNIX->new("qmp") or die "QEMU does not answer: $!\\n";
sub answer { while (defined(my $line = <$qemu>)) { return $line if $line =~ /^\\{"(?:QMP|return|error)":/ } die "QEMU ended\\n" }
sub ask { print $qemu "$_[0]\\n"; my $line = answer(); die $line =~ /"desc": "(.*?)"[,}]/ ? "$1\\n" : $line if $line =~ /^\\{"error":/; return $line }
if (-s "serial.log" > ${MOST_SERIAL}) {
  open(my $log, "+>>", "serial.log") or die "$!\\n";
  seek($log, -65536, 2); read($log, my $end, 65536); truncate($log, 0); syswrite($log, $end);
}
answer();
ask("{\\"execute\\": \\"qmp_capabilities\\"}");
print ask($_) for @ARGV;
'
`;

/** What QEMU needs is there: one name a line for each program that is not; then its version and accelerators. */
export const PROBE = `
export LC_ALL=C
for p in qemu-system-x86_64 qemu-img perl flock; do command -v "$p" >/dev/null || echo "missing $p"; done
command -v xorriso >/dev/null && echo 'has xorriso'
command -v qemu-system-x86_64 >/dev/null || exit 0
qemu-system-x86_64 -version; qemu-system-x86_64 -accel help
`;

/** $3 owner. Says whether the import of this wish was finished: then nothing need be looked at again. */
export const FINISHED = `${BEGIN}own "$root/$id.$1"; cd -P -- "$root/$id.$1" 2>/dev/null && grep -q '"whole":true' machine 2>/dev/null && echo yes
:
`;

/** $3 owner, $4 the folder's settings while it is half done, $5 when it is whole; then for each disk where it comes from and its name here. */
export const IMPORT = `${BEGIN}
owner=$1; half=$2; all=$3; shift 3
own "$root/$id.$owner"
for d in "$root/$id".*; do [ -d "$d" ] && [ "$d" != "$root/$id.$owner" ] && exit ${EXITS.foreign}; done
mkdir -p -- "$root/$id.$owner" && cd -P -- "$root/$id.$owner" || exit 1
locked
grep -q '"whole":true' machine 2>/dev/null && exit 0
rm -f -- disk-* && printf '%s\\n' "$half" >machine || exit 1
while [ $# -gt 0 ]; do
  qemu-img convert -O qcow2 "$1" "$2" || { rm -f -- "$2"; exit 1; }
  shift 2
done
printf '%s\\n' "$all" >machine.new && mv -f machine.new machine
`;

/** $3 id of the new one, $4 owner, $5 and $6 as of import. The disks as they are now become layers that nobody writes; both go on above them. */
export const CLONE = `${BEGIN}
to=$root/$1.$2; half=$3; all=$4
own "$to"; found; locked; whole; off
for disk in disk-*; do [ -z "$(qemu-img snapshot -l "$disk")" ] || exit ${EXITS.taken}; done
mkdir -p -- "$to" && exec 8>>"$to/lock" && flock -n 8 || exit ${EXITS.busy}
grep -q '"whole":true' "$to/machine" 2>/dev/null && exit 0
rm -f -- "$to"/disk-* && printf '%s\\n' "$half" >"$to/machine" || exit 1
for disk in disk-*; do
  layer=layer-$1-$disk
  [ -e "$layer" ] || ln -- "$disk" "$layer" || exit 1
  if [ "$disk" -ef "$layer" ]; then
    qemu-img create -q -f qcow2 -b "$layer" -F qcow2 "new-$disk" && mv -f -- "new-$disk" "$disk" || exit 1
  fi
  for below in layer-*; do [ -e "$to/$below" ] || ln -- "$below" "$to/$below" || exit 1; done
  (cd "$to" && qemu-img create -q -f qcow2 -b "$layer" -F qcow2 "$disk") || exit 1
done
printf '%s\\n' "$all" >"$to/machine.new" && mv -f "$to/machine.new" "$to/machine"
`;

/** Its settings. */
export const SETTINGS = `${BEGIN}found; whole; cat machine`;

/** $3 the settings that were read, $4 those to be written instead. */
export const CHANGE = `${BEGIN}found; locked; whole; off
[ "$(cat machine)" = "$1" ] || exit ${EXITS.busy}
printf '%s\\n' "$2" >machine.new && mv -f machine.new machine
`;

/** $3... the words of QEMU. A saved state is used once: if this dies, the next start boots from the disk, which is of the same moment. */
export const START = `${BEGIN}${QMP}found; locked; whole
if [ -n "$(pids)" ]; then
  perl -e "$QMP" 10 '{"execute":"cont"}' >/dev/null
  exit
fi
rm -f qmp; : >serial.log
set -- "$@" -name "sbx-$id" -daemonize
if [ -s resume ]; then set -- "$@" -loadvm "$(cat resume)"; mv -f resume resuming; fi
i=0
until "$@" 9>&- </dev/null >/dev/null 2>said; do
  # Who held its disks a moment ago may still be dying.
  grep -q 'Failed to get .* lock' said && [ $i -lt 50 ] || { [ -e resuming ] && mv -f resuming resume; cat said >&2; exit 1; }
  i=$((i+1)); sleep 0.1
done
rm -f resuming
`;

/** Off, or what QEMU says it does; nothing if it does not answer. */
export const STATE = `${BEGIN}${QMP}found
[ -n "$(pids)" ] || { echo off; exit 0; }
perl -e "$QMP" 5 '{"execute":"query-status"}' 2>/dev/null
:
`;

/** $3 seconds, then what QEMU is asked. */
export const ASK = `${BEGIN}${QMP}found
[ -n "$(pids)" ] || exit ${EXITS.off}
exec perl -e "$QMP" "$@"
`;

/** As ASK, and nobody else changes it meanwhile. */
export const ASK_ALONE = `${BEGIN}${QMP}found; locked; whole
[ -n "$(pids)" ] || exit ${EXITS.off}
perl -e "$QMP" "$@" 9>&-
`;

export const POWER_OFF = `${BEGIN}${QMP}${END}found; end`;

/** $3 tenths of a second. */
export const WAIT_OFF = `${BEGIN}
i=0
while [ -n "$(pids)" ]; do
  [ $i -lt "$1" ] || { echo no; exit 0; }
  i=$((i+2)); sleep 0.2
done
echo yes
`;

/** $3 owner. The settings go first and the folder last, so that what is left of an interrupted removal is found, and is no whole machine. */
export const DESTROY = `${BEGIN}${QMP}${END}found
[ "\${d##*.}" = "$1" ] || exit ${EXITS.foreign}
locked 5; end
rm -f machine && find . ! -name . -prune ! -name lock -exec rm -rf {} + && cd / && rm -rf -- "$d"
`;

/** $3 a pattern that owners have; $2 is nothing. Of each machine its folder and its settings, ended by a NUL. */
export const LIST = `${BEGIN}
for d in "$root"/*.$1; do
  [ -d "$d" ] || continue
  printf '%s\\n' "\${d##*/}"; cat "$d/machine" 2>/dev/null; printf '\\000'
done
`;

/** Its notes: of each its name and its word. */
export const NOTES = `${BEGIN}found; whole
for f in note-*; do [ -f "$f" ] && printf '%s %s\\n' "\${f#note-}" "$(cat "$f")"; done
:
`;

/** $3 name of a note, $4 its word, or nothing to take it away. */
export const NOTE = `${BEGIN}found; whole
[ -n "$2" ] || { rm -f "note-$1"; exit; }
printf '%s\\n' "$2" >".note.$$" && mv -f ".note.$$" "note-$1" || { rm -f ".note.$$"; exit 1; }
`;

/** $3 name. Of one that is off. */
export const SNAPSHOT_OFF = `${BEGIN}found; locked; whole; off
for disk in disk-*; do qemu-img snapshot -c "$1" "$disk" || exit 1; done
`;

/** $3 name, $4 `memory` if it has a saved state. Of one that is off. */
export const RESTORE_OFF = `${BEGIN}found; locked; whole; off
for disk in disk-*; do qemu-img snapshot -a "$1" "$disk" || exit 1; done
rm -f resume
[ "$2" != memory ] || printf '%s\\n' "$1" >resume
`;

/** What is on its first disk, as JSON of qemu-img. */
export const DISK = `${BEGIN}found; exec qemu-img info -U --output=json disk-0.qcow2`;

/** Takes every seed away, also while it runs: it has read what it was given, and keeps the disk open. */
export const UNSEED = `${BEGIN}found; locked; whole
rm -f credential-* seed.iso
`;

/** $3... names of credentials; their values, in base64 each a line, come by standard input. */
export const SEED_CREDENTIALS = `${BEGIN}found; locked; whole; off
rm -f credential-* seed.iso
n=0
for name do
  IFS= read -r value || exit 1
  printf 'io.systemd.credential.binary:%s=%s' "$name" "$value" >"credential-$n" || exit 1
  n=$((n+1))
done
`;

/** User data and meta data in base64, each a line, come by standard input. */
export const SEED_DISK = `${BEGIN}found; locked; whole; off
rm -rf credential-* seed.iso seed; mkdir seed || exit 1
trap 'rm -rf seed' EXIT
for file in user-data meta-data; do IFS= read -r value && printf %s "$value" | base64 -d >"seed/$file" || exit 1; done
xorriso -as mkisofs -quiet -volid cidata -joliet -rock -o seed.iso seed
`;

/** What it said last: its serial port, a NUL, and QEMU itself. */
export const DIAGNOSTICS = `${BEGIN}found
tail -n 40 serial.log 2>/dev/null | tail -c 8192; printf '\\000'; tail -n 10 said 2>/dev/null
:
`;

/** Which files give the next start something: the number of credentials, and whether there is a disk for cloud-init. */
export const SEEDS = `${BEGIN}found
n=0; while [ -e "credential-$n" ]; do n=$((n+1)); done
[ -e seed.iso ] && echo "$n disk" || echo "$n"
`;
