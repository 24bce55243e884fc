import type { Session } from '../model/sandbox.ts';

/** Prints a line if somebody listens on port $1, with the process if this user may see it. */
const WHO = `
at=$(printf :%04X "$1")
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r _ near _ state _ _ _ _ _ node _; do
  case $near.$state in *"$at.0A") ;; *) continue ;; esac
  file=$(find /proc/[0-9]*/fd -lname "socket:?$node?" 2>/dev/null | head -n 1)
  pid=\${file#/proc/}
  pid=\${pid%%/*}
  [ -z "$pid" ] || read -r name <"/proc/$pid/comm"
  echo "$pid \${name-}"
  break
done`;

/** Who listens on a port of that place, in words: ` (node, process 4711)`; empty where that cannot be seen; undefined: nobody does, as far as can be seen. */
export async function listenerAt({ program }: Pick<Session, 'program'>, port: number, signal: AbortSignal): Promise<string | undefined> {
  const end = await program(WHO, [String(port)], { signal });
  const line = end.ok ? Buffer.from(end.value.stdout).toString('utf8') : '';
  if (line === '') return undefined;
  const [pid = '', ...name] = line.trim().split(' ');
  return pid === '' ? '' : ` (${name.join(' ')}, process ${pid})`;
}
