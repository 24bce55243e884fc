import { type Digest, digestOf } from '../base/digest.ts';
import { canonicalJson } from '../base/json.ts';
import type { LastRun, Look, Remembered } from '../model/look.ts';
import { type Asked, asWritten, filled, filledScript, noOutput, type Outputs, type OutputValue } from '../model/output.ts';
import type { Action } from '../model/plan.ts';
import type { Step, StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import type { Judgement } from './judgement.ts';
import type { Settled } from './planning.ts';

// What steps give to the expressions of others, as far as it is known, and how it fills the holes that stand for it. Decides nothing.

/** `later`: known when the step has had its turn. `lost`: nobody will know. */
export type Giving = { readonly is: 'known'; readonly value: OutputValue } | { readonly is: 'later' | 'lost' };

/** The values of an action's holes. */
export interface Given {
  /** By their expressions. */
  readonly values: Outputs;
  /** Expressions of which nothing is known, the steps that could tell, and those of them whose turn is still to come. */
  readonly unknown: readonly string[];
  readonly by: readonly StepId[];
  readonly waits: readonly StepId[];
}

export function givenTo({ holes = [] }: Step, ask: (asked: Asked) => Giving): Given {
  const values: { [of: string]: OutputValue } = {};
  const unknown: string[] = [];
  const by = new Set<StepId>();
  const waits = new Set<StepId>();
  for (const { of, asks, fill } of holes) {
    const answers = asks.map((asked) => [asked.step, ask(asked)] as const);
    const known = answers.flatMap(([, giving]) => (giving.is === 'known' ? [giving.value] : []));
    const value = known.length === asks.length ? fill(known) : undefined;
    if (value === undefined) unknown.push(of);
    else values[of] = value;
    for (const [step, giving] of answers) {
      if (value === undefined && (giving.is !== 'known' || known.length === asks.length)) by.add(step);
      if (giving.is === 'later') waits.add(step);
    }
  }
  return { values, unknown, by: [...by], waits: [...waits] };
}

/** The action with values in place of the marks that stand for them; as long as one is not known, with all marks, and the holes that are open. */
export function filledAction(action: Action, { open, record }: Judgement): Action {
  const { holes, ...step } = action.step;
  if (holes === undefined) return action;
  const { draft } = action;
  if (open !== undefined) {
    const still = holes.filter(({ of }) => open.includes(of));
    return { ...action, step: { ...step, holes: still }, draft: { ...draft, title: asWritten(draft.title) } };
  }
  const value = (of: string): OutputValue => record.given?.[of] as OutputValue;
  const { script, confirm, env, fields } = step;
  return {
    ...action,
    step: {
      ...step,
      ...(script === undefined ? {} : { script: filledScript(script, value) }),
      ...(confirm === undefined ? {} : { confirm: filled(confirm, value) }),
      env: filled(env, value),
      fields: filled(fields, value),
    },
    draft: { ...draft, title: filled(draft.title, value), settings: filled(draft.settings, value) },
  };
}

/** An output of an action of this run. `settled`: what became of it, once it had its turn. */
export function outputOf(asked: Asked, action: Action, judgement: Judgement, settled: Settled | undefined, look: Look): Giving {
  const { decision, key, record } = judgement;
  if (settled?.is === 'gone') return known(noOutput(asked.kind));
  if (settled?.is === 'done') {
    const { values, tree } = settled;
    return known(ownOutput(asked, values) ?? filesOf(asked, tree) ?? remembered(asked, action, settled.key ?? key, judgement, look));
  }
  if (decision.is === 'skip' || action.step.when === 'failure') return known(noOutput(asked.kind));
  if (decision.is === 'fresh' || decision.is === 'restore') return known(remembered(asked, action, key, judgement, look));
  return asked.kind === 'tree' && key !== undefined && record.inputs !== null ? known(record.inputs) : { is: 'later' };
}

/** An output of a step that is needed and not selected (`--only`): what it gave when it last ran. */
export function lastOutput(asked: Asked, look: Look): Giving {
  const last = look.last(asked.step);
  if (last?.is !== 'succeeded') return { is: 'lost' };
  const tree = asked.kind === 'tree' ? (last.record.inputs ?? undefined) : undefined;
  return known(ownOutput(asked, last.values) ?? tree ?? filesOf(asked, look.remembered(last.key)?.outputs ?? undefined));
}

/** The values that the step gave under this key; undefined if that was forgotten. */
export function valuesUnder(step: StepId, key: Digest, look: Look): Outputs | undefined {
  const last: LastRun | undefined = look.last(step);
  const own = last?.key === key && last.is === 'succeeded' && !last.disturbed ? last.values : undefined;
  return own ?? look.remembered(key)?.values;
}

/** Whether all values that the step must give are known under this key. */
export function hasValues(step: Step, key: Digest, look: Look): boolean {
  const names = valuesOf(step);
  if (names.length === 0) return true;
  const values = valuesUnder(step.id, key, look);
  return values !== undefined && names.every((name) => Object.hasOwn(values, name));
}

/** Whether values are all that the step makes: they count for its dependents in place of its key. */
export function makesValues({ step, draft }: Action): boolean {
  return (draft.makes.is === 'nothing' || draft.makes.is === 'verdict') && valuesOf(step).length > 0;
}

/** Outputs that are told when it has run; those of other kinds are known from what it made or read. */
function valuesOf({ gives }: Step): readonly string[] {
  return gives === undefined ? [] : Object.keys(gives).filter((name) => gives[name] !== 'files' && gives[name] !== 'tree');
}

export function digestOfValues(values: Outputs): Digest {
  return digestOf(canonicalJson(values));
}

function known(value: OutputValue | undefined): Giving {
  return value === undefined ? { is: 'lost' } : { is: 'known', value };
}

function remembered(
  asked: Asked,
  { id, draft }: Action,
  key: Digest | undefined,
  { record }: Judgement,
  look: Look,
): OutputValue | undefined {
  if (key === undefined) return undefined;
  const own = ownOutput(asked, valuesUnder(id, key, look));
  if (own !== undefined) return own;
  if (asked.kind === 'tree') return record.inputs ?? undefined;
  const success: Remembered | undefined = asked.kind === 'files' ? look.remembered(key) : undefined;
  return success && (draft.makes.is === 'files' || draft.makes.is === 'verdict') ? filesOf(asked, success.outputs ?? NO_FILES) : undefined;
}

const NO_FILES: Pick<Tree, 'entries'> = { entries: [] };

function ownOutput({ output }: Asked, values: Outputs | undefined): OutputValue | undefined {
  return values !== undefined && Object.hasOwn(values, output) ? values[output] : undefined;
}

function filesOf({ kind }: Asked, tree: Pick<Tree, 'entries'> | undefined): readonly string[] | undefined {
  return kind === 'files' ? tree?.entries.map(({ path }) => path) : undefined;
}
