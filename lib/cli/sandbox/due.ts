import { formatDuration } from '../../base/duration.ts';
import { type Created, leftOf, type Moment } from '../../model/created.ts';

/** Whether a sandbox that nobody is at is to be ended, and why. */
export type Due =
  | { readonly is: 'due'; readonly why: string }
  | { readonly is: 'lives' }
  /** Nobody knows how old it is: it is left as it is. */
  | { readonly is: 'unknown'; readonly why: string };

/** Pure. `now`: of this computer. */
export function dueOf(created: Created, now: Moment): Due {
  switch (created.state) {
    case 'creating':
      return { is: 'due', why: 'whoever created it was killed' };
    case 'destroying':
      return { is: 'due', why: 'whoever destroyed it was killed, or did not get there' };
    case 'failed':
      return { is: 'due', why: 'it could not be made' };
    case 'ready': {
      const left = created.lease && leftOf(created.lease, now);
      if (created.lease !== undefined && left === undefined)
        return { is: 'unknown', why: 'the clock of this computer is before the time at which it was created' };
      return left === undefined || left > 0 ? { is: 'lives' } : { is: 'due', why: `its time ran out ${formatDuration(-left)} ago` };
    }
  }
}
