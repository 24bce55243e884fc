import { formatDuration } from '../base/duration.ts';
import { asWritten } from '../model/output.ts';
import type { PastRun, PastStep, RunChanges, StepChange } from '../model/past-run.ts';
import type { StepId } from '../model/project.ts';
import { describeDecision } from '../plan/describe.ts';
import { differenceLines } from './difference.ts';
import { documentOf } from './document.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { rows } from './rows.ts';

/** Two runs and how they differ. */
interface RunsExplained extends RunChanges {
  readonly former: PastRun;
  readonly latter: PastRun;
  /** What the variables of the command of a step stand for. */
  readonly expressions: (step: StepId) => ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function runChangesText(explained: RunsExplained, paint: Paint): string {
  const { former, latter, steps, alike, now } = explained;
  const head = [former, latter].map(({ run, at, exit }) => [
    run,
    `${formatDuration(Math.max(0, now - at))} ago`,
    exit === undefined ? 'cut off' : `exit ${exit}`,
  ]);
  const lines = [...rows(head, undefined), ''];
  for (const change of steps) lines.push(...changeLines(change, explained, paint));
  const count = `${alike} ${alike === 1 ? 'step' : 'steps'}`;
  lines.push(steps.length === 0 ? `no difference: ${count} with the same outcome and key` : `${count} with the same outcome and key`);
  return `${lines.join('\n')}\n`;
}

function changeLines({ step, from, to, changed }: StepChange, { expressions }: RunsExplained, paint: Paint): string[] {
  const name = paint.name(neutral(step));
  if (!from || !to) return [`${name} only in the ${from ? 'former' : 'latter'}: ${outcomeText(from ?? to)}`, ''];
  const first = `${name} ${outcomeText(from)} -> ${outcomeText(to)}`;
  if (changed === undefined) return [first, `  what counted for it is not known of ${unknownOf(from, to)}`, ''];
  if (changed.length > 0) return [first, ...differenceLines(changed, paint, expressions(step)), ''];
  const why = [...whyLine('former', from), ...whyLine('latter', to)];
  return [first, '  the same key: nothing that counts differs', ...why, ''];
}

function unknownOf(from: PastStep, to: PastStep): string {
  if (from.key !== undefined && to.key !== undefined) return 'at least one of them any more';
  return from.key !== undefined ? 'the latter' : to.key !== undefined ? 'the former' : 'either';
}

function whyLine(which: string, { decision }: PastStep): string[] {
  const why = decision ? describeDecision(decision) : '';
  return why === '' ? [] : [`  it ran in the ${which}: ${neutral(why)}`];
}

function outcomeText(step: PastStep | undefined): string {
  if (step?.outcome === undefined) return 'cut off';
  return step.outcome.is === 'failed' ? `failed (${neutral(step.outcome.failure.message)})` : step.outcome.is;
}

export function runChangesJson({ former, latter, steps, alike }: RunsExplained): string {
  const side = (step: PastStep) => ({ outcome: step.outcome ?? null, decision: step.decision ?? null, key: step.key ?? null });
  return documentOf('explain-runs', 1, {
    former: { run: former.run, at: former.at, exit: former.exit ?? null },
    latter: { run: latter.run, at: latter.at, exit: latter.exit ?? null },
    steps: steps.map(({ step, from, to, changed }) => ({
      id: step,
      ...(from ? { former: side(from) } : {}),
      ...(to ? { latter: side(to) } : {}),
      ...(changed ? { changed: asWritten(changed) } : {}),
    })),
    alike,
  });
}
