import type { Digest } from '../base/digest.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { LastRun, Look } from '../model/look.ts';
import type { Asked, Outputs, OutputValue } from '../model/output.ts';
import type { Action, Decision } from '../model/plan.ts';
import { LOCAL, type Project, type StepId } from '../model/project.ts';
import { expressionsOf } from '../model/script.ts';
import type { Staleness } from '../model/staleness.ts';
import type { Tree } from '../model/tree.ts';
import { uncacheable } from './cacheable.ts';
import { keyOf, recordOf, type Shared } from './fingerprint.ts';
import { type Given, type Giving, givenTo, hasValues } from './given.ts';
import type { Judgement, PlanOptions, Upstream } from './judgement.ts';
import { differences, treeDifference } from './staleness.ts';

interface Question {
  readonly project: Project;
  readonly action: Action;
  /** What each needed step contributes; undefined: nothing is known of it. */
  readonly upstream: (need: StepId) => Upstream | undefined;
  readonly gives: (asked: Asked) => Giving;
  /** The sync of this run whose tree the action reads and that has not run yet; 'unknown': what it will send is not known yet. */
  readonly feeding: Action | 'unknown' | undefined;
  /** Needed steps that will write in the project before it is the action's turn, or that wait for such. */
  readonly ahead: readonly StepId[];
  readonly options: PlanOptions;
  readonly shared: Shared;
}

/** What is known of an action; `record` holds the last known values for what is not. */
interface Facts {
  readonly record: FingerprintRecord;
  readonly key: Digest | undefined;
  readonly inputs: Tree | undefined;
  /** Needed steps whose contribution is known only after they ran, and those that ran and are not remembered. */
  readonly waits: readonly StepId[];
  readonly ran: readonly StepId[];
  /** Commands among its inputs, if they were not run. */
  readonly notRun: readonly string[];
  readonly given: Given;
  readonly placeKnown: boolean;
  readonly last: LastRun | undefined;
}

/** The one decision that plan, explain and run share. Looks at nothing that it does not need. */
export function judge(question: Question, look: Look): Judgement {
  const facts = factsOf(question, look);
  const { record, key, given } = facts;
  const decision = inTime(decide(question, facts, look), question);
  return { decision, record, ...(key === undefined ? {} : { key }), ...(given.unknown.length > 0 ? { open: given.unknown } : {}) };
}

/** Inputs that differ while something upstream is about to be put back may be the same again by then. */
function inTime(decision: Decision, { action, ahead }: Question): Decision {
  if (decision.is !== 'run' || ahead.length === 0 || action.draft.reads.is !== 'files') return decision;
  return decision.reasons.every((reason) => reason.code === 'inputs-changed')
    ? { is: 'maybe', reasons: [{ code: 'upstream-runs', steps: ahead }] }
    : decision;
}

function decide({ project, action, options }: Question, facts: Facts, look: Look): Decision {
  const { step, draft } = action;
  if (step.onlyOn) return { is: 'skip', because: { code: 'platform', platforms: step.onlyOn } };
  if (!step.enabled) return { is: 'skip', because: { code: 'disabled' } };
  if (action.forced) return { is: 'run', reasons: [{ code: 'forced' }] };
  const because = uncacheable(action, options);
  if (because !== undefined) {
    const ran: readonly Staleness[] = because === 'service' && facts.ran.length > 0 ? [{ code: 'upstream-ran', steps: facts.ran }] : [];
    return { is: 'run', reasons: [{ code: 'not-cacheable', because }, ...ran] };
  }
  if (draft.makes.is === 'nothing') return { is: 'run', reasons: [{ code: 'not-remembered' }] };
  if (facts.key === undefined || facts.ran.length > 0) return unsure(action, facts, look);
  if (draft.reads.is === 'sources') return isHere(project, action) ? { is: 'fresh' } : judgeSync(action, facts, look);
  if (draft.makes.is === 'place') {
    const holds = look.place(step.sandbox)?.holds[step.id] === facts.key;
    if (holds && hasValues(step, facts.key, look)) return { is: 'fresh' };
    return { is: 'run', reasons: reasonsOf(action, facts, look, holds ? 'record-lost' : 'place-holds-other') };
  }
  const remembered = look.remembered(facts.key);
  if (!remembered || !hasValues(step, facts.key, look)) return { is: 'run', reasons: reasonsOf(action, facts, look, 'record-lost') };
  if (draft.makes.is === 'verdict') return { is: 'fresh' };
  const { missing, edited, extra, restorable, unreadable } = look.outputs(action, remembered);
  if (unreadable !== undefined) return { is: 'run', reasons: [{ code: 'outputs-unreadable', because: unreadable }] };
  if (missing.length + edited.length + extra.length === 0) return { is: 'fresh' };
  if (restorable) return { is: 'restore', missing, edited };
  const reasons: Staleness[] = [];
  if (edited.length > 0) reasons.push({ code: 'outputs-edited', paths: edited });
  if (missing.length > 0) reasons.push({ code: 'outputs-missing', paths: missing });
  return { is: 'run', reasons: reasons.length > 0 ? reasons : [{ code: 'record-lost' }] };
}

