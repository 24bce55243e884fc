import type { Look } from '../model/look.ts';
import type { Asked } from '../model/output.ts';
import type { Action, Decision, Plan, PlannedAction } from '../model/plan.ts';
import { LOCAL, type Project, type SandboxName, type StepId } from '../model/project.ts';
import { asksDemand, type Demand, demand, onDemand, type Wanting, withoutDemand } from './demand.ts';
import { newShared } from './fingerprint.ts';
import { feeders, willAct, writesHere } from './flows.ts';
import { filledAction, type Giving, lastOutput, outputOf } from './given.ts';
import { judge } from './judge.ts';
import type { Judgement, PlanOptions, Upstream } from './judgement.ts';
import type { Planning, Settled } from './planning.ts';
import { priceOf } from './price.ts';
import { actual, lastKnown, predicted } from './upstream.ts';

/** The decisions of a run from its first look to its last step. */
export function openPlanning(project: Project, actions: readonly Action[], look: Look, options: PlanOptions = {}): Planning {
  return new Deciding(project, actions, look, options);
}

/** Lives as long as a run. Positions are those of `actions`, which are in topological order. */
class Deciding implements Planning {
  readonly #project: Project;
  readonly #actions: readonly Action[];
  readonly #look: Look;
  readonly #options: PlanOptions;
  readonly #shared = newShared();
  readonly #position: ReadonlyMap<StepId, number>;
  readonly #needs: readonly (readonly number[])[];
  readonly #dependents: readonly number[][];
  /** Position of the sync whose tree the action reads. */
  readonly #feeder: readonly (number | undefined)[];
  readonly #judgements: Judgement[] = [];
  readonly #upstream: Upstream[] = [];
  readonly #settled: (Settled | undefined)[];
  readonly #insisted = new Set<number>();
  /** Not executed because nobody needed them, though they are not fresh. */
  readonly #left = new Set<number>();
  /** What they need has changed since they were judged. */
  readonly #outdated = new Set<number>();
  /** Steps that may have written in the project so far, and how many there were when each action was judged. */
  #writes = 0;
  readonly #writesSeen: number[] = [];
  /** Whether the action, or what it needs, will still write in the project. */
  readonly #writer: boolean[] = [];
  /** Whether anything is executed only on demand; without, every action stands for itself. */
  readonly #demands: boolean;
  #demand: Demand | undefined;
  /** Whether something settled since that was made: then it does not know whether a place was used. */
  #settledSince = false;

