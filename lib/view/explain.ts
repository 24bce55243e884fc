import { formatDuration } from '../base/duration.ts';
import { unreachable } from '../base/unreachable.ts';
import type { Difference } from '../model/difference.ts';
import type { LastRun } from '../model/look.ts';
import { asWritten } from '../model/output.ts';
import type { Decision, PlannedAction } from '../model/plan.ts';
import { expressionsOf } from '../model/script.ts';
import type { Staleness } from '../model/staleness.ts';
import { describe, describeDecision, describeSkip } from '../plan/describe.ts';
import { differenceLines } from './difference.ts';
import { documentOf } from './document.ts';
import { type HostsAsked, hostsField, NONE, withHost } from './hosts.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { recordRows } from './record.ts';
import { rows } from './rows.ts';

/** Paths of one reason that are shown; more are counted. */
const PATHS = 30;

export interface Explained {
  readonly planned: PlannedAction;
  readonly last?: LastRun;
  /** The last success that is known; of a fresh step the one that makes it so. */
  readonly good?: Good;
  /** How the step differs from what it was then; empty without one. */
  readonly changed: readonly Difference[];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly hosts?: HostsAsked;
}

type Good = Pick<LastRun, 'key' | 'at' | 'ms'>;

/** Why a step is fresh or not, what changed since it last did well, and all that can change its result. */
export function explainText({ planned, last, good, changed, now, hosts = NONE }: Explained, paint: Paint, columns?: number): string {
  const { action, decision, record, key } = planned;
  const lines = [`${paint.name(neutral(action.id))} ${verdictOf(decision)}`];
  const isNamed = changed.some((one) => one.field === 'inputs' && one.files);
  if (decision.is === 'run' || decision.is === 'maybe')
    for (const reason of decision.reasons) lines.push(...reasonLines(reason, isNamed, paint));
  if (decision.is === 'restore') {
    lines.push(...pathLines('~', decision.edited, paint), ...pathLines('-', decision.missing, paint));
  }
  if (hosts.size > 0) lines.push('', `Place: ${neutral(withHost(action.step.sandbox, hosts))}`);
  if (last) lines.push('', lastLine(last, good, now));
  if (changed.length > 0) {
    const since = last?.at === good?.at ? 'then' : 'the last success';
    lines.push('', `Changed since ${since}:`, ...differenceLines(changed, paint, expressionsOf(action.step.script)));
  }
  lines.push('', 'What counts:', ...rows(recordRows(record, action.step.script), columns));
  if (key !== undefined) lines.push('', `Key: ${key}`);
  return `${lines.join('\n')}\n`;
}

/** `Last run: failed in 4.2s, 3min ago; the last success: in 12.0s, 2h00m ago` */
function lastLine(last: LastRun, good: Good | undefined, now: number): string {
  const since = ({ ms, at }: Good): string => `in ${formatDuration(ms)}, ${formatDuration(Math.max(0, now - at))} ago`;
  if (last.is === 'cut-off') return `Last run: cut off; ${good ? `before that: succeeded ${since(good)}` : 'no success is known'}`;
  if (last.is === 'succeeded' && !last.disturbed) {
    const other = good && good.at !== last.at ? `; with what is here now: ${since(good)}` : '';
    return `Last run: succeeded ${since(last)}${other}`;
  }
  const how = last.disturbed ? 'succeeded while its inputs changed,' : last.is;
  return `Last run: ${how} ${since(last)}; ${good ? `the last success: ${since(good)}` : 'no success is known'}`;
}

export function explainJson({ planned, last, good, changed, hosts = NONE }: Explained): string {
  const { action, decision, record, key, price } = planned;
  return documentOf('explain', 1, {
    id: action.id,
    decision,
    why: describeDecision(decision),
    record: asWritten(record),
    ...(key === undefined ? {} : { key }),
    ...(price === undefined ? {} : { price }),
    ...(last === undefined ? {} : { last: { key: last.key, is: last.is, at: last.at, ms: last.ms } }),
    ...(good === undefined ? {} : { good: { key: good.key, at: good.at, ms: good.ms } }),
    ...hostsField(hosts),
    changed: asWritten(changed),
  });
}

function verdictOf(decision: Decision): string {
  switch (decision.is) {
    case 'fresh':
      return 'is fresh';
    case 'restore':
      return 'would be restored from the store:';
    case 'run':
      return 'would run:';
    case 'maybe':
      return 'would perhaps run:';
    case 'skip':
      return `would be skipped: ${neutral(describeSkip(decision.because))}`;
    default:
      return unreachable(decision);
  }
}

/** `isNamed`: the files are named below. */
function reasonLines(reason: Staleness, isNamed: boolean, paint: Paint): string[] {
  const first = `  ${neutral(describe(reason))}`;
  if (reason.code === 'inputs-changed') {
    const count = reason.changed.length + reason.added.length + reason.removed.length;
    if (count <= 1 || isNamed) return [first];
    return [
      '  inputs changed:',
      ...pathLines('~', reason.changed, paint),
      ...pathLines('+', reason.added, paint),
      ...pathLines('-', reason.removed, paint),
    ];
  }
  if ((reason.code === 'outputs-missing' || reason.code === 'outputs-edited') && reason.paths.length > 1) {
    return [first, ...pathLines(reason.code === 'outputs-edited' ? '~' : '-', reason.paths, paint)];
  }
  return [first];
}

function pathLines(mark: string, paths: readonly string[], paint: Paint): string[] {
  const lines = paths.slice(0, PATHS).map((path) => `    ${paint.dim(mark)} ${neutral(path)}`);
  if (paths.length > PATHS) lines.push(`    ${paint.dim(mark)} and ${paths.length - PATHS} more`);
  return lines;
}
