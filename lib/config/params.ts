import { flow } from '../base/flow.ts';
import { isMap } from '../base/plain.ts';
import { suggest } from '../base/suggest.ts';
import type { Lacking, Param } from '../model/project.ts';
import type { Scalar, Value } from '../model/value.ts';
import { paramFields } from '../schema/param.ts';
import { isFree, type ValueOf } from '../schema/shape.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import { type Field, readField } from './field.ts';
import { aliasesOf, converted, flagOf, textFor, variableOf } from './given-params.ts';
import type { At, Report } from './report.ts';
import { resolveValue } from './resolve.ts';
import type { Scope } from './scope.ts';
import { type Entry, sectionOf } from './section.ts';
import type { Unit } from './unit.ts';

/** The parameters of one Sandboxfile, and what its layers see. */
export interface Params {
  readonly declared: ReadonlyMap<string, ReadParam>;
  /** All names that --set may give a value, those with a faulty declaration too. */
  readonly names: Iterable<string>;
  /** What the file and its profiles see, and what it gives others. */
  readonly ofFile: Seen;
  /** By layer: a recipe sees its own values, the file and its profiles see those of the project. */
  readonly seenBy: (layer: number) => Seen;
}

/** What expressions see of parameters. */
type Seen = Pick<Scope, 'params'> & { readonly lacking: ReadonlyMap<string, readonly string[]> };

/** A parameter as it was read; one that lacks something has no value yet. */
type ReadParam = Param & { readonly lacks?: readonly string[] };

/** What stands for a default: a value of `with`, or the parameter of the same name in the file that includes this one. */
type Given = Field | ReadParam;

type ParamType = Param['type'];

export const WORDS: { readonly [type in ParamType]: string } = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
};

/**
 * Values of parameters: --set, then SBX_PARAM_NAME, then `with` (for parameters of a recipe or of an included file), then the parameter of that name in
 * the including file, then the default. A recipe's parameter is one of the project, unless the project declares one of that name.
 */
export function readParams(unit: Unit, outer: Params | undefined, scope: Scope, lacking: Map<string, Lacking>, report: Report): Params {
  const { uses, own } = unit;
  const mine = sectionOf(own, 'params', report, 'default');
  const all = uses.length === 0 ? mine : sectionOf(unit.layers, 'params', report, 'default');
  const read = (name: string, given: Given | undefined, seen: Seen): ReadParam | undefined => {
    const { params, lacking: lackedBy } = seen;
    return readParam(name, all.get(name) as Entry, given, { ...scope, params, lacking: lackedBy, lacks: new Set() }, report, lacking);
  };
  const fromOutside = (name: string): Given | undefined => unit.given.get(name) ?? outer?.declared.get(name);
  const seenOutside = (name: string): Seen | undefined => (unit.given.has(name) ? outer?.ofFile : undefined);
  const declared = new Map<string, ReadParam>();
  const ofProject = newSeen();
  for (const name of mine.keys()) {
    const param = read(name, fromOutside(name), seenOutside(name) ?? newSeen());
    if (param) declared.set(name, param);
    ofProject.add(name, param);
  }
  const seenByUses = new Map<number, Seen>();
  const ofFile = newSeen(ofProject);
  for (const { layer, given } of uses) {
    const seen = newSeen();
    for (const name of sectionOf([layer], 'params', report, 'default').keys()) {
      const field = given.get(name);
      const param =
        mine.has(name) && field === undefined
          ? declared.get(name)
          : read(name, field ?? fromOutside(name), (field === undefined ? seenOutside(name) : undefined) ?? ofProject);
      seen.add(name, param);
      if (param && !declared.has(name)) declared.set(name, param);
      if (!ofFile.params.has(name)) ofFile.add(name, param);
    }
    seenByUses.set(layer.index, seen);
  }
  return {
    declared,
    names: [...all].flatMap(([name, entry]) => [name, ...aliasesOf(entry)]),
    ofFile,
    seenBy: (layer) => seenByUses.get(layer) ?? ofFile,
  };
}

interface Growing extends Seen {
  add(name: string, param: ReadParam | undefined): void;
}

function newSeen(from?: Seen): Growing {
  const params = new Map(from?.params);
  const lacking = new Map(from?.lacking);
  return {
    params,
    lacking,
    add(name, param) {
      params.set(name, param?.lacks ? undefined : param?.value);
      if (param?.lacks) lacking.set(name, param.lacks);
    },
  };
}

