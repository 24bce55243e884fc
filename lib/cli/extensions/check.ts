import { hintOf } from '../../base/suggest.ts';
import { API } from '../../extension/definition.ts';
import { formatProblem } from '../../schema/formats.ts';
import { sandboxFields } from '../../schema/sandbox.ts';
import { stepFields } from '../../schema/step.ts';

// Whoever writes an extension in JavaScript has no compiler that says what is wrong with it.

interface Wrong {
  readonly message: string;
  readonly hint?: string;
}

type Values = { readonly [key: string]: unknown };
type Check = (value: unknown, at: string) => Wrong | undefined;

/** The first thing that is wrong with what an extension exports; undefined: it is one. */
export function wrongExtension(exported: Values): Wrong | undefined {
  const hint = 'End it with: export default defineExtension({ name: ..., tasks: [...] }).';
  if (!('default' in exported)) return { message: 'it has no default export', hint };
  const { default: value } = exported;
  if (!isObject(value) || value.api === undefined) return { message: 'its default export is no extension', hint };
  if (value.api !== API) {
    const newer = typeof value.api === 'number' && value.api > API;
    const which = `it is written for version ${String(value.api)} of the extensions of sbx, and this sbx has version ${API}`;
    return { message: which, hint: newer ? 'Use a newer sbx, or an older version of it.' : 'Use a newer version of it.' };
  }
  return extension(value, '');
}

const text: Check = (value, at) => (typeof value === 'string' && value !== '' ? undefined : no(at, 'a text'));
const flag: Check = (value, at) => (value === true ? undefined : no(at, 'true'));
const action: Check = (value, at) => (typeof value === 'function' ? undefined : no(at, 'a function'));
const anything: Check = () => undefined;
const name: Check = (value, at) => {
  const bad = formatProblem('name', typeof value === 'string' ? value : '');
  if (bad) return { ...no(at, 'a name'), ...hinted(bad.hint) };
  return (value as string) in {} ? { message: `${at} is a name that every object has`, hint: 'Call it otherwise.' } : undefined;
};

const oneOf =
  (...words: readonly string[]): Check =>
  (value, at) =>
    words.includes(String(value)) ? undefined : { ...no(at, `one of ${words.join(', ')}`), ...hinted(hintOf(String(value), words)) };

const listOf =
  (item: Check): Check =>
  (value, at) =>
    Array.isArray(value) ? first(value.map((one, i) => () => item(one, `${at}[${i}]`))) : no(at, 'a list');

const mapOf =
  (item: Check, key: Check = name): Check =>
  (value, at) =>
    isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value))
      ? first(Object.entries(value).flatMap(([of, one]) => [() => key(of, `${at}.${of}`), () => item(one, `${at}.${of}`)]))
      : no(at, isObject(value) ? 'a plain object: it has a prototype of its own' : 'an object');

/** `needed` keys and others; none else. */
const objectOf =
  (needed: { readonly [key: string]: Check }, others: { readonly [key: string]: Check } = {}): Check =>
  (value, at) => {
    if (!isObject(value)) return no(at, 'an object');
    const checks = new Map(Object.entries({ ...needed, ...others }));
    const called = at === '' ? 'it' : at;
    const strange = Object.keys(value).find((key) => !checks.has(key));
    if (strange !== undefined) {
      const hint = hintOf(strange, checks.keys()) ?? `Known here: ${[...checks.keys()].join(', ')}.`;
      return { message: `${called} has a key \`${strange}\` that is not known`, hint };
    }
    const missing = Object.keys(needed).find((key) => value[key] === undefined);
    if (missing !== undefined) return { message: `${called} lacks \`${missing}\`` };
    return first(
      [...checks].map(
        ([key, check]) =>
          () =>
            value[key] === undefined ? undefined : check(value[key], at === '' ? key : `${at}.${key}`),
      ),
    );
  };

const pattern: Check = (value, at) => {
  try {
    new RegExp(String(value), 'u');
    return undefined;
  } catch {
    return no(at, 'a regular expression');
  }
};

const described = { required: flag, default: anything, examples: anything };
const plain: { readonly [kind: string]: Check } = {
  string: objectOf(
    { kind: text, description: text },
    {
      ...described,
      literal: flag,
      enum: listOf(text),
      pattern,
      called: text,
      format: oneOf('duration', 'size', 'glob', 'path', 'name', 'variable'),
      takes: listOf(oneOf('text', 'files', 'tree', 'image', 'machine', 'endpoint')),
    },
  ),
  boolean: objectOf({ kind: text, description: text }, described),
  integer: objectOf({ kind: text, description: text }, { ...described, minimum: anything, maximum: anything }),
};
const byKind =
  (kinds: { readonly [kind: string]: Check }): Check =>
  (value, at) => {
    const kind = isObject(value) ? value.kind : undefined;
    return oneOf(...Object.keys(kinds))(kind, `${at}.kind`) ?? kinds[kind as string]?.(value, at);
  };
const field = byKind({
  ...plain,
  list: objectOf({ kind: text, description: text, of: byKind(plain) }, { ...described, single: flag }),
  map: objectOf({ kind: text, description: text, of: byKind(plain), format: oneOf('name', 'variable') }, described),
});
const ownField: Check = (key, at) =>
  Object.hasOwn(stepFields, key as string) ? { message: `${at} is a key of every step`, hint: 'Call it otherwise.' } : name(key, at);

const task = objectOf(
  { name, summary: text, run: action },
  {
    example: text,
    fields: mapOf(field, ownField),
    command: flag,
    outputs: mapOf(oneOf('text', 'image', 'machine', 'endpoint')),
    plan: action,
  },
);
const driver = objectOf({ name, summary: text, open: action });
const sandboxKey: Check = (key, at) => oneOf(...Object.keys(sandboxFields))(key, at);
const profile = objectOf({ name, summary: text, sandbox: mapOf(anything, sandboxKey) });
const extension = objectOf({ api: anything, name }, { tasks: listOf(task), drivers: listOf(driver), profiles: listOf(profile) });

function no(at: string, wanted: string): Wrong {
  return { message: `${at} is not ${wanted}` };
}

function hinted(hint: string | undefined): Pick<Wrong, 'hint'> {
  return hint === undefined ? {} : { hint };
}

function first(checks: readonly (() => Wrong | undefined)[]): Wrong | undefined {
  for (const check of checks) {
    const wrong = check();
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
