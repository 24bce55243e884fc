import type { Created } from '../../model/created.ts';
import { momentNow, openCreated, workerOn } from '../../run/created.ts';
import { type Due, dueOf } from '../sandbox/due.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

/** Sandboxes that were created, and which of them are to be ended. */
interface CreatedSeen {
  readonly count: number;
  readonly due: readonly { readonly id: string; readonly due: Due }[];
  readonly damaged: readonly string[];
}

export function lookAtCreated({ io, folders: { state } }: Patient): CreatedSeen {
  const { all, damaged } = openCreated(io, state).list();
  const now = momentNow(io);
  // One that somebody is at is neither half made nor half destroyed.
  const idle = all.filter(({ id }: Created) => !workerOn(io, state, id));
  return { count: all.length, due: idle.map((one) => ({ id: one.id, due: dueOf(one, now) })), damaged };
}

export function judgeCreated({ count, due, damaged }: CreatedSeen): readonly Finding[] {
  const found = due.flatMap(({ id, due: one }): readonly Finding[] => {
    if (one.is === 'lives') return [];
    return [{ is: 'warning', says: `the created sandbox ${id}: ${one.why}`, ...(one.is === 'due' ? { mend: 'sbx reap' } : {}) }];
  });
  const unread = damaged.map(
    (path): Finding => ({ is: 'warning', says: `${path} is damaged, or of another version of sbx: what it was nobody knows` }),
  );
  const fine: Finding = { is: 'ok', says: count === 0 ? 'no sandbox was created' : `${count} created, none to be ended` };
  return found.length + unread.length === 0 ? [fine] : [...found, ...unread];
}
