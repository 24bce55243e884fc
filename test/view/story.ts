import type { Event, PlannedStep, Stamped } from '../../lib/model/event.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { Decision } from '../../lib/model/plan.ts';
import type { View } from '../../lib/view/view.ts';

export const EDITED: Decision = { is: 'run', reasons: [{ code: 'inputs-changed', changed: ['src/Main.hs'], added: [], removed: [] }] };
export const NEW: Decision = { is: 'run', reasons: [{ code: 'never-ran' }] };
export const FRESH: Decision = { is: 'fresh' };
export const SUCCEEDED: Outcome = { is: 'succeeded', cached: true };

/** Stamps events: the clock starts at 1,000,000 ms and goes on by 100 ms an event. */
export function stamp(events: readonly Event[]): Stamped[] {
  return events.map((event, seq) => ({ ...event, seq, at: 1_000_000 + 100 * seq }));
}

export function planned(id: string, decision: Decision, sandbox = 'vm'): PlannedStep {
  return { id, title: `title of ${id}`, task: 'shell', sandbox, needs: [], decision };
}

export function started(): Event {
  return { type: 'run-started', run: 'r1', version: '0.1.0', project: 'hello', root: '/p', named: [] };
}

export function plan(...steps: readonly PlannedStep[]): Event {
  return { type: 'planned', steps, places: [], again: false };
}

export function finished(exit: number, ms: number, counts: Partial<Record<Outcome['is'], number>> = {}): Event {
  const none = { fresh: 0, restored: 0, succeeded: 0, skipped: 0, failed: 0, cancelled: 0 };
  return { type: 'run-finished', exit, ms, counts: { ...none, ...counts } };
}

/** What a view writes for a story. */
export async function told(make: (write: (text: string) => void) => View, events: readonly Event[]): Promise<string> {
  let text = '';
  const view = make((more) => {
    text += more;
  });
  for (const event of stamp(events)) view.event(event);
  await view.end();
  return text;
}

/** A day's run: the build is stale, its tests fail, fetching is skipped. */
export function failing(): Event[] {
  return [
    started(),
    plan(planned('sync', EDITED), planned('build', EDITED), planned('test', EDITED), planned('fetch', EDITED)),
    { type: 'place-connecting', sandbox: 'vm', target: 'build@vm:22' },
    { type: 'place-connected', sandbox: 'vm', target: 'build@vm:22', workspace: '/build/hello' },
    { type: 'step-started', step: 'sync', decision: EDITED, attempt: 1 },
    { type: 'step-progress', step: 'sync', done: 1, total: 1, unit: 'files' },
    { type: 'step-finished', step: 'sync', outcome: SUCCEEDED, ms: 300 },
    { type: 'step-started', step: 'build', decision: EDITED, attempt: 1 },
    { type: 'step-output', step: 'build', text: '[1 of 1] Compiling Ma' },
    { type: 'step-output', step: 'build', text: 'in\nsrc/Main.hs:3:8: error: [GHC-88464]\n    Variable not in scope: foo\n' },
    {
      type: 'step-finished',
      step: 'build',
      outcome: {
        is: 'failed',
        failure: {
          code: 'command-failed',
          message: 'the command ended with exit code 1',
          command: 'cabal build all',
          exitCode: 1,
          lastLines: ['src/Main.hs:3:8: error: [GHC-88464]', '    Variable not in scope: foo'],
          hint: 'sbx ssh vm opens a shell there',
        },
      },
      ms: 4100,
    },
    { type: 'step-finished', step: 'test', outcome: { is: 'skipped', because: { code: 'upstream-failed', step: 'build' } }, ms: 0 },
    { type: 'step-finished', step: 'fetch', outcome: { is: 'skipped', because: { code: 'upstream-failed', step: 'build' } }, ms: 0 },
    finished(1, 4600),
  ];
}
