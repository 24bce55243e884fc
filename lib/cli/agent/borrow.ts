import { limitOf } from '../../io/limit.ts';
import type { Io } from '../../model/io.ts';
import type { Pairs } from '../../model/value.ts';
import type { Link } from '../../ssh/link.ts';
import { BorrowedLink } from '../../ssh/resident/borrowed-link.ts';
import { call } from '../../ssh/resident/call.ts';
import { type LentRoute, REACH_VARIABLES } from '../../ssh/resident/words.ts';
import type { Surroundings } from '../surroundings.ts';
import { agentFolder, agentSocket, isOurs } from './socket.ts';

/** Milliseconds: an agent that does not answer is waited for no longer. It does nothing that takes long before it answers. */
const ANSWER_PATIENCE = 1000;

/** A link of the resident agent, if it runs and has one. */
export async function borrow(
  surroundings: Surroundings,
  io: Io,
  route: LentRoute,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<Link | undefined> {
  const path = agentSocket(surroundings, io.files);
  if (!io.files.existsSync(path) || !isOurs(agentFolder(surroundings, io.files), io.files)) return undefined;
  using limit = limitOf(signal, ANSWER_PATIENCE);
  const called = await call(path, { ask: 'link', route, env: reachVariables(io) }, limit.signal);
  if (called.is === 'answered') {
    if (called.answer.is === 'lent' && !signal.aborted) return new BorrowedLink(path, called.answer, called.connection);
    called.connection.socket.destroy();
    if (called.answer.is === 'none') return undefined;
  }
  if (signal.aborted) return undefined;
  const how = called.is === 'absent' ? 'is gone without a word' : 'does not answer';
  note(`the resident agent of sbx ${how}: going on without it (sbx agent stop clears it away)`);
  return undefined;
}

export function reachVariables({ environment }: Io): Pairs {
  return REACH_VARIABLES.flatMap((name) => {
    const value = environment.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}
