import { parseDuration } from '../base/duration.ts';
import type { Json } from '../base/json.ts';
import { isList } from '../base/plain.ts';
import type { Span } from '../base/span.ts';
import { hintOf } from '../base/suggest.ts';
import { type Lacking, LOCAL, type SandboxName, type SandboxSpec, type Secret, type Step, type StepId } from '../model/project.ts';
import type { Pairs, Value } from '../model/value.ts';
import { missingHint } from '../schema/check.ts';
import { isFree, type Shape, type ValueOf } from '../schema/shape.ts';
import { stepFields } from '../schema/step.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import type { Task } from '../task.ts';
import type { Ask } from './ask.ts';
import { readCondition } from './condition.ts';
import { mergePairs, readEnv } from './environment.ts';
import { type Field, readField, readJson } from './field.ts';
import type { Kinds } from './kinds.ts';
import type { StepNames } from './names.ts';
import { AskedOutputs, type Gives } from './outputs.ts';
import { sharesOf } from './pools.ts';
import type { Report } from './report.ts';
import { type Required, readRequires } from './requires.ts';
import { fieldsOfSandbox } from './sandboxes.ts';
import type { Scope } from './scope.ts';
import { readScript } from './script.ts';
import type { Entry } from './section.ts';
import { readService } from './service.ts';
import { addUnknownSandbox } from './unknown-sandbox.ts';

/** What all steps are read with. */
export interface StepsScope {
  readonly scopeOf: (layer: number) => Scope;
  readonly sandboxes: ReadonlyMap<SandboxName, SandboxSpec>;
  readonly kinds: Pick<Kinds, 'tasks' | 'lacks'>;
  /** What all steps of a sandbox have. */
  readonly env: ReadonlyMap<SandboxName, Pairs>;
  readonly secrets: readonly Secret[];
  readonly names: StepNames;
  readonly gives: Gives;
  /** Named on the command line: words behind `--` are for them. */
  readonly named: ReadonlySet<StepId>;
  readonly ask: Ask;
  /** Gets what steps require and nobody set. */
  readonly lacking: Map<string, Lacking>;
  readonly report: Report;
}

type Fields = typeof stepFields;

const RETRY = stepFields.retry.of[1].fields;

