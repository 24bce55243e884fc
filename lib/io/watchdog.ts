import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * A resident `sh` that ends the commands of a run when sbx is killed in a way that it cannot answer (SIGKILL, out of memory): it reads which
 * commands live from a pipe whose other end only sbx holds, and acts when that end is gone. One for all steps: a line each costs microseconds.
 */
export interface Watchdog {
  /** Said before the command is started, so that no moment is unwatched; `grace` in milliseconds. */
  begin(tag: string, grace: number): void;
  group(tag: string, group: number): void;
  end(tag: string): void;
}

// Entries of `live` are tag/seconds/group. TERM, then a look each second, then KILL twice, by group and (on Linux) by environment tag.
const PROGRAM = `
trap '' HUP INT TERM
live=
while read -r word tag value; do
  rest=
  for one in $live; do [ "\${one%%/*}" = "$tag" ] || rest="$rest $one"; done
  case $word in
    begin) live="$rest $tag/$value/" ;;
    group) for one in $live; do [ "\${one%%/*}" = "$tag" ] && rest="$rest $one$value"; done; live=$rest ;;
    end) live=$rest ;;
  esac
done
[ -n "$live" ] || exit 0
grace=0
set --
for one in $live; do
  value=\${one#*/}
  value=\${value%/*}
  [ "$value" -gt "$grace" ] && grace=$value
  set -- "$@" -e "\${one%%/*}"
done
tagged() { grep -ls "$@" /proc/[0-9]*/environ 2>/dev/null; }
tell() {
  word=$1
  shift
  for one in $live; do [ -n "\${one##*/}" ] && kill "-$word" "-\${one##*/}" 2>/dev/null; done
  for file in $(tagged "$@"); do
    file=\${file%/environ}
    kill "-$word" "-\${file#/proc/}" 2>/dev/null
    kill "-$word" "\${file#/proc/}" 2>/dev/null
  done
}
lives() {
  for one in $live; do [ -n "\${one##*/}" ] && kill -0 "-\${one##*/}" 2>/dev/null && return 0; done
  [ -n "$(tagged "$@")" ]
}
tell TERM "$@"
tell CONT "$@"
while [ "$grace" -gt 0 ] && lives "$@"; do sleep 1; grace=$((grace - 1)); done
tell KILL "$@"
sleep 1
tell KILL "$@"
`;

/** With it the tag finds the leader, and by it the group. */
const HAS_PROC = existsSync('/proc/self/environ');

export function startWatchdog(path: string): Watchdog {
  let child: ChildProcess | undefined = spawn('sh', ['-c', PROGRAM], {
    cwd: '/',
    env: { PATH: path },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const lost = (): void => {
    child = undefined; // without it all works, but a SIGKILL of sbx would leave its commands behind
  };
  child.on('error', lost);
  child.stdin?.on('error', lost);
  child.unref();
  // Typed as a stream, is a socket: an open pipe must not keep sbx alive.
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  // Each write costs some 70 us: an end waits for the begin that mostly follows it, or for the end of this turn.
  let ends = '';
  const say = (line: string): void => {
    child?.stdin?.write(ends + line);
    ends = '';
  };
  return {
    begin: (tag, grace) => say(`begin ${tag} ${Math.ceil(grace / 1000)}\n`),
    group: (tag, group) => (HAS_PROC ? undefined : say(`group ${tag} ${group}\n`)),
    end(tag) {
      if (ends === '') setImmediate(() => ends !== '' && say(''));
      ends += `end ${tag}\n`;
    },
  };
}
