import { parseDuration } from '../base/duration.ts';
import { isMap, type Plain } from '../base/plain.ts';
import { httpOf, tcpOf } from '../model/ready-text.ts';
import type { Readiness, Service } from '../model/service.ts';
import { readyShape } from '../schema/service.ts';
import { isFree, type ValueOf } from '../schema/shape.ts';
import type { Task } from '../task.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Entry } from './section.ts';

type Written = ValueOf<typeof readyShape>;

const WAYS = ['tcp', 'http', 'command', 'line'] as const;

/** Of what a service has none. */
const REFUSED = ['outputs', 'values', 'interactive', 'when', 'provides', 'releases', 'timeout', 'retry', 'pool', 'cache', 'hub'] as const;

const WHY = 'It is not remembered nor tried again, holds no slot, and lives as long as the steps that need it.';

/** What makes the step a service; undefined if it is none. `service`: the limits of a task whose steps are services, or whether the file says that it is one. */
export function readService(
  entry: Entry,
  service: NonNullable<Task['service']> | boolean,
  ready: Written | undefined,
  report: Report,
): Service | undefined {
  const field = entry.fields.get('ready');
  if (service === false) {
    if (field !== undefined)
      report.add('conflicting-keys', '`ready` is for services', { ...field, part: 'key' }, 'Write `service: true` beside it.');
    return undefined;
  }
  for (const key of REFUSED) {
    const other = entry.fields.get(key);
    if (other !== undefined) report.add('conflicting-keys', `a service cannot have \`${key}\``, { ...other, part: 'key' }, WHY);
  }
  const { deadline, interval } = readyShape.fields;
  const ms = (text: string | undefined): number | undefined => (text === undefined ? undefined : (parseDuration(text) ?? 0));
  const limits = service === true ? { deadline: ms(deadline.default), interval: ms(interval.default) } : service;
  return {
    ready: (field && ready && !hasUnknown(field.value) && readinessOf(ready, field, service !== true, report)) || {
      by: service === true ? 'start' : 'task',
    },
    deadline: ms(ready?.deadline) ?? limits.deadline ?? 0,
    interval: ms(ready?.interval) ?? limits.interval ?? 0,
  };
}

/** A key that is not known is told, and was meant to be one of the others. */
function hasUnknown(written: Plain): boolean {
  return isMap(written) && [...written.keys()].some((key) => !isFree(key) && !Object.hasOwn(readyShape.fields, key));
}

/** `byTask`: the task of the service says it, and the file no more than the limits. */
function readinessOf(ready: Written, at: Origin, byTask: boolean, report: Report): Readiness | undefined {
  const [way, second] = WAYS.filter((one) => ready[one] !== undefined);
  if (byTask) {
    const hint = 'Only `deadline` and `interval` can be said.';
    if (way !== undefined)
      report.add('conflicting-keys', `\`${way}\` is not for a task that knows when it is ready`, { ...below(at, way), part: 'key' }, hint);
    return undefined;
  }
  if (way === undefined)
    return void report.add('missing-key', '`ready` says nothing to wait for', at, 'Write one of tcp, http, command and line.');
  if (second !== undefined)
    return void report.add('conflicting-keys', `\`${way}\` and \`${second}\` cannot stand together`, { ...below(at, second), part: 'key' });
  if (ready.status !== undefined && way !== 'http')
    return void report.add('conflicting-keys', '`status` goes with `http`', { ...below(at, 'status'), part: 'key' });
  const text = ready[way] as string;
  const wrong = (message: string, hint: string): undefined => report.add('bad-value', message, below(at, way), hint) as undefined;
  switch (way) {
    case 'tcp': {
      const told = tcpOf(text);
      return 'wrong' in told ? wrong(told.wrong, told.hint) : told.ready;
    }
    case 'http': {
      const told = httpOf(text);
      if ('wrong' in told) return wrong(told.wrong, told.hint);
      return ready.status === undefined ? told.ready : { ...told.ready, status: ready.status };
    }
    case 'command':
      return { by: 'command', text };
    case 'line':
      try {
        new RegExp(text, 'u');
        return { by: 'line', pattern: text };
      } catch (thrown) {
        return wrong(
          `this is no regular expression: ${reasonOf(thrown)}`,
          'A backslash before \\ . * + ? ( ) [ ] { } | ^ $ makes it stand for itself.',
        );
      }
  }
}

/** Without the expression itself, which the engine repeats. */
function reasonOf(thrown: unknown): string {
  return (thrown as Error).message.replace(/^.*\/u?: /s, '');
}
