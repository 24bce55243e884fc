import type { Action, Decision } from '../model/plan.ts';
import type { SandboxName, StepId } from '../model/project.ts';
import type { Judgement } from './judgement.ts';

/** An action with what is known of it when demand is looked at. Positions are those of the list, which is in topological order. */
export interface Wanting {
  readonly action: Action;
  readonly judgement: Judgement;
  /** Its turn is over; `executed`: at least it has begun. */
  readonly settled: 'executed' | 'not-executed' | undefined;
  /** To be executed if it is not fresh, whoever needs it. */
  readonly insisted: boolean;
  /** Positions of the selected actions that it needs. */
  readonly needs: readonly number[];
}

export interface Demand {
  /** What its judgement, as it is now, comes to for the action at this position. */
  decision(i: number, now: Pick<Wanting, 'judgement' | 'insisted' | 'settled'>): Decision;
  /** Places in which something is sure to execute. */
  places(): ReadonlySet<SandboxName>;
}

/** How sure it is that something happens: 0 no, 1 perhaps (a judgement is open), 2 yes. */
type Level = 0 | 1 | 2;

/**
 * Executed only on demand: what leaves its product in a place and was not named, services, providers and releasers. All others execute when judged so.
 * Kept true: whatever executes has what it needs. Each step that it needs directly is fresh, restored or executes; so is each step of its own
 * place that it needs through others; every sync among those is asked even if it is fresh by record, for the workspace may have changed.
 */
export function demand(list: readonly Wanting[]): Demand {
  const walk = new Walk(list);
  for (let i = list.length - 1; i >= 0; i--) walk.visit(i);
  return walk;
}

/** The decision on an action that stands for itself. Nothing is expected to fail. */
export function withoutDemand(action: Action, judgement: Judgement, insisted: boolean): Decision {
  const waits = action.step.when === 'failure' && !insisted && judgement.decision.is !== 'skip';
  return waits ? { is: 'skip', because: { code: 'condition' } } : judgement.decision;
}

/** One pass from dependents to what they need. Holds until a judgement turns into another. */
class Walk implements Demand {
  readonly #list: readonly Wanting[];
  readonly #level: Uint8Array;
  readonly #direct: Uint8Array;
  /** For each place with something on demand: how surely a step that executes there needs the action, and which. */
  readonly #there = new Map<SandboxName, { readonly level: Uint8Array; readonly by: Int32Array }>();
  readonly #executes = new Map<SandboxName, Level>();
  readonly #used = new Map<SandboxName, Level>();

  constructor(list: readonly Wanting[]) {
    this.#list = list;
    this.#level = new Uint8Array(list.length);
    this.#direct = new Uint8Array(list.length);
    for (const { action } of list) {
      const place = action.step.sandbox;
      if (onDemand(action) && !this.#there.has(place)) {
        this.#there.set(place, { level: new Uint8Array(list.length), by: new Int32Array(list.length) });
      }
    }
  }

