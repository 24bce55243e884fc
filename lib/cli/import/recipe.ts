import type { Budget } from './budget.ts';
import { expand, writtenOut } from './expand.ts';
import type { Expansion } from './expansion.ts';
import { type At, automatic, type Listing, type Makefile, type Piece, type TargetVariable, type Variable } from './makefile.ts';
import { stemOf } from './patterns.ts';
import type { Target } from './targets.ts';

/** One line that make would give to a shell. */
export interface RecipeCommand {
  readonly at: At;
  /** As it is written. */
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** It begins with `-`: that it fails does not matter. */
  readonly ignored: boolean;
}

export interface ExpandedRecipe {
  readonly commands: readonly RecipeCommand[];
  readonly faults: readonly { readonly at: At; readonly text: string; readonly why: string }[];
  /** It refers to the name of its target, so it makes a file of that name. */
  readonly namesTarget: boolean;
  /** Names of variables whose values were written out, and where. */
  readonly pinned: ReadonlyMap<string, { readonly at: At; readonly text: string }>;
  /** Names of the variables that it looked at. */
  readonly asked: ReadonlySet<string>;
  readonly exported: readonly Variable[];
}

/** The recipe of a target with its references followed. */
export function expandRecipe(target: Target, makefile: Makefile, files: Listing, budget: Budget): ExpandedRecipe {
  const faults: { at: At; text: string; why: string }[] = [];
  const pinned = new Map<string, { readonly at: At; readonly text: string }>();
  const asked = new Set<string>();
  const own = ownVariables(target, makefile.targetVariables);
  const automatics = automaticsOf(target);
  const values = new Map(own.map(({ variable }) => [variable.name, variable]));
  let now: { at: At; text: string } = target;
  let namesTarget = false;
  const expansion: Expansion = {
    get: (name) => {
      asked.add(name);
      if (name.startsWith('@')) namesTarget = true;
      return automatics(name) ?? values.get(name) ?? makefile.variables.get(name);
    },
    files,
    fault: (why) => void faults.push({ at: now.at, text: now.text, why }),
    pin: ({ name }) => void (pinned.has(name) || pinned.set(name, now)),
    open: [],
    budget,
  };
  const commands: RecipeCommand[] = [];
  for (const { file, line, text } of target.recipe ?? []) {
    now = { at: { file, line }, text: text.trim() };
    for (const pieces of splitLines(expand(text, expansion))) {
      const command = withoutPrefix(pieces, expansion);
      if (command.pieces.length > 0) commands.push({ at: now.at, text: now.text, ...command });
    }
  }
  const exported = own.filter((one) => one.exported).map(({ variable }) => variable);
  return { commands, faults, namesTarget, pinned, asked, exported };
}

function ownVariables({ name }: Target, all: readonly TargetVariable[]): readonly TargetVariable[] {
  const fits = (pattern: string): boolean => (pattern.includes('%') ? stemOf(pattern, name) !== undefined : pattern === name);
  return all.filter(({ target }) => fits(target));
}

/** `$@`, `$<` and so on; with D and F their folders and names. */
function automaticsOf({ name, prerequisites, orderOnly, stem }: Target): (name: string) => Variable | undefined {
  const lists: { readonly [sign: string]: readonly string[] } = {
    '@': [name],
    '<': prerequisites.slice(0, 1),
    '^': prerequisites,
    '+': prerequisites,
    '?': prerequisites,
    '|': orderOnly,
    '*': [stem],
    '%': [],
  };
  return (wanted) => {
    const list = lists[wanted.charAt(0)];
    if (list === undefined || wanted.length > 2) return undefined;
    const part = wanted.charAt(1);
    if (part === '') return automatic(wanted, list.join(' '));
    if (part === 'D')
      return automatic(wanted, list.map((path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.')).join(' '));
    return part === 'F' ? automatic(wanted, list.map((path) => path.slice(path.lastIndexOf('/') + 1)).join(' ')) : undefined;
  };
}

/** A variable made by `define` has several lines, and each is a command of its own. */
function splitLines(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      lines.at(-1)?.push(piece);
      continue;
    }
    for (const [i, part] of piece.split(/(?<!\\)\n/).entries()) {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push(part);
    }
  }
  return lines;
}

/** Takes away `@`, `-` and `+`, which are words to make. A variable that is glued to the command can hold them: it is written out. */
function withoutPrefix(pieces: readonly Piece[], expansion: Expansion): { readonly pieces: readonly Piece[]; readonly ignored: boolean } {
  const [first, second, ...rest] = pieces;
  if (typeof first === 'object' && first.is === 'variable') {
    const value = writtenOut(first.variable, expansion);
    const glued = typeof second === 'string' && /^\S/.test(second);
    if (!/^[@+-]/.test(value) && !(value === '' && glued)) return { pieces, ignored: false };
    expansion.pin(first.variable);
    const text = typeof second === 'string' ? value + second : value;
    return withoutPrefix(typeof second === 'object' ? [text, second, ...rest] : [text, ...rest], expansion);
  }
  if (typeof first !== 'string') return { pieces, ignored: false };
  const [prefix = ''] = /^[\s@+-]*/.exec(first) ?? [];
  const text = first.slice(prefix.length);
  const left = second === undefined ? [] : [second, ...rest];
  const isBlank = left.length === 0 && text.trim() === '';
  if (text === '' && typeof second === 'object' && second.is === 'variable' && prefix !== '') {
    const inner = withoutPrefix(left, expansion);
    return { pieces: inner.pieces, ignored: inner.ignored || prefix.includes('-') };
  }
  return { pieces: isBlank ? [] : text === '' ? left : [text, ...left], ignored: prefix.includes('-') };
}
