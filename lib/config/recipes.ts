import { isList, isMap, type Plain, type PlainMap } from '../base/plain.ts';
import { hintOf } from '../base/suggest.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import { isFree } from '../schema/shape.ts';
import { checkField, type Field } from './field.ts';
import { fieldOf, type Layer } from './layers.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Library, Sources } from './sources.ts';

/** A recipe that the file builds on. */
export interface RecipeUse {
  readonly layer: Layer;
  /** Values for its parameters, written in the file. */
  readonly given: ReadonlyMap<string, Field>;
}

/** The recipes of `use:`, in order, as layers from the index of `main`. */
export async function openRecipes(main: Layer, sources: Sources, library: Library, report: Report): Promise<readonly RecipeUse[]> {
  const field = fieldOf(main, 'use');
  if (field === undefined) {
    const alone = fieldOf(main, 'with');
    if (alone)
      report.add('conflicting-keys', '`with` without `use`', { ...alone, part: 'key' }, 'Name the recipe that the values are for.');
    return [];
  }
  if (checkField(sandboxfileFields.use, field.value, field, report) === undefined) return [];
  const uses: RecipeUse[] = [];
  const seen = new Set<string>();
  for (const [value, origin] of itemsOf(field)) {
    const name = isMap(value) ? String(value.get('recipe')) : String(value);
    const source = sources.read('recipe', name);
    if (source === undefined) {
      addUnknown('recipe', name, sources, isMap(value) ? below(origin, 'recipe') : origin, report);
      continue;
    }
    if (seen.has(name)) {
      report.add('conflicting-keys', `the recipe \`${name}\` is used twice`, origin);
      continue;
    }
    seen.add(name);
    const document = await library.open(source);
    if (document === undefined) continue;
    const layer: Layer = { document, root: document.root, path: [], index: main.index + uses.length, is: 'recipe' };
    for (const key of ['use', 'with', 'include', 'extensions', 'profiles'] as const) {
      if (document.root.has(key)) report.add('conflicting-keys', `a recipe cannot have \`${key}\``, { document, path: [key], part: 'key' });
    }
    const own = isMap(value) && isMap(value.get('with')) ? givenBy(value.get('with') as PlainMap, below(origin, 'with')) : [];
    uses.push({ layer, given: new Map(own) });
  }
  return withShared(main, uses, report);
}

function itemsOf(field: Field): readonly (readonly [Plain, Origin])[] {
  return isList(field.value) ? field.value.map((item, i) => [item, below(field, i)] as const) : [[field.value, field]];
}

/** `with` at the top level goes to every recipe that has the parameter. */
function withShared(main: Layer, uses: readonly RecipeUse[], report: Report): readonly RecipeUse[] {
  const field = fieldOf(main, 'with');
  if (field === undefined || checkField(sandboxfileFields.with, field.value, field, report) === undefined) return checkedUses(uses, report);
  const shared = givenBy(field.value as PlainMap, field);
  const known = new Set(uses.flatMap(({ layer }) => paramNames(layer)));
  for (const [name, { path, document }] of shared) {
    if (!known.has(name)) addUnknownParam(name, known, { document, path }, report);
  }
  const mine = uses.map(({ layer, given }) => {
    const names = new Set(paramNames(layer));
    return { layer, given: new Map([...shared.filter(([name]) => names.has(name)), ...given]) };
  });
  return checkedUses(mine, report);
}

function checkedUses(uses: readonly RecipeUse[], report: Report): readonly RecipeUse[] {
  for (const { layer, given } of uses) checkGiven([layer], given, 'the recipe', report);
  return uses;
}

/** Values for parameters that the layers do not have. */
export function checkGiven(layers: readonly Layer[], given: ReadonlyMap<string, Origin>, of: string, report: Report): void {
  const names = layers.flatMap(paramNames);
  for (const [name, { path, document }] of given) {
    if (!names.includes(name)) addUnknownParam(name, names, { document, path }, report, of);
  }
}

function paramNames(layer: Layer): readonly string[] {
  const params = layer.root.get('params');
  return isMap(params) ? [...params.keys()] : [];
}

/** `layer` is set later: values are written in the file, above all recipes. */
export function givenBy(values: PlainMap, origin: Origin): readonly (readonly [string, Field])[] {
  return [...values]
    .filter(([name]) => !isFree(name))
    .map(([name, value]) => [name, { value, layer: -1, ...below(origin, name) }] as const);
}

function addUnknownParam(name: string, known: Iterable<string>, origin: Origin, report: Report, of = 'the recipe'): void {
  const hint = () => hintOf(name, known, `Its parameters: ${[...known].join(', ') || 'none'}.`);
  report.add('unknown-param', `${of} has no parameter \`${name}\``, { ...origin, part: 'key' }, hint);
}

/** A recipe or profile that is not there. */
export function addUnknown(
  kind: 'recipe' | 'profile',
  name: string,
  sources: Sources,
  origin: Origin | undefined,
  report: Report,
  more: Iterable<string> = [],
): void {
  const known = [...new Set([...more, ...sources.names(kind)])].sort();
  const hint = hintOf(name, known) ?? `Put it into ${kind}s/${name}.yaml.`;
  report.add(kind === 'recipe' ? 'unknown-recipe' : 'unknown-profile', `there is no ${kind} \`${name}\``, origin, hint);
}
