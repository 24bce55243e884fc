import { formatDuration } from '../base/duration.ts';
import type { Json } from '../base/json.ts';
import type { PlannedStep, Stamped } from '../model/event.ts';
import type { Outcome } from '../model/outcome.ts';
import type { StepId } from '../model/project.ts';

// What the State Hub is told of a run, folded from its events: names, states and durations. Never a command, a value, a message or a word of output:
// what is not looked at cannot be told. Pure; it is told that time has gone by, and does not know how notes get to the hub.

export const NOTES = '/progress/';

export interface Note {
  /** What it is about: of two of the same kind the newer one says all. */
  readonly about: string;
  readonly body: { readonly [key: string]: Json };
}

interface Notes {
  hear(event: Stamped): readonly Note[];
  /** What there is to say of steps that go on, in milliseconds since 1970. */
  tick(now: number): readonly Note[];
}

interface Telling {
  readonly domain: string;
  /** Milliseconds from which on a step is a long one. */
  readonly interval: number;
  /** Whose ends are results of tests. */
  readonly tests: ReadonlySet<StepId>;
}

type Detail = { readonly [key: string]: Json };

export function notesOf({ domain, interval, tests }: Telling): Notes {
  const planned = new Map<StepId, PlannedStep>();
  /** Steps that are executed, and since when. */
  const running = new Map<StepId, number>();
  let run = { run: '', project: '' };
  let began = false;
  const note = (event_type: 'progress' | 'e2e_result', about: string, told: string, detail: Detail): Note => ({
    about: `${event_type} ${about}`,
    body: { domain, event_type, summary: `${run.project}: ${told}`, detail: { ...run, ...detail } },
  });
  const ofStep = (type: 'progress' | 'e2e_result', step: StepId, told: string, detail: Detail): Note => {
    const { task = '', sandbox = '' } = planned.get(step) ?? {};
    return note(type, step, `${step} ${told}`, { step, task, sandbox, ...detail });
  };
  const ended = (step: StepId, outcome: Outcome, ms: number): readonly Note[] => {
    const result = tests.has(step) ? resultOf(outcome) : undefined;
    const wasLong = running.delete(step) && ms >= interval;
    const why: Detail = outcome.is === 'failed' ? { failure: outcome.failure.code } : {};
    return [
      ...(wasLong ? [ofStep('progress', step, `${outcome.is} after ${formatDuration(ms)}`, { state: outcome.is, ms, ...why })] : []),
      ...(result === undefined ? [] : [ofStep('e2e_result', step, result, { result, ms, ...why })]),
    ];
  };
  return {
    hear(event) {
      switch (event.type) {
        case 'run-started':
          run = { run: event.run, project: event.project };
          return [];
        case 'planned':
          for (const step of event.steps) planned.set(step.id, step);
          return [];
        case 'step-started': {
          if (running.has(event.step) || planned.get(event.step)?.service) return [];
          running.set(event.step, event.at);
          if (began) return [];
          began = true;
          return [note('progress', '', 'a run began', { state: 'began' })];
        }
        case 'step-finished':
          return ended(event.step, event.outcome, event.ms);
        case 'run-finished': {
          const { exit, ms, counts } = event;
          const told = `the run ended with ${exit} after ${formatDuration(ms)}`;
          return began ? [note('progress', '', told, { state: 'ended', exit, ms, counts })] : [];
        }
        default:
          return [];
      }
    },
    tick: (now) =>
      [...running].flatMap(([step, at]) => {
        const ms = now - at;
        return ms < interval ? [] : [ofStep('progress', step, `has been running for ${formatDuration(ms)}`, { state: 'running', ms })];
      }),
  };
}

/** Of a test whose step was executed, or could not be since another one failed; undefined: nothing was tested. */
function resultOf(outcome: Outcome): 'passed' | 'failed' | undefined {
  if (outcome.is === 'succeeded') return 'passed';
  return outcome.is === 'failed' || (outcome.is === 'skipped' && outcome.because.code === 'upstream-failed') ? 'failed' : undefined;
}