function readParam(
  name: string,
  entry: Entry,
  given: Given | undefined,
  scope: Scope,
  report: Report,
  lacking: Map<string, Lacking>,
): ReadParam | undefined {
  const { fields } = entry;
  for (const [key, field] of fields) {
    if (isFree(key) || Object.hasOwn(paramFields, key)) continue;
    const { code, message, hint } = unknownKey(key, Object.keys(paramFields), 'a parameter');
    report.add(code, message, { ...field, part: 'key' }, hint);
  }
  const read = <K extends keyof typeof paramFields>(key: K): ValueOf<(typeof paramFields)[K]> | undefined => {
    const field = fields.get(key);
    return field === undefined ? undefined : readField(paramFields[key], field, scope, report);
  };
  const allowed = read('enum');
  if (allowed?.length === 0)
    report.add('bad-value', 'a list of no values allows none', fields.get('enum'), 'Name the values, or leave `enum` out.');
  const preset = read('default');
  const type = read('type') ?? typeOf(preset ?? allowed?.[0] ?? '');
  const description = read('description');
  read('aliases');
  const text = textFor([name, ...aliasesOf(entry)], scope.ask);
  const about = { type, ...(allowed ? { enum: allowed } : {}), ...(description === undefined ? {} : { description }) };
  if (text === undefined && given && 'lacks' in given) return { ...about, value: null, lacks: given.lacks ?? [] };
  if (text === undefined && given === undefined && !fields.has('default')) {
    const span = entry.origin.document.spanOf(entry.origin.path, 'key');
    const set = `Give it one: ${flagOf(scope.ask)} ${name}=..., ${variableOf(name)} or a default.`;
    lacking.set(name, { is: 'param', set, ...about, ...(span === undefined ? {} : { span }) });
    return { ...about, value: null, lacks: [name] };
  }
  const value = text === undefined ? writtenValue({ name, entry, given, preset, type }, scope, report) : converted(type, text.text);
  if (value === undefined && text === undefined && scope.lacks.size > 0) return { ...about, value: null, lacks: [...scope.lacks] };
  if (value === undefined) {
    if (text !== undefined) report.add('bad-value', `${text.from}: \`${text.text}\` is not ${WORDS[type]}`);
    return undefined;
  }
  if (allowed?.length && !(isScalars(value) ? value : [value]).every((one) => isAmong(one, allowed))) {
    const near = suggest(String(value), allowed.map(String));
    const message = `${text?.from ?? `parameter \`${name}\``}: \`${String(value)}\` is not one of ${allowed.join(', ')}`;
    const at = text === undefined ? placeOf(entry, given) : undefined;
    return void report.add(
      'bad-value',
      message,
      at,
      near === undefined ? inheritedHint(text ? undefined : given) : `Did you mean \`${near}\`?`,
    );
  }
  return { ...about, value };
}

interface Written {
  readonly name: string;
  readonly entry: Entry;
  /** What `with` says, and what the default is. */
  readonly given: Given | undefined;
  readonly preset: Value | undefined;
  readonly type: ParamType;
}

/** The value as a file gives it. Undefined: there is none, or it is of another type, and that is reported. */
function writtenValue({ name, entry, given, preset, type }: Written, scope: Scope, report: Report): Value | undefined {
  const at = placeOf(entry, given);
  const fail = (message: string, hint?: string): undefined => void report.add('bad-value', `parameter \`${name}\`: ${message}`, at, hint);
  const found = given === undefined ? preset : 'path' in given ? resolveValue(given.value, scope, given, report) : given.value;
  if (found === undefined) return undefined;
  if (isMap(found)) return fail('a value is wanted, this is a map');
  const value = type === 'string' && (typeof found === 'number' || typeof found === 'boolean') ? String(found) : (found as Value);
  if (typeOf(value) === type) return value;
  const quoted = type === 'number' && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  const single = type === 'list' && typeof value !== 'object' ? `Write \`${flow([value])}\`.` : undefined;
  return fail(
    `${WORDS[type]} is wanted, this is ${WORDS[typeOf(value)]}`,
    quoted ? 'Write it without quotes.' : (inheritedHint(given) ?? single),
  );
}

function inheritedHint(given: Given | undefined): string | undefined {
  const isInherited = given !== undefined && !('path' in given);
  return isInherited
    ? 'It is that of the file which includes this one: give it another by `with` there, or rename one of them.'
    : undefined;
}

/** Where the value of a parameter stands. */
function placeOf({ fields, origin }: Entry, given: Given | undefined): At {
  return given && 'path' in given ? given : (fields.get('default') ?? { ...origin, part: 'key' });
}

function isScalars(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

function isAmong(value: null | Scalar, allowed: readonly Scalar[]): boolean {
  return allowed.some((one) => String(one) === String(value));
}

function typeOf(value: Value): ParamType {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
}
