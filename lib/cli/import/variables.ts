import type { At, Piece, Variable } from './makefile.ts';

/** Names that people set on the command line of make, by convention. */
const CONVENTIONAL: ReadonlySet<string> = new Set(
  'CC CXX CPP AR AS LD CFLAGS CXXFLAGS CPPFLAGS ASFLAGS LDFLAGS LDLIBS ARFLAGS PREFIX DESTDIR'.split(' '),
);

export function isConventional(name: string): boolean {
  return CONVENTIONAL.has(name);
}

export type Operator = '=' | ':=' | '?=' | '+=' | '!=';

export interface Assignment {
  readonly name: string;
  readonly operator: Operator;
  readonly text: string;
  readonly at: At;
}

/**
 * The variable that an assignment makes of the one that was there before; `now` expands a text at once. `from` is where the assignment stands.
 */
export function assigned(
  { name, operator, text, at }: Assignment,
  before: Variable | undefined,
  from: Variable['from'],
  now: (text: string) => readonly Piece[],
): Variable {
  if (operator === '?=' && before !== undefined) return before;
  const optional = operator === '?=' || CONVENTIONAL.has(name) || (operator === '+=' && before?.optional === true);
  const variable = { name, from, optional, yields: operator === '?=' || from === 'built-in', at };
  switch (operator) {
    case '=':
    case '?=':
      return { ...variable, value: text };
    case ':=':
      return { ...variable, value: now(text) };
    case '!=':
      return { ...variable, value: [{ is: 'shell', command: now(text) }] };
    case '+=':
      if (before === undefined) return { ...variable, value: text };
      if (typeof before.value === 'string') return { ...variable, value: before.value === '' ? text : `${before.value} ${text}` };
      return { ...variable, value: before.value.length === 0 ? now(text) : [...before.value, ' ', ...now(text)] };
  }
}

const ASSIGNMENT = /^([^\s:=#!?+]+|[^\s:=#]*?[^\s:=#!?+])\s*(\?=|\+=|!=|:{1,3}=|=)\s*([\s\S]*)$/;

/** An assignment, if the text is one: the name has no blank, and stands before the first `=`. */
export function readAssignment(text: string, at: At): Assignment | undefined {
  const found = ASSIGNMENT.exec(text);
  if (found === null) return undefined;
  const [, name = '', operator = '', value = ''] = found;
  return { name, operator: operator.startsWith(':') ? ':=' : (operator as Operator), text: value, at };
}