  constructor(project: Project, actions: readonly Action[], look: Look, options: PlanOptions) {
    this.#project = project;
    this.#actions = actions;
    this.#look = look;
    this.#options = options;
    const position = new Map(actions.map((action, i) => [action.id, i]));
    this.#position = position;
    this.#demands = actions.some(onDemand);
    this.#needs = actions.map(({ step }) => step.needs.map((id) => position.get(id)).filter((i) => i !== undefined));
    this.#feeder = feeders(actions, this.#needs);
    this.#dependents = actions.map(() => []);
    for (const i of actions.keys()) for (const before of this.#reads(i)) this.#dependents[before]?.push(i);
    this.#settled = actions.map(() => undefined);
    for (const i of actions.keys()) this.#judge(i);
  }

  snapshot(): Plan {
    const actions = this.#actions.map((_, i) => this.#planned(i));
    const reached = [...this.#places()].filter((name) => name !== LOCAL && this.#project.sandboxes.get(name)?.kind !== 'local');
    return { actions, places: reached.sort() };
  }

  decide(step: StepId): PlannedAction {
    const i = this.#at(step);
    if (!this.#settled[i] && !this.#stands(i) && this.#judge(i)) this.#spread(i);
    return this.#planned(i);
  }

  settle(step: StepId, settled: Settled): void {
    const i = this.#at(step);
    const action = this.#actions[i] as Action;
    const decision = this.#decision(i);
    const leftAlone = decision?.is === 'skip' && decision.because.code === 'not-needed';
    if (leftAlone && settled.is === 'gone') this.#left.add(i);
    this.#settled[i] = settled;
    this.#settledSince = true;
    this.#contribute(i, actual(action, settled, this.#upstream[i] as Upstream, leftAlone, this.#options));
    if (settled.is === 'done' && willAct(decision)) {
      this.#writes += 1;
      for (const next of this.#dependents[i] ?? []) this.#outdated.add(next);
    }
    this.#spread(i);
  }

  judgeAnew(): void {
    for (const i of this.#actions.keys()) if (!this.#settled[i] && !this.#leansOnLeft(i)) this.#judge(i);
    this.#demand = undefined;
  }

  insist(step: StepId): void {
    this.#insisted.add(this.#at(step));
    this.#demand = undefined;
  }

  /** Judges those anew that waited for what is now known of `from`. All others are judged when their turn comes. */
  #spread(from: number): void {
    const todo = [from];
    for (const at of todo) {
      for (const i of this.#dependents[at] ?? []) {
        if (this.#settled[i] || this.#judgements[i]?.decision.is !== 'maybe') continue;
        if (this.#judge(i)) todo.push(i);
      }
    }
  }

  /**
   * Whether a judgement holds without another look. A fresh step stays so unless something ran meanwhile that it reads, so a run in which nothing
   * is done looks at everything once. And what was found not to need a step that was then left alone must not change its mind:
   * a file that is edited during the run counts in the next one.
   */
  #stands(i: number): boolean {
    if (this.#leansOnLeft(i)) return true;
    if (!this.#isHit(i)) return false;
    const { reads } = (this.#actions[i] as Action).draft;
    const looksHere = reads.is === 'files' || reads.is === 'sources';
    return !this.#outdated.has(i) && !(looksHere && this.#writesSeen[i] !== this.#writes);
  }

  #leansOnLeft(i: number): boolean {
    return this.#isHit(i) && this.#reads(i).some((before) => this.#left.has(before));
  }

  #isHit(i: number): boolean {
    const { decision } = this.#judgements[i] as Judgement;
    return decision.is === 'fresh' || decision.is === 'restore';
  }

  /** Whether the judgement says something else than before. */
  #judge(i: number): boolean {
    const action = this.#actions[i] as Action;
    const before = this.#judgements[i];
    const ahead: StepId[] = [];
    for (const need of this.#needs[i] as readonly number[]) {
      if (this.#writer[need] && !this.#settled[need]) ahead.push((this.#actions[need] as Action).id);
    }
    const judgement = judge(
      {
        project: this.#project,
        action,
        upstream: (id) => {
          const at = this.#position.get(id);
          return at === undefined ? lastKnown(id, this.#look) : this.#upstream[at];
        },
        gives: (asked) => this.#gives(asked),
        feeding: this.#feeding(i),
        ahead,
        options: this.#options,
        shared: this.#shared,
      },
      this.#look,
    );
    this.#writer[i] = action.step.enabled && (ahead.length > 0 || (willAct(judgement.decision) && writesHere(action)));
    this.#judgements[i] = judgement;
    this.#outdated.delete(i);
    this.#writesSeen[i] = this.#writes;
    this.#contribute(i, predicted(action, judgement, this.#look, this.#options));
    // What an action needs settles before it does, so that demand changes only with judgements.
    if (before?.decision.is !== judgement.decision.is || judgement.decision.is === 'maybe') this.#demand = undefined;
    return before?.decision.is !== judgement.decision.is || before.key !== judgement.key;
  }

  #contribute(i: number, now: Upstream): void {
    const before = this.#upstream[i];
    this.#upstream[i] = now;
    if (!before || (before.is === now.is && (before.is !== 'digest' || now.is !== 'digest' || before.digest === now.digest))) return;
    for (const next of this.#dependents[i] ?? []) this.#outdated.add(next);
  }

  #gives(asked: Asked): Giving {
    const i = this.#position.get(asked.step);
    if (i === undefined) return lastOutput(asked, this.#look);
    if (this.#left.has(i)) return { is: 'lost' };
    return outputOf(asked, this.#actions[i] as Action, this.#judgements[i] as Judgement, this.#settled[i], this.#look);
  }

  #feeding(i: number): Action | 'unknown' | undefined {
    const feeder = this.#feeder[i];
    if (feeder === undefined || (this.#settled[feeder] && !this.#left.has(feeder))) return undefined;
    const { decision, key } = this.#judgements[feeder] as Judgement;
    if (decision.is === 'skip') return undefined;
    return key === undefined ? 'unknown' : this.#actions[feeder];
  }

  #reads(i: number): readonly number[] {
    const needs = this.#needs[i] as readonly number[];
    const feeder = this.#feeder[i];
    return feeder === undefined || needs.includes(feeder) ? needs : [...needs, feeder];
  }

  #demanded(): Demand {
    if (this.#demand === undefined) this.#settledSince = false;
    this.#demand ??= demand(this.#actions.map((_, i) => this.#wanting(i)));
    return this.#demand;
  }

  #wanting(i: number): Wanting {
    const settled = this.#settled[i];
    return {
      action: this.#actions[i] as Action,
      judgement: this.#judgements[i] as Judgement,
      settled: settled && ((settled.is === 'done' ? settled.executed : settled.begun) ? 'executed' : 'not-executed'),
      insisted: this.#insisted.has(i),
      needs: this.#needs[i] as readonly number[],
    };
  }

  #places(): Iterable<SandboxName> {
    if (this.#demands) return this.#demanded().places();
    const run = this.#actions.filter((_, i) => !this.#settled[i] && this.#decision(i).is === 'run');
    return new Set(run.map((action) => action.step.sandbox));
  }

  #decision(i: number): Decision {
    const action = this.#actions[i] as Action;
    const judgement = this.#judgements[i] as Judgement;
    if (!asksDemand(action, judgement)) return withoutDemand(action, judgement, this.#insisted.has(i));
    // Whether a place was used is known when its users have settled.
    if (action.step.releases !== undefined && this.#settledSince) this.#demand = undefined;
    return this.#demanded().decision(i, this.#wanting(i));
  }

  #planned(i: number): PlannedAction {
    const judgement = this.#judgements[i] as Judgement;
    const action = filledAction(this.#actions[i] as Action, judgement);
    const { record, key } = judgement;
    const decision = this.#decision(i);
    const price = priceOf(action, decision, key, this.#look);
    return { action, decision, record, ...(key === undefined ? {} : { key }), ...(price ? { price } : {}) };
  }

  #at(step: StepId): number {
    const i = this.#position.get(step);
    if (i === undefined) throw new Error(`step ${step} is not in this plan`);
    return i;
  }
}
