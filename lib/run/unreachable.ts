import { formatDuration } from '../base/duration.ts';
import { type Failure, UNREACHABLE } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { SandboxSpec } from '../model/project.ts';
import type { Ledger } from './ledger.ts';
import type { Performed } from './performed.ts';

/**
 * What becomes of a step whose place cannot be reached, by the policy of the place: it fails; or it is skipped; or (`cached`) its newest remembered
 * outputs stand in for new ones, with a warning that says how old they are, and it fails if there are none. `local` is dealt with before: those steps were planned for this computer.
 * A place that must not be trusted (a changed host key) is not merely away: that fails whatever the policy.
 */
export function awayFrom(
  planned: PlannedAction,
  spec: SandboxSpec,
  failure: Failure,
  ledger: Ledger,
  now: number,
): Pick<Performed, 'outcome' | 'settled'> & { readonly warning?: string } {
  const { action } = planned;
  const gone = { is: 'gone' } as const;
  const failed = { outcome: { is: 'failed', failure: { ...failure, step: action.id } }, settled: gone } as const;
  const skipped = { outcome: { is: 'skipped', because: { code: 'unreachable' } }, settled: gone } as const;
  if (!UNREACHABLE.has(failure.code) || failure.code.startsWith('host-key')) return failed;
  switch (spec.onUnreachable) {
    case 'skip':
      return skipped;
    case 'cached': {
      // What is fetched stands in for what is made there. Nothing stands in for a command, nor for a goal of the user.
      if (action.draft.makes.is === 'place' && !action.named) return skipped;
      if (action.draft.makes.is !== 'files') return failed;
      const newest = ledger.restoreNewest(planned);
      if (newest === undefined) return failed;
      const { files, bytes, at, notes: _, ...made } = newest;
      const age = formatDuration(Math.max(0, now - at));
      return {
        outcome: { is: 'restored', files, bytes },
        settled: { is: 'done', executed: false, key: planned.key, ...made },
        warning: `${spec.name} cannot be reached: ${action.id} gives what it made ${age} ago, maybe of other sources`,
      };
    }
    default:
      return failed;
  }
}
