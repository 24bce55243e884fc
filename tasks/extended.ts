import type { Digest } from '../lib/base/digest.ts';
import { err, ok, type Result } from '../lib/base/result.ts';
import { thrownText } from '../lib/base/thrown.ts';
import type { PlannedStep, TaskDefinition, TaskPlan } from '../lib/extension/definition.ts';
import type { Diagnostic } from '../lib/model/diagnostic.ts';
import type { Failure } from '../lib/model/failure.ts';
import { asWritten } from '../lib/model/output.ts';
import type { Step } from '../lib/model/project.ts';
import { wrongStep } from '../lib/model/wrong-step.ts';
import { formatProblem } from '../lib/schema/formats.ts';
import type { Shape } from '../lib/schema/shape.ts';
import type { Produced, Task } from '../lib/task.ts';
import { commandDraft } from './command.ts';
import { type Performed, performed, type Within } from './extended-scope.ts';
import { lookAfter } from './look-after.ts';

/** What no step of an extension has: these change what running means. */
const REFUSED = ['interactive', 'service', 'ready'];
const OF_COMMANDS = ['run', 'shell', 'values'];

interface ExtensionOf {
  readonly name: string;
  readonly digest: Digest;
  readonly within: Within;
}

/** A task of an extension as one of ours. The digest is that of its code: another one may make something else of the same step. */
export function extendedTask(definition: TaskDefinition, extension: ExtensionOf): Task {
  const { name, summary, example, fields = {}, command, outputs = {} } = definition;
  const required = Object.keys(fields).filter((field) => fields[field]?.required);
  const sure = Object.entries(fields).flatMap(([field, shape]) => (shape.required || 'default' in shape ? [field] : []));
  return {
    name,
    summary,
    ...(example === undefined ? {} : { example }),
    code: extension.digest,
    fields: Object.fromEntries(Object.entries(fields).map(([field, { required: _, ...shape }]) => [field, shape satisfies Shape])),
    outputs: { files: 'files', ...outputs },
    requires: command ? ['run', ...required] : required,
    refuses: command ? REFUSED : [...REFUSED, ...OF_COMMANDS],
    plan(step, scope) {
      // A step that lacks what its task is sure to have is refused already, and nothing its code could be given.
      if (sure.some((field) => step.fields[field] === undefined)) return { diagnostics: [] };
      const { plan, diagnostics } = planOf(definition, step);
      if (plan === undefined) return { diagnostics };
      const settings = { ...step.fields, [`extension ${extension.name}`]: extension.digest };
      const inputs = both(step.inputs, plan.reads);
      const outputs = both(step.outputs, plan.makes);
      const whole = { ...step, ...(inputs ? { inputs } : {}), ...(outputs ? { outputs } : {}) };
      const title = plan.title ?? step.script?.source ?? name;
      return { value: commandDraft(whole, scope, title, settings), diagnostics };
    },
    async run(action, scope) {
      const done = await performed(definition, action, scope, extension.within);
      return lookAfter(action, scope, done.ok ? resultOf(definition, done.value) : done);
    },
  };
}

function both(declared: readonly string[] | undefined, more: readonly string[] | undefined): readonly string[] | undefined {
  return more === undefined ? declared : [...(declared ?? []), ...more];
}

interface Planned {
  /** Undefined: there is none. */
  readonly plan?: TaskPlan;
  readonly diagnostics: readonly Diagnostic[];
}

function planOf(definition: TaskDefinition, step: Step): Planned {
  const faulty = (why: string): Planned => ({
    diagnostics: [
      wrongStep(step, { code: 'extension-faulty', message: `the task ${definition.name} cannot plan this step: ${why}` }, 'task'),
    ],
  });
  let plan: unknown;
  try {
    // Its code gets nothing of ours that it could change.
    const given: PlannedStep = structuredClone({ name: step.id, dir: step.dir, fields: asWritten(step.fields) }) as PlannedStep;
    plan = definition.plan?.(given) ?? {};
    const strange = strangeIn(plan);
    if (strange !== undefined) return faulty(strange);
  } catch (thrown) {
    return faulty(thrownText(thrown));
  }
  const whole = plan as TaskPlan;
  const diagnostics = (whole.wrong ?? []).map(({ field, message, hint }) => wrongStep(step, { code: 'bad-value', message, hint }, field));
  return diagnostics.length === 0 ? { plan: whole, diagnostics } : { diagnostics };
}

/** What is wrong with a plan; undefined: nothing. */
function strangeIn(plan: unknown): string | undefined {
  if (typeof plan !== 'object' || plan === null) return 'its plan is no object';
  if ('then' in plan) return 'its plan is a promise';
  const { title, reads, makes, wrong } = plan as { readonly [key: string]: unknown };
  if (title !== undefined && typeof title !== 'string') return 'its title is no text';
  for (const globs of [reads, makes]) {
    if (globs === undefined) continue;
    if (!Array.isArray(globs) || globs.some((glob) => typeof glob !== 'string')) return 'what it reads and makes are no lists of globs';
    const bad = globs.map((glob) => formatProblem('glob', glob)).find((one) => one !== undefined);
    if (bad !== undefined) return bad.message;
  }
  if (wrong !== undefined && !(Array.isArray(wrong) && wrong.every((one) => typeof one?.message === 'string')))
    return 'what it says is wrong has no message';
  return undefined;
}

/** What its `run` gave may be code of its own: getters, a proxy. */
function resultOf(definition: TaskDefinition, done: Performed): Result<Produced, Failure> {
  try {
    return producedOf(definition, done);
  } catch (thrown) {
    return failed(thrownText(thrown));
  }
}

/** What its `run` gave, checked: nobody else looks at it. */
function producedOf({ outputs = {} }: TaskDefinition, { given, written }: Performed): Result<Produced, Failure> {
  if (given !== undefined && (typeof given !== 'object' || given === null)) return failed('it gave no result');
  const { failed: why, hint, values = {}, unchanged } = (given ?? {}) as { readonly [key: string]: unknown };
  if (why !== undefined) return failed(String(why), hint);
  const entries = Object.entries(values as object);
  const strange = entries.find(([name, value]) => !Object.hasOwn(outputs, name) || typeof value !== 'string' || value.includes('\0'));
  if (strange !== undefined) return failed(`its value \`${strange[0]}\` is none that the task declares, or no text`);
  const missing = Object.keys(outputs).find((name) => !entries.some(([one]) => one === name));
  if (missing !== undefined) return err({ code: 'value-missing', message: `the task did not give the value \`${missing}\`` });
  return ok({
    ...(entries.length === 0 && written === undefined ? {} : { values: { ...written, ...Object.fromEntries(entries) } }),
    ...(unchanged === true ? { untouched: true } : {}),
  });
}

function failed(message: string, hint?: unknown): Result<never, Failure> {
  return err({ code: 'extension-failed', message, ...(typeof hint === 'string' ? { hint } : {}) });
}