/** Something is not known, or a step ran that is not remembered. */
function unsure(action: Action, facts: Facts, look: Look): Decision {
  const own = facts.last ? ownReasons(action, facts, look) : [{ code: 'never-ran' } as const];
  const ran: readonly Staleness[] = facts.ran.length > 0 ? [{ code: 'upstream-ran', steps: facts.ran }] : [];
  const { given } = facts;
  const values: readonly Staleness[] = given.unknown.length > 0 ? [{ code: 'value-unknown', names: given.unknown, steps: given.by }] : [];
  const others = facts.waits.filter((id) => !given.waits.includes(id));
  const waits: readonly Staleness[] = others.length > 0 ? [...values, { code: 'upstream-runs', steps: others }] : values;
  const open: readonly Staleness[] = facts.notRun.length > 0 ? [...waits, { code: 'command-not-run', commands: facts.notRun }] : waits;
  // Nobody will know them: it fails when it is its turn, and says so.
  if (given.unknown.length > 0 && given.waits.length === 0 && others.length === 0) return { is: 'run', reasons: [...own, ...values] };
  // A sync asks its receipt, not its last record: as long as its tree is open nothing can be said.
  const decided = action.draft.reads.is === 'sources' ? [] : [...own, ...ran];
  if (decided.length > 0 || open.length === 0) return { is: 'run', reasons: decided };
  return { is: 'maybe', reasons: open };
}

function judgeSync(action: Action, facts: Facts, look: Look): Decision {
  const { sandbox } = action.step;
  const receipt = look.receipt(sandbox);
  const { inputs } = facts;
  if (!receipt) {
    const { last } = facts;
    const code = last === undefined ? 'never-ran' : last.is === 'succeeded' ? 'record-lost' : (`${last.is}-before` as const);
    return { is: 'run', reasons: [{ code }] };
  }
  if (inputs && receipt.tree.digest !== inputs.digest) return { is: 'run', reasons: [treeDifference(receipt.tree, inputs)] };
  // What was kept there is asked for again, until it is alike.
  if (receipt.kept || look.place(sandbox)?.receipt !== receipt.id) return { is: 'run', reasons: [{ code: 'place-holds-other' }] };
  return { is: 'fresh' };
}

function reasonsOf(action: Action, facts: Facts, look: Look, otherwise: 'record-lost' | 'place-holds-other'): readonly Staleness[] {
  if (!facts.last) return [{ code: 'never-ran' }];
  const own = ownReasons(action, facts, look);
  return own.length > 0 ? own : [{ code: facts.last.disturbed ? 'disturbed-before' : otherwise }];
}

/** How the action differs from when it last ran, and whether that was no success. */
function ownReasons(action: Action, facts: Facts, look: Look): readonly Staleness[] {
  const { last, record } = facts;
  if (!last) return [];
  const { sandbox, script } = action.step;
  const reasons: Staleness[] = [];
  if (!facts.placeKnown) reasons.push({ code: 'place-unknown', sandbox });
  if (last.key !== facts.key) {
    const trees = {
      before: () => (last.record.inputs === null ? undefined : look.formerInputs(last.record.inputs)),
      after: () => facts.inputs,
    };
    reasons.push(...differences(last.record, record, { sandbox, expressions: expressionsOf(script) }, trees));
  }
  if (last.is !== 'succeeded') reasons.push({ code: `${last.is}-before` });
  return reasons;
}

