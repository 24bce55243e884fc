import type { Event, PlannedStep } from '../../lib/model/event.ts';
import type { StepId } from '../../lib/model/project.ts';
import { reportHtml } from '../../lib/view/report/html.ts';
import { logsOf } from '../../lib/view/report/logs.ts';
import { type RunReport, reportOf } from '../../lib/view/report/report.ts';
import { EDITED, finished, NEW, plan, planned, SUCCEEDED, stamp, started } from './story.ts';

/** Text that would be markup, script, a control sequence or the end of an element, if anybody let it. */
export const HOSTILE =
  '</script><script>window.hacked = 1</script><img src=x onerror="hacked=2"><!-- \u2028 {{data}} ${hacked} \x1b[2J\x07 \u202e gnp.exe <b>bold</b> ]]>';

function step(id: StepId, needs: readonly StepId[] = [], more: Partial<PlannedStep> = {}): PlannedStep {
  return { ...planned(id, EDITED), needs, ...more };
}

/** Two chains over two places: what ran, what hit, what failed and what was skipped for that; each event is 100 ms after the one before. */
export function mixed(): readonly Event[] {
  return [
    started(),
    plan(
      step('sync'),
      step('build', ['sync'], { ms: 250 }),
      step('docs', [], { sandbox: 'local', decision: { is: 'restore', missing: ['site'], edited: [] } }),
      step('lint', [], { sandbox: 'local', decision: { is: 'fresh' } }),
      step('test', ['build'], { title: HOSTILE, decision: NEW }),
      step('publish', ['test', 'docs'], { sandbox: 'local', after: ['lint'] }),
    ),
    { type: 'step-finished', step: 'lint', outcome: { is: 'fresh' }, ms: 0 },
    { type: 'place-connecting', sandbox: 'vm', target: 'build@vm:22' },
    { type: 'place-connected', sandbox: 'vm', target: 'build@vm:22', workspace: '/build/hello' },
    { type: 'step-started', step: 'sync', decision: EDITED, attempt: 1 },
    { type: 'step-finished', step: 'docs', outcome: { is: 'restored', files: 3, bytes: 4096 }, ms: 50 },
    { type: 'step-finished', step: 'sync', outcome: SUCCEEDED, ms: 200 },
    { type: 'step-started', step: 'build', decision: EDITED, attempt: 1 },
    { type: 'step-output', step: 'build', text: 'Compiling\nLinking\n' },
    { type: 'step-note', step: 'build', text: 'a note' },
    { type: 'step-finished', step: 'build', outcome: SUCCEEDED, ms: 300 },
    { type: 'step-started', step: 'test', decision: NEW, attempt: 1 },
    { type: 'step-output', step: 'test', text: `first line of the failed log\n${HOSTILE}\nlast line of the failed log\n` },
    {
      type: 'step-finished',
      step: 'test',
      outcome: {
        is: 'failed',
        failure: {
          code: 'command-failed',
          message: `the command exited with 1 ${HOSTILE}`,
          command: 'cabal test',
          lastLines: ['last line'],
        },
      },
      ms: 200,
    },
    { type: 'step-finished', step: 'publish', outcome: { is: 'skipped', because: { code: 'upstream-failed', step: 'test' } }, ms: 0 },
    { type: 'warning', text: 'worth knowing' },
    finished(1, 2000),
  ];
}

/** Many steps in layers of ten, each with some output. */
export function many(count: number): readonly Event[] {
  const steps = Array.from({ length: count }, (_, at) =>
    step(`step-${at}`, at < 10 ? [] : [`step-${at - 10}`, `step-${at - (at % 10) - 1}`]),
  );
  const ran = steps.flatMap(({ id }): Event[] => [
    { type: 'step-started', step: id, decision: EDITED, attempt: 1 },
    { type: 'step-output', step: id, text: `output of ${id}\n` },
    { type: 'step-finished', step: id, outcome: SUCCEEDED, ms: 90 },
  ]);
  return [started(), plan(...steps), ...ran, finished(0, 300 * count)];
}

export function told(events: readonly Event[], past: readonly number[] = []): RunReport {
  const report = reportOf(stamp(events), () => past);
  if (report === undefined) throw new Error('the story does not begin');
  return report;
}

export function pageFor(events: readonly Event[], sources: Parameters<typeof reportHtml>[2], past: readonly number[] = []): string {
  return reportHtml(told(events, past), logsOf(stamp(events)), sources);
}
