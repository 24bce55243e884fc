import { spawn } from 'node:child_process';
import type { Io } from '../../model/io.ts';
import type { LentRoute, Question } from '../../ssh/resident/words.ts';
import type { Surroundings } from '../surroundings.ts';
import { reachVariables } from './borrow.ts';
import { programOf } from './socket.ts';

/** What it needs beyond what says how hosts are reached: where its socket lies, and how long it stays. */
const OWN: ReadonlySet<string> = new Set(['XDG_RUNTIME_DIR', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'SBX_AGENT_IDLE', 'LANG']);

/** Starts the resident agent and leaves it alone. It finds out by itself whether there is one already. It is told of one host at once, so that the next run finds a link. */
export function startResident(surroundings: Surroundings, io: Io, route: LentRoute): void {
  const env = reachVariables(io);
  const own = [...surroundings.environment].filter(([name]) => OWN.has(name));
  const child = spawn(surroundings.node, [programOf(surroundings), 'agent', 'serve'], {
    cwd: '/',
    // Nothing of a run is in it: what is swept away by its tag is not the agent.
    env: Object.fromEntries([...own, ...env]),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => {}); // the runs do without it
  child.stdin.on('error', () => {});
  const question: Question = { ask: 'link', route, env };
  child.stdin.end(JSON.stringify(question));
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
}