/** One step, checked and resolved; undefined if its task is not known, without which its keys are checked all the same. References to other steps are checked later. */
export function readStep(entry: Entry, all: StepsScope): Step | undefined {
  const { report } = all;
  const place = entry.fields.get('in');
  const sandbox = (place === undefined ? undefined : readField(stepFields.in, place, all.scopeOf(place.layer), report)) ?? LOCAL;
  const spec = all.sandboxes.get(sandbox);
  if (spec === undefined) addUnknownSandbox(sandbox, all.sandboxes.keys(), place, report);
  const facts = spec === undefined ? new Map<string, Value>() : fieldsOfSandbox(spec);
  const requires = entry.fields.get('requires');
  const required = readRequires(requires, all.scopeOf(requires?.layer ?? 0), all.secrets, report);
  const lacks = lackedBy(required, spec, all.scopeOf(requires?.layer ?? entry.layer), all.lacking);
  const asked = new AskedOutputs(entry, all);
  const scopes = new Map<number, Scope>();
  const scopeOf = (layer: number): Scope => {
    const scope =
      scopes.get(layer) ??
      scopeIn(all.scopeOf(layer), { sandbox: facts, required: required.lacking, lacks, matrix: entry.cell?.values, outputs: asked });
    scopes.set(layer, scope);
    return scope;
  };
  const read = <K extends keyof Fields>(key: K): ValueOf<Fields[K]> | undefined => {
    const field = entry.fields.get(key);
    return field === undefined ? undefined : readField(stepFields[key] as Fields[K], field, scopeOf(field.layer), report);
  };
  const name = entry.fields.has('task') ? read('task') : stepFields.task.default;
  const task = name === undefined ? undefined : all.kinds.tasks.get(name);
  if (task === undefined && name !== undefined) addUnknownTask(name, entry, all);
  const fields = task === undefined ? {} : readFields(entry, task, scopeOf, all);
  const env = entry.fields.get('env');
  const timeout = read('timeout');
  const cache = read('cache');
  const dir = entry.fields.has('dir') ? read('dir') : stepFields.dir.default;
  /** Without the folder that it counts from, a path says nothing. */
  const inFolder = <V>(paths: V | undefined): V | undefined => (dir === undefined ? undefined : paths);
  const outputs = inFolder(read('outputs'));
  const values = read('values');
  const gives = all.gives(entry);
  const platforms = read('platforms');
  const onlyOn = platforms === undefined || isFor(platforms, all.ask) ? undefined : platforms;
  const script = readScript(entry, scopeOf, { shell: read('shell'), named: all.named.has(entry.name) }, report);
  if (cache === true && outputs === undefined && entry.fields.get('outputs') === undefined) {
    report.add(
      'conflicting-keys',
      '`cache: true` needs `outputs`',
      { ...(entry.fields.get('cache') as Field), part: 'key' },
      'Without outputs there is nothing to remember; `outputs: []` remembers that it passed.',
    );
  }
  if (values !== undefined && (task?.interactive ?? read('interactive'))) {
    report.add('conflicting-keys', 'an interactive step cannot have `values`', { ...(entry.fields.get('values') as Field), part: 'key' });
  }
  const step: Step = {
    id: entry.name,
    task: task?.name ?? '',
    ...some('code', task?.code),
    sandbox,
    needs: read('needs') ?? [],
    after: read('after') ?? [],
    ...some('provides', read('provides')),
    ...some('releases', read('releases')),
    ...some('script', script),
    ...inputsOf(inFolder(read('inputs'))),
    ...some('outputs', outputs),
    ...some('values', values),
    ...some('gives', gives),
    state: inFolder(read('state')) ?? [],
    tools: read('tools') ?? [],
    env: mergePairs([all.env.get(sandbox) ?? [], readEnv(env, scopeOf, report)], env, report),
    passEnv: read('passEnv') ?? [],
    secrets: read('secrets') ?? [],
    dir: normalDir(`${entry.unit?.dir ?? '.'}/${dir ?? stepFields.dir.default}`),
    enabled: readCondition(entry.fields.get('if'), (layer) => ({ ...scopeOf(layer), outputs: undefined }), report) && onlyOn === undefined,
    ...some('onlyOn', onlyOn),
    when: read('when') ?? stepFields.when.default,
    ...some('timeout', timeout === undefined ? undefined : parseDuration(timeout)),
    retry: retryOf(read('retry') ?? 0),
    pools: sharesOf(read('pool')),
    parallel: read('parallel') ?? stepFields.parallel.default,
    ...some('cache', cache),
    interactive: task?.interactive ?? read('interactive') ?? stepFields.interactive.default,
    ...some('service', readService(entry, task?.service ?? read('service') ?? stepFields.service.default, read('ready'), report)),
    ...some('confirm', read('confirm')),
    ...some('aliases', read('aliases')),
    ...some('description', read('description')),
    ...some('hub', read('hub')),
    ...(lacks.size === 0 ? {} : { lacks: [...lacks] }),
    fields,
    ...some('holes', asked.holes),
    spanOf: (key, nth) => spanIn(entry, key, nth),
  };
  return task === undefined ? undefined : step;
}

