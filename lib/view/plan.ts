import { formatDuration } from '../base/duration.ts';
import { formatSize } from '../base/size.ts';
import type { Decision, Plan, PlannedAction } from '../model/plan.ts';
import { LOCAL } from '../model/project.ts';
import { describeDecision } from '../plan/describe.ts';
import { hitOrMiss } from '../plan/hit.ts';
import { total } from '../plan/price.ts';
import { documentOf } from './document.ts';
import { type HostsAsked, hostsField, NONE, withHost } from './hosts.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { type Cell, rows } from './rows.ts';

/** What a run would do, why, and what it costs as far as history tells. */
export function planText(plan: Plan, paint: Paint, columns?: number, hosts: HostsAsked = NONE): string {
  return `${[
    ...rows(
      plan.actions.map((planned) => rowOf(planned, paint)),
      columns,
    ),
    totalLine(plan, hosts),
  ].join('\n')}\n`;
}

function rowOf({ action, decision, price }: PlannedAction, paint: Paint): (string | Cell)[] {
  const cost = [price?.ms === undefined ? '' : formatDuration(price.ms), price?.bytes === undefined ? '' : formatSize(price.bytes)];
  const place = action.step.sandbox === LOCAL ? '' : action.step.sandbox;
  const verdict = { text: decision.is, paint: paintOf(decision, paint) };
  const hit = { text: hitOrMiss(decision) ?? '', paint: paint.dim };
  return [verdict, hit, { text: action.id, paint: paint.name }, place, cost.filter(Boolean).join(', '), describeDecision(decision)];
}

function paintOf(decision: Decision, paint: Paint): (text: string) => string {
  if (decision.is === 'fresh' || decision.is === 'skip') return paint.dim;
  return decision.is === 'restore' ? paint.good : paint.warn;
}

/** `2 would run, 1 perhaps, 3 fresh; about 12.3s and 4.0 KiB; reaches vm` */
function totalLine(plan: Plan, hosts: HostsAsked): string {
  const count = (is: Decision['is']): number => plan.actions.filter(({ decision }) => decision.is === is).length;
  const counts: readonly (readonly [number, string])[] = [
    [count('run'), 'would run'],
    [count('maybe'), 'perhaps'],
    [count('restore'), 'would be restored'],
    [count('fresh'), 'fresh'],
    [count('skip'), 'skipped'],
  ];
  const parts = counts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  const { ms, bytes, unpriced } = total(plan.actions);
  const idle = count('run') + count('maybe') + count('restore') === 0;
  const first = idle && count('fresh') > 0 ? 'everything is fresh' : parts.join(', ') || 'nothing to run';
  const known = [ms > 0 ? formatDuration(ms) : '', bytes > 0 ? formatSize(bytes) : ''].filter(Boolean);
  const cost = known.length > 0 ? `; about ${known.join(' and ')}` : '';
  const unknown = unpriced > 0 && ms > 0 ? `, ${unpriced} never measured` : '';
  const remote = plan.actions.some(({ action }) => action.step.sandbox !== LOCAL);
  const reach =
    plan.places.length > 0
      ? `; reaches ${plan.places.map((name) => neutral(withHost(name, hosts))).join(', ')}`
      : remote
        ? '; no place is reached'
        : '';
  return first + cost + unknown + reach;
}

export function planJson(plan: Plan, hosts: HostsAsked = NONE): string {
  return documentOf('plan', 1, {
    places: plan.places,
    ...hostsField(hosts),
    total: total(plan.actions),
    steps: plan.actions.map((planned) => ({
      id: planned.action.id,
      task: planned.action.step.task,
      sandbox: planned.action.step.sandbox,
      title: planned.action.draft.title,
      needs: planned.action.step.needs,
      named: planned.action.named,
      decision: planned.decision,
      why: describeDecision(planned.decision),
      ...hitField(planned.decision),
      ...(planned.key === undefined ? {} : { key: planned.key }),
      ...(planned.price === undefined ? {} : { price: planned.price }),
    })),
  });
}

function hitField(decision: Decision): { readonly cache?: 'hit' | 'miss' } {
  const cache = hitOrMiss(decision);
  return cache === undefined ? {} : { cache };
}

/** Whether a run would execute and restore nothing. */
export function isUpToDate(plan: Plan): boolean {
  return plan.actions.every(({ decision }) => decision.is === 'fresh' || decision.is === 'skip');
}

/** The steps that are not up to date, or that all is. */
export function statusText(plan: Plan, paint: Paint, columns?: number): string {
  const stale = plan.actions.filter(({ decision }) => decision.is !== 'fresh' && decision.is !== 'skip');
  if (stale.length === 0) return `${paint.good('up to date')}\n`;
  const table = stale.map(({ action, decision }) => [{ text: action.id, paint: paint.name }, describeDecision(decision)]);
  return `${[paint.warn('not up to date:'), ...rows(table, columns)].join('\n')}\n`;
}

export function statusJson(plan: Plan): string {
  const stale = plan.actions.filter(({ decision }) => decision.is !== 'fresh' && decision.is !== 'skip');
  const steps = stale.map(({ action, decision }) => ({ id: action.id, decision, why: describeDecision(decision) }));
  return documentOf('status', 1, { upToDate: stale.length === 0, stale: steps });
}
