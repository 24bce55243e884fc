/** A run that is over, as its journal tells it: what became of each step, and what counted for those that executed. */
import type { PastRun, PastStep } from '../model/past-run.ts';
import type { StepId } from '../model/project.ts';
import { keyOf } from '../plan/fingerprint.ts';
import type { JournalRead } from './journal.ts';

export function pastRun(run: string, { events }: JournalRead): PastRun {
  const steps = new Map<StepId, PastStep>();
  const add = (step: StepId, more: PastStep): void => void steps.set(step, { ...steps.get(step), ...more });
  let exit: number | undefined;
  for (const event of events) {
    switch (event.type) {
      case 'planned':
        for (const { id } of event.steps) add(id, {});
        break;
      case 'step-started':
        add(event.step, { decision: event.decision });
        break;
      case 'step-fingerprint': {
        const { step, record, key = keyOf(record), inputs } = event;
        add(step, { record, key, ...(inputs ? { inputs } : {}) });
        break;
      }
      case 'step-finished':
        add(event.step, { outcome: event.outcome, ...(event.key === undefined ? {} : { key: event.key }) });
        break;
      case 'run-finished':
        exit = event.exit;
        break;
      default:
    }
  }
  return { run, at: events[0]?.at ?? 0, ...(exit === undefined ? {} : { exit }), steps };
}