/** The fields of the task with their defaults; keys that neither the task nor steps in general have are reported. */
function readFields(
  entry: Entry,
  task: Task,
  scopeOf: (layer: number) => Scope,
  { kinds, report }: Pick<StepsScope, 'kinds' | 'report'>,
): { readonly [field: string]: Json } {
  const fields: [string, Json][] = [];
  const meant = new Set<string>();
  for (const [key, field] of entry.fields) {
    if (Object.hasOwn(task.fields, key)) {
      const value = readJson(task.fields[key] as Shape, field, scopeOf(field.layer), report);
      if (value !== undefined) fields.push([key, value]);
    } else if (!Object.hasOwn(stepFields, key) && !isFree(key)) {
      const { code, message, hint, near } = unknownKey(key, keysOf(task), `a ${task.name} step`);
      if (near !== undefined) meant.add(near);
      report.add(code, message, { ...field, part: 'key' }, hint);
    } else if (task.refuses?.includes(key)) {
      const having = [...kinds.tasks.values()].filter(({ refuses }) => !refuses?.includes(key)).map(({ name }) => name);
      const hint = `Tasks that take it: ${having.join(', ')}.`;
      report.add('conflicting-keys', `a ${task.name} step cannot have \`${key}\``, { ...field, part: 'key' }, hint);
    }
  }
  for (const key of task.requires ?? []) {
    if (!entry.fields.has(key) && !meant.has(key)) {
      const hint = missingHint(key, task.fields[key] ?? (stepFields as { readonly [key: string]: Shape })[key]);
      report.add('missing-key', `\`${key}\` is missing in the step \`${entry.name}\``, { ...entry.origin, part: 'key' }, hint);
    }
  }
  for (const [key, shape] of Object.entries(task.fields)) {
    if (!entry.fields.has(key) && 'default' in shape && shape.default !== undefined) fields.push([key, shape.default]);
  }
  return Object.fromEntries(fields);
}

function keysOf({ fields, refuses = [] }: Task): readonly string[] {
  return [...Object.keys(stepFields).filter((key) => !refuses.includes(key)), ...Object.keys(fields)];
}

/** Files, and commands. With commands alone it reads no files. */
function inputsOf(written: ValueOf<Fields['inputs']> | undefined): Pick<Step, 'inputs' | 'inputCommands'> {
  if (written === undefined) return {};
  const inputs = written.filter((one) => typeof one === 'string');
  if (inputs.length === written.length) return { inputs };
  return { inputs, inputCommands: written.flatMap((one) => (typeof one === 'string' ? [] : (one.command ?? []))) };
}

function spanIn({ origin, fields }: Entry, key?: string, nth?: number): Span | undefined {
  const field = key === undefined ? undefined : fields.get(key);
  if (field === undefined) return origin.document.spanOf(origin.path, 'key');
  return field.document.spanOf(nth === undefined || !isList(field.value) ? field.path : [...field.path, nth]);
}

function some<K extends string, V>(key: K, value: V | undefined): { readonly [k in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [k in K]?: V };
}

function isFor(platforms: readonly string[], { os, arch }: Ask): boolean {
  return platforms.length === 0 || platforms.includes(os) || platforms.includes(`${os}/${arch}`);
}

/** Written out: an object that is copied costs ten times as much, and each step has one. */
function scopeIn(
  { ask, name, params, lacking, env, spend, secrets }: Scope,
  { sandbox, required, lacks, matrix, outputs }: Pick<Scope, 'sandbox' | 'required' | 'lacks' | 'matrix' | 'outputs'>,
): Scope {
  return { ask, name, params, lacking, env, spend, secrets, sandbox, required, lacks, matrix, outputs };
}

/** What the step lacks whatever its expressions say; they add to it. */
function lackedBy(required: Required, spec: SandboxSpec | undefined, { lacking, lacks }: Scope, all: Map<string, Lacking>): Set<string> {
  const names = new Set(lacks);
  for (const name of spec?.lacks ?? []) names.add(name);
  for (const param of required.params) for (const name of lacking?.get(param) ?? []) names.add(name);
  for (const [name, one] of required.lacking) {
    names.add(name);
    all.set(name, one);
  }
  return names;
}

function retryOf(retry: ValueOf<Fields['retry']>): Step['retry'] {
  const { times = 0, delay = RETRY.delay.default } = typeof retry === 'number' ? { times: retry } : retry;
  return { times, delay: parseDuration(delay) ?? 0 };
}

function normalDir(dir: string): string {
  return (
    dir
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/') || '.'
  );
}

function addUnknownTask(name: string, entry: Entry, all: StepsScope): void {
  if (all.kinds.lacks) return; // it may be one of an extension of which something was said already
  all.report.add('unknown-task', `there is no task \`${name}\``, entry.fields.get('task'), () => hintOf(name, all.kinds.tasks.keys()));
}
