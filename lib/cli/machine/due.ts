import { formatDuration } from '../../base/duration.ts';
import type { Io } from '../../model/io.ts';
import type { OwnedState } from '../../model/owned.ts';
import type { OwnedThing } from '../../run/owned.ts';
import { isUserDead, usersIn } from '../../run/users.ts';
import { idleLeft } from './idle.ts';
import { guestPaths } from './paths.ts';

/** A machine in the journal of owned things, as far as this computer knows it. */
interface MachineSeen {
  readonly state: OwnedState;
  /** The run that it was cloned for; absent: it is no clone. */
  readonly clone?: 'lives' | 'dead';
  readonly isUsed: boolean;
  /** It is of a created sandbox whose record is gone: that is written first and goes last. */
  readonly isLost: boolean;
  /** As `idleLeft` says. */
  readonly idle: number | 'never' | undefined;
}

/** What is to be done with it, and why. `finish`: it is seen how far it came; a half goes, a whole one stays. */
export type MachineDue =
  | { readonly is: 'remove' | 'finish' | 'stop'; readonly why: string }
  | { readonly is: 'lives' }
  | { readonly is: 'unknown'; readonly why: string };

/** `me`: a user that does not count. */
export function lookAtMachine(io: Io, state: string, { state: is, root, facts = {} }: OwnedThing, me?: string): MachineSeen {
  const { owner = '', clone } = facts;
  const { users, idle } = guestPaths(state, owner);
  return {
    state: is,
    ...(clone === undefined ? {} : { clone: isUserDead(io.files, clone) ? 'dead' : 'lives' }),
    isUsed: usersIn(io.files, users).some(({ nonce }) => nonce !== me),
    isLost: root.startsWith(`${state}/sandboxes/`) && !io.files.existsSync(`${root}.json`),
    idle: idleLeft(io, idle),
  };
}

/** Pure. The machine of a project that is whole and no clone is stopped at most: it is somebody's own. */
export function dueOfMachine({ state, clone, isUsed, isLost, idle }: MachineSeen): MachineDue {
  if (clone === 'lives') return { is: 'lives' };
  if (clone === 'dead') return { is: 'remove', why: 'the run that it was cloned for was killed' };
  if (isUsed) return { is: 'lives' };
  if (isLost) return { is: 'remove', why: 'the record of its sandbox is lost' };
  if (state === 'intent') return { is: 'finish', why: 'whoever made it was killed' };
  if (state === 'destroying') return { is: 'remove', why: 'whoever removed it was killed, or did not get there' };
  if (idle === undefined) return { is: 'unknown', why: 'the clock of this computer is before the time at which it was used last' };
  if (idle === 'never' || idle > 0) return { is: 'lives' };
  return { is: 'stop', why: `nobody has used it since its time was over, ${formatDuration(-idle)} ago` };
}
