import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Action, Decision, Plan } from '../../lib/model/plan.ts';
import type { Project, StepId } from '../../lib/model/project.ts';
import { type Played, planOf, play, prepare } from './play.ts';
import { disturb, type Random, randomFrom, randomProject, randomWorld } from './random.ts';
import { World } from './world.ts';

/** What must hold for every graph, every world and every disturbance. */

const GRAPHS = 500;
const ROUNDS = 3;

function executes(decision: Decision | undefined): boolean {
  return decision?.is === 'run';
}

function checkPlan(plan: Plan, file: Project, names: readonly StepId[], told: string): void {
  const at = new Map(plan.actions.map(({ action }, i) => [action.id, i]));
  const decisions = new Map(plan.actions.map(({ action, decision }) => [action.id, decision]));
  const used = new Set<string>();
  for (const { action, decision } of plan.actions) {
    const { step, id } = action;
    for (const before of [...step.needs, ...step.after]) {
      if (at.has(before)) assert.ok((at.get(before) as number) < (at.get(id) as number), `${told}: ${before} before ${id}`);
    }
    if (step.enabled) for (const need of step.needs) assert.ok(at.has(need), `${told}: ${id} needs ${need}, which is not selected`);
    if (!executes(decision)) continue;
    if (file.sandboxes.get(step.sandbox)?.kind !== 'local') used.add(step.sandbox);
    for (const need of step.needs) {
      const of = decisions.get(need);
      const starved = of?.is === 'skip' && of.because.code === 'not-needed';
      assert.not(starved, `${told}: ${id} executes and needs ${need}, which was left out`);
    }
  }
  assert.equal([...plan.places], [...used].sort(), `${told}: places`);
  for (const id of names) assert.ok(at.has(id), `${told}: ${id} was named`);
}

/** All that a step needs, near and far. */
function neededBy(file: Project, id: StepId): ReadonlySet<StepId> {
  const all = new Set(file.steps.get(id)?.needs);
  for (const one of all) if (file.steps.get(one)?.enabled) for (const next of file.steps.get(one)?.needs ?? []) all.add(next);
  return all;
}

/** Whatever executes finds what it needs: products here, results in its place, the sources that its fingerprint speaks of. */
function checkExecution(file: Project, world: World, id: StepId, played: Played, told: string): void {
  const step = file.steps.get(id);
  for (const need of neededBy(file, id)) {
    const one = file.steps.get(need);
    if (!one?.enabled || one.when !== 'success') continue;
    const became = played.get(need);
    const here = one.sandbox === 'local' || one.task === 'fetch-artifacts';
    if (here) assert.ok(became === 'ran' || became === 'fresh' || became === 'restored', `${told}: ${id} runs, ${need} ${became}`);
    if (!here && one.sandbox === step?.sandbox && (one.outputs === undefined || one.outputs.length > 0)) {
      assert.ok(became === 'ran' || became === 'fresh', `${told}: ${id} runs in ${one.sandbox}, ${need} ${became}`);
      if (one.task === 'sync') assert.is(became, 'ran', `${told}: ${id} runs in ${one.sandbox}, ${need} was not asked`);
    }
    if (became === 'fresh' && here) {
      for (const entry of world.store.get(world.runs.get(need)?.key ?? '')?.outputs?.entries ?? [])
        assert.ok(world.files.has(entry.path), `${told}: ${entry.path}`);
    }
  }
}

function round(file: Project, world: World, random: Random, told: string): void {
  const ids = [...file.steps.keys()];
  const names = ids.filter(() => random(3) === 0);
  if (names.length === 0) names.push(ids[0] as StepId);
  const plan = planOf(file, world, names);
  assert.equal(planOf(file, world, names), plan, `${told}: planned twice`);
  checkPlan(plan, file, names, told);
  const again = world.executed.length;
  const played = play(file, world, names, { before: (id, so) => checkExecution(file, world, id, so, told) });
  const ran = world.executed.slice(again);
  checkPrediction(plan, played, told);
  checkAgain(file, world, names, told);
  assert.is(new Set(ran).size, ran.length, `${told}: something ran twice`);
}

/** What the plan said is what happened; only what it left open may turn out either way. */
function checkPrediction(plan: Plan, played: Played, told: string): void {
  // A step whose own inputs changed while its upstream was open is expected to run; the store may know its result after all.
  const surprise = plan.actions.some(
    ({ action, key, decision }) => key === undefined && executes(decision) && played.get(action.id) !== 'ran',
  );
  for (const { action, decision } of plan.actions) {
    const became = played.get(action.id);
    const line = `${told}: ${action.id} planned ${JSON.stringify(decision)}, became ${became}`;
    switch (decision.is) {
      case 'fresh':
        assert.is(became, 'fresh', line);
        break;
      case 'restore':
        assert.is(became, 'restored', line);
        break;
      case 'skip':
        // What nobody needs may turn out to be fresh once something before it was put back.
        assert.ok(became === decision.because.code || (became === 'fresh' && decision.because.code === 'not-needed'), line);
        break;
      case 'run':
        assert.ok(became === 'ran' || (surprise && became !== undefined), line);
        break;
      default:
        assert.ok(became !== undefined && became !== 'failed', line);
    }
  }
}

/** A second run has nothing to do but what is never remembered, and what hangs on that. */
function checkAgain(file: Project, world: World, names: readonly StepId[], told: string): void {
  const { actions } = planOf(file, world, names);
  const restless = new Set<StepId>();
  for (const { action, decision } of actions) {
    const { step, draft } = action;
    const always = draft.makes.is === 'nothing' || step.when !== 'success';
    if (step.enabled && (always || step.needs.some((need) => restless.has(need)))) restless.add(action.id);
    else if (executes(decision) && draft.reads.is === 'sources' && decision.is === 'run')
      assert.is(decision.reasons[0]?.code, 'needed-there', told);
    else if (!restless.has(action.id))
      assert.ok(
        decision.is === 'fresh' || decision.is === 'skip' || waitsForNeed(action, decision),
        `${told}: ${action.id} again ${JSON.stringify(decision)}`,
      );
  }
  if (restless.size === 0) assert.equal(planOf(file, world, names).places, [], `${told}: places again`);
}

/** Stale in its place, and as long as something restless is open it is open too whether anybody needs it. */
function waitsForNeed({ draft }: Action, decision: Decision): boolean {
  return decision.is === 'maybe' && draft.makes.is === 'place';
}

test(`${GRAPHS} random graphs, ${ROUNDS} runs each`, () => {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const random = randomFrom(seed);
    const file = randomProject(random);
    const world = new World();
    randomWorld(random, world, file);
    for (let i = 0; i < ROUNDS; i++) {
      const what = i === 0 ? 'first' : disturb(random, world, file);
      round(file, world, random, `seed ${seed}, run ${i} (${what})`);
    }
  }
});

test('the same file gives the same order', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const file = randomProject(randomFrom(seed));
    const all = [...file.steps.keys()];
    assert.equal(prepare(file, all).selection.steps, prepare(file, [...all].reverse()).selection.steps);
  }
});

test.run();