  visit(i: number): void {
    const wanting = this.#list[i] as Wanting;
    const { action, settled, needs } = wanting;
    const place = action.step.sandbox;
    if (settled === 'executed') {
      raise(this.#used, place, 2);
      // Whoever brings a place up has used it, as far as it came.
      if (action.step.provides !== undefined) raise(this.#used, action.step.provides, 2);
    }
    const wanted = this.#wanted(i, wanting);
    this.#level[i] = wanted;
    const executes = settled ? 0 : this.#execution(i, wanting, wanted);
    const user = executes > 0 && action.step.releases === undefined;
    if (user) {
      raise(this.#executes, place, executes);
      raise(this.#used, place, executes);
    }
    // What an action waits for to be judged must be made even while it is open whether the action itself executes.
    const waits = settled === undefined && wanted === 2 ? waitsOf(wanting) : NONE;
    for (const need of needs) {
      const { action: needed } = this.#list[need] as Wanting;
      // What a service contributes is known once its own turn has come, whether it is started or not.
      const level = waits.has(needed.id) && needed.step.service === undefined ? 2 : executes;
      if (level > (this.#direct[need] as number)) this.#direct[need] = level;
    }
    for (const [name, there] of this.#there) {
      const own = user && name === place ? executes : 0;
      const through = there.level[i] as Level;
      const level = Math.max(own, through);
      if (level === 0) continue;
      const by = own >= through ? i : (there.by[i] as number);
      for (const need of needs) {
        if (level < (there.level[need] as number)) continue;
        there.level[need] = level;
        there.by[need] = by;
      }
    }
  }

  decision(i: number, { judgement, insisted, settled }: Pick<Wanting, 'judgement' | 'insisted' | 'settled'>): Decision {
    const { action } = this.#list[i] as Wanting;
    const { decision } = judgement;
    const { step } = action;
    if (decision.is === 'skip' || decision.is === 'restore') return decision;
    if (step.when === 'failure' && !insisted) return withoutDemand(action, judgement, insisted);
    // A releaser comes after all users of its place, which were visited last.
    const released = step.releases === undefined ? 0 : (this.#used.get(step.releases) ?? 0);
    const level = insisted ? 2 : Math.max(this.#level[i] as number, released);
    if (decision.is === 'fresh') return settled ? decision : this.#fresh(i, action, insisted);
    if (level === 0) return { is: 'skip', because: { code: 'not-needed' } };
    return level === 1 && decision.is === 'run' ? { is: 'maybe', reasons: decision.reasons } : decision;
  }

  places(): ReadonlySet<SandboxName> {
    return new Set([...this.#executes].filter(([, level]) => level === 2).map(([name]) => name));
  }

  #wanted(i: number, wanting: Wanting): Level {
    if (own(wanting)) return 2;
    const { step } = wanting.action;
    if (step.releases !== undefined) return 0;
    const provided = step.provides === undefined ? 0 : (this.#executes.get(step.provides) ?? 0);
    return Math.max(this.#direct[i] as number, this.#there.get(step.sandbox)?.level[i] ?? 0, provided) as Level;
  }

  #execution(i: number, wanting: Wanting, wanted: Level): Level {
    const { action, judgement, insisted } = wanting;
    if (action.step.when === 'failure' && !insisted) return 0;
    switch (judgement.decision.is) {
      case 'run':
        return wanted;
      case 'maybe':
        return Math.min(wanted, 1) as Level;
      case 'fresh':
        return isSync(action) ? ((this.#there.get(action.step.sandbox)?.level[i] ?? 0) as Level) : 0;
      default:
        return 0;
    }
  }

  /** Fresh by record; but a sync whose place is about to be used is asked. */
  #fresh(i: number, action: Action, insisted: boolean): Decision {
    const there = isSync(action) ? this.#there.get(action.step.sandbox) : undefined;
    const level = there?.level[i] ?? 0;
    if (!there || level === 0) return { is: 'fresh' };
    const step: StepId = (this.#list[there.by[i] as number] as Wanting).action.id;
    return { is: level === 2 || insisted ? 'run' : 'maybe', reasons: [{ code: 'needed-there', step }] };
  }
}

/** Whether the action is executed only if another needs it or the user named it. */
export function onDemand(action: Action): boolean {
  return (
    action.draft.makes.is === 'place' ||
    action.step.service !== undefined ||
    action.step.provides !== undefined ||
    action.step.releases !== undefined
  );
}

/** Whether the action's judgement alone is not enough: somebody has to need it, or its place. */
export function asksDemand(action: Action, { decision }: Judgement): boolean {
  return onDemand(action) && (decision.is !== 'fresh' || isSync(action));
}

function own({ action, insisted }: Wanting): boolean {
  return insisted || standsForItself(action);
}

/** Executes for its own sake. */
export function standsForItself(action: Action): boolean {
  return action.named || action.forced || !onDemand(action);
}

function isSync(action: Action): boolean {
  return action.draft.reads.is === 'sources';
}

const NONE: ReadonlySet<StepId> = new Set();

function waitsOf({ judgement }: Wanting): ReadonlySet<StepId> {
  if (judgement.decision.is !== 'maybe') return NONE;
  return new Set(
    judgement.decision.reasons.flatMap((reason) =>
      reason.code === 'upstream-runs' || reason.code === 'value-unknown' ? reason.steps : [],
    ),
  );
}

function raise(levels: Map<SandboxName, Level>, place: SandboxName, level: Level): void {
  if (level > (levels.get(place) ?? 0)) levels.set(place, level);
}