function factsOf(question: Question, look: Look): Facts {
  const { project, action, options, shared } = question;
  const { step, draft } = action;
  const last = look.last(step.id);
  const isSync = draft.reads.is === 'sources';
  const isRemembered = draft.makes.is !== 'nothing' && uncacheable(action, options) === undefined;
  // A service is not remembered, but its dependents are.
  const counts = step.enabled && (isRemembered || step.service !== undefined);
  const { waits, ran, digests } = contributions(question, last);
  const treeOpen = question.feeding === 'unknown' || (isSync && waits.length > 0);
  if (treeOpen && waits.length === 0) waits.push(...step.needs);
  const feeding = question.feeding === 'unknown' ? undefined : question.feeding;
  const inputs = counts && !treeOpen && draft.reads.is !== 'nothing' ? look.inputs(action, feeding) : undefined;
  const given = step.holes === undefined ? NOTHING_GIVEN : givenTo(step, question.gives);
  const place = isSync ? NONE : placeOf(project, action, look);
  const commands = step.inputCommands && look.commands(step.id);
  const notRun = step.inputCommands !== undefined && commands === undefined ? step.inputCommands : [];
  const facts = {
    inputs: treeOpen ? (last?.record.inputs ?? null) : (inputs?.digest ?? null),
    // What a sync sends is the tree that it reads: its digest says all that upstream can.
    upstream: isSync ? NONE : digests,
    tools: step.tools.length > 0 && isHere(project, action) ? look.tools(step.tools) : NONE,
    place: place ?? last?.record.place ?? NONE,
    secrets: step.secrets.length === 0 ? NONE : secretsOf(project, action),
    // Taken as it was, so that only what is known to differ is told.
    ...(step.inputCommands ? { commands: commands ?? last?.record.commands ?? NONE } : {}),
    ...(step.holes ? { given: knownOr(given, last?.record.given) } : {}),
  };
  const record = recordOf(action, facts, shared);
  const open = !counts || treeOpen || waits.length > 0 || notRun.length > 0 || given.unknown.length > 0 || place === undefined;
  return {
    record,
    key: open ? undefined : keyOf(record, shared),
    inputs,
    waits,
    ran,
    notRun,
    given,
    placeKnown: place !== undefined,
    last,
  };
}

function contributions({ action, upstream, ahead }: Question, last: LastRun | undefined) {
  const isSync = action.draft.reads.is === 'sources';
  const waits: StepId[] = [];
  const ran: StepId[] = [];
  // Without a prototype: names that differ from step to step would each give the engine a shape to remember, which costs more than all the rest.
  const digests: { [step: StepId]: Digest } = Object.create(null);
  for (const id of action.step.needs) {
    const one = upstream(id);
    if (!one || one.is === 'nothing') continue;
    if (one.is === 'digest') digests[id] = one.digest;
    else if (one.is === 'unknown' || (isSync && !one.settled)) {
      waits.push(id);
      // Taken as it was, so that only what is known to differ is told.
      const before = last?.record.upstream[id];
      if (before !== undefined) digests[id] = before;
    } else if (!isSync) ran.push(id);
  }
  const all = isSync && ahead.length > 0 ? [...new Set([...waits, ...ahead])] : waits;
  return { waits: all, ran, digests };
}

const NONE: { readonly [name: string]: string } = {};
const NOTHING_GIVEN: Given = { values: {}, unknown: [], by: [], waits: [] };

function knownOr({ values, unknown }: Given, before: Outputs = {}): Outputs {
  const old = unknown.flatMap((of) => (Object.hasOwn(before, of) ? [[of, before[of] as OutputValue] as const] : []));
  return { ...values, ...Object.fromEntries(old) };
}

function secretsOf(project: Project, action: Action): { readonly [name: string]: string } {
  return Object.fromEntries(action.step.secrets.map((name) => [name, project.secrets.find((one) => one.name === name)?.version ?? '']));
}

function isHere(project: Project, action: Action): boolean {
  const { sandbox } = action.step;
  return sandbox === LOCAL || project.sandboxes.get(sandbox)?.kind === 'local';
}

/**
 * The declared probes of the place and what every place tells of itself; undefined if one of them was never seen. A sandbox that is moved
 * here (`--local`) is this computer: what was seen of the far side says nothing about it.
 */
function placeOf(project: Project, action: Action, look: Look): { readonly [probe: string]: string } | undefined {
  const { sandbox } = action.step;
  const here = isHere(project, action);
  const seen = look.place(here ? LOCAL : sandbox);
  const declared = here && sandbox !== LOCAL ? [] : (project.sandboxes.get(sandbox)?.probes ?? []);
  if (!seen) return here && declared.length === 0 ? NONE : undefined;
  const place: { [probe: string]: string } = Object.create(null);
  for (const name of BUILT_IN) if (seen.probes[name] !== undefined) place[name] = seen.probes[name];
  for (const [name] of declared) {
    const text = Object.hasOwn(seen.probes, name) ? seen.probes[name] : undefined;
    if (text === undefined) return undefined;
    place[name] = text;
  }
  return place;
}

/** Told by every place without being declared. */
const BUILT_IN: readonly string[] = ['os', 'arch'];
