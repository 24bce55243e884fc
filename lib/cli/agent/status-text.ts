import { formatDuration } from '../../base/duration.ts';
import type { ResidentStatus } from '../../ssh/resident/words.ts';

interface Known {
  readonly socket: string;
  readonly isOwn: boolean;
  /** Undefined: it does not answer. */
  readonly state: ResidentStatus | undefined;
}

/** What `sbx agent status` says. `now`: milliseconds since 1970. */
export function statusText(agents: readonly Known[], now: number): string {
  if (agents.length === 0) return 'no resident agent runs: a run that reaches a host starts one\n';
  return agents.map((one) => `${lines(one, now).join('\n')}\n`).join('');
}

function lines({ socket, isOwn, state }: Known, now: number): readonly string[] {
  if (state === undefined) return [`the resident agent at ${socket} does not answer: sbx agent stop`];
  const { pid, version, since, idle, links, trees } = state;
  const of = isOwn ? '' : `, of sbx ${version} or another build of it`;
  const head = `resident agent: process ${pid}${of}, for ${formatDuration(now - since)}; leaves ${formatDuration(idle)} after its last use`;
  return [
    head,
    ...(links.length === 0 ? ['  no links'] : []),
    ...links.map(({ target, state: is, used }) => `  ${target}  ${is === 'ready' ? `unused for ${formatDuration(now - used)}` : is}`),
    ...trees.map(({ root, folders, used }) => `  ${root}  watched in ${folders} folders, unused for ${formatDuration(now - used)}`),
  ];
}
