import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A resident `sh` that ends the commands of a run when sbx is killed in a way that it cannot answer (SIGKILL, out of memory): it is told
 * whether commands run by a pipe whose other end only sbx holds. If that end is gone while some ran, it ends all that carries the tag of the run.
 */
export interface Watchdog {
  /** Said before a command is started, so that no moment is unwatched. */
  begin(): void;
  /** The group of a command that was started; known by the tag where there is /proc. */
  group(group: number): void;
  end(group: number | undefined): void;
  /** It has left: after the last command nobody asked for it for a while. */
  readonly isGone: boolean;
}

/** So long it waits for another command, milliseconds: a watch has many runs. */
const IDLE = 1000;

// $1 the tag, $2 the grace in seconds, $3 the group of sbx: a script that called sbx is in it, so it is never told as a whole, though a command that
// owns the terminal is in it too. A shell reads a pipe byte by byte: so the words are short. TERM, then a look each second, then KILL, by
// environment tag (Linux; a tagged leader stands for its group), and by the groups that were told or found below.
const PROGRAM = `
trap '' HUP INT TERM
busy=
groups=
while read -r word group; do
  case $word in
    +) busy=1 ;;
    -) busy= ;;
    g) groups="$groups $group" ;;
    e)
      rest=
      for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
      groups=$rest
      ;;
  esac
done
[ -n "$busy" ] || exit 0
tag=$1
grace=$2
own=$3
tagged() { grep -ls -e "$tag" /proc/[0-9]*/environ 2>/dev/null; }
# The groups of all that hangs below $@, as long as it does: by them is known what cleared its environment.
below() {
  for one do
    read -r line <"/proc/$one/stat" || continue
    set -- ${'$'}{line##*) }
    case " 0 $own $groups " in *" $3 "*) ;; *) groups="$groups $3" ;; esac
    below $(cat /proc/$one/task/*/children)
  done 2>/dev/null
}
tell() {
  for one in $groups; do kill "-$1" "-$one" 2>/dev/null; done
  for file in $(tagged); do
    file=\${file%/environ}
    kill "-$1" "-\${file#/proc/}" 2>/dev/null
    kill "-$1" "\${file#/proc/}" 2>/dev/null
  done
}
lives() {
  for one in $groups; do kill -0 "-$one" 2>/dev/null && return 0; done
  [ -n "$(tagged)" ]
}
for file in $(tagged); do
  file=\${file%/environ}
  below "\${file#/proc/}"
done
tell TERM
tell CONT
while [ "$grace" -gt 0 ] && lives; do sleep 1; grace=$((grace - 1)); done
# A process is not seen for a moment while it becomes another program: at least twice, and until none is left.
round=0
while [ "$round" -lt 2 ] || { [ "$round" -lt 30 ] && lives; }; do
  tell KILL
  sleep 1
  round=$((round + 1))
done
`;

/** `tag` is the `NAME=value` that all commands of the run carry in their environment; `grace` in milliseconds. */
export function startWatchdog(path: string, tag: string, grace: number): Watchdog {
  const own = ownGroup();
  let child: ChildProcess | undefined = spawn('sh', ['-c', PROGRAM, 'sh', tag, String(Math.ceil(grace / 1000)), own], {
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
  // With it the tag finds the leader, and by it the group.
  const hasProc = own !== '';
  let running = 0;
  let told = false;
  let idle: NodeJS.Timeout | undefined;
  const say = (line: string): void => {
    child?.stdin?.write(line);
  };
  // Only whether anything runs is told: each write costs 70 us and wakes the shell.
  const tell = (): void => {
    if (running > 0 === told) return;
    told = running > 0;
    say(told ? '+\n' : '-\n');
  };
  return {
    begin() {
      clearTimeout(idle);
      running += 1;
      tell();
    },
    group: (group) => (hasProc ? undefined : say(`g ${group}\n`)),
    end(group) {
      running -= 1;
      if (!hasProc && group !== undefined) say(`e ${group}\n`);
      if (running > 0) return;
      setImmediate(tell);
      idle = setTimeout(() => {
        child?.stdin?.end();
        child = undefined;
      }, IDLE).unref();
    },
    get isGone() {
      return child === undefined;
    },
  };
}

/** The group of sbx; empty where there is no /proc. */
function ownGroup(): string {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2] ?? '';
  } catch {
    return '';
  }
}
