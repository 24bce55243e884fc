import type { Script, Variable } from './script.ts';

// What steps give to the expressions of those that need them, and the holes that such an expression leaves in a step until it is known.

/** Kinds of typed outputs: what an output means, and so where it may stand. */
export const OUTPUT_KINDS = {
  text: 'Text that a command wrote.',
  files: 'Paths of the files that the step made, relative to the root of the project: a list.',
  tree: 'Digest of the tree that the step sent.',
  image: 'An image of a machine.',
  machine: 'A machine.',
  endpoint: 'Where something can be reached.',
} as const;

export type OutputKind = keyof typeof OUTPUT_KINDS;

export type OutputValue = string | readonly string[];

/** Outputs of a step by their names. */
export type Outputs = { readonly [output: string]: OutputValue };

/** One output of one step, that an expression refers to. */
export interface Asked {
  readonly step: string;
  readonly output: string;
  readonly kind: OutputKind;
}

/** What is known of an expression only when steps that are needed have run. Its mark stands in the texts of the step until then. */
export interface Hole {
  /** The expression as it is written; with a number behind it where equal words of another file mean something else. */
  readonly of: string;
  readonly asks: readonly Asked[];
  /** Its value, of those that it asks for, in their order; undefined: it has none of them. */
  readonly fill: (given: readonly OutputValue[]) => OutputValue | undefined;
}

/** What an output is where its step made none, since it was left out or failed. */
export function noOutput(kind: OutputKind): OutputValue {
  return kind === 'files' ? [] : '';
}

/** Stands where the value will stand; shown without its NULs, which are in no other text, it is the expression as it is written. */
export function markOf(of: string): string {
  return `\0\${{ ${of} }}\0`;
}

export function holdsMark(text: string): boolean {
  return text.includes('\0');
}

const MARK = /\0\$\{\{ (.*?) \}\}\0/gs;
const WHOLE = /^\0\$\{\{ ([^\0]*) \}\}\0$/;

/** The expression of a text that is one mark and nothing else. */
export function markedIn(text: string): string | undefined {
  return WHOLE.exec(text)?.[1];
}

type Values = (of: string) => OutputValue;

/** The same with values in place of marks, all the way down. A list that is an item of a list is as many items. */
export function filled<T>(value: T, values: Values): T {
  return fill(value, values) as T;
}

/** The same with each mark as the expression was written, for those who read JSON. */
export function asWritten<T>(value: T): T {
  return filled(value, (of) => `\${{ ${of} }}`);
}

function fill(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return holdsMark(value) ? value.replace(MARK, (_, of) => textOf(values(of))) : value;
  if (Array.isArray(value)) return value.flatMap((item): readonly unknown[] => itemsOf(item, values) ?? [fill(item, values)]);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, values)]));
}

/** The value of an item that is one mark, if it is a list. */
function itemsOf(item: unknown, values: Values): readonly string[] | undefined {
  const of = typeof item === 'string' ? markedIn(item) : undefined;
  if (of === undefined) return undefined;
  const value = values(of);
  return typeof value === 'string' ? undefined : value;
}

function textOf(value: OutputValue): string {
  return typeof value === 'string' ? value : value.join(' ');
}

/** A variable that is a list becomes as many as it has items, each a word of its own. */
export function filledScript(script: Script, values: Values): Script {
  if (script.shell === 'argv') return filled(script, values);
  let { text } = script;
  const variables = script.variables.flatMap((variable): readonly Variable[] => {
    const items = itemsOf(variable.value, values);
    if (items === undefined) return [{ ...variable, value: filled<string>(variable.value, values) }];
    const made = items.map((value, i) => ({ ...variable, name: `${variable.name}_${i}`, value }));
    text = text.replaceAll(`"\${${variable.name}}"`, () => made.map(({ name }) => `"\${${name}}"`).join(' '));
    return made;
  });
  return { ...script, text, variables };
}
