import { commandOf, type Standing } from './command.ts';
import { contentOf, expand, writtenOut } from './expand.ts';
import type { Expansion } from './expansion.ts';
import type { Makefile, Note, Piece, Variable } from './makefile.ts';
import { nameFor } from './names.ts';
import type { ExpandedRecipe, RecipeCommand } from './recipe.ts';
import { isConventional } from './variables.ts';

/** A variable of make that became a parameter. */
export interface Choice {
  readonly param: string;
  readonly value: string;
  /** What it is where the value is empty, as far as only the shell knows it. */
  readonly computed?: readonly Piece[];
  /** The variable of the environment that is stronger than the value. */
  readonly yieldsTo?: string;
  /** What the variable of the shell is called. */
  readonly name: string;
}

export interface Choices {
  /** By the name of the variable. */
  readonly params: ReadonlyMap<string, Choice>;
  readonly standing: (variable: Variable) => Standing;
  readonly notes: readonly Note[];
}

/** Text that means the same to the shell whether it is pasted or stands in a variable that is not quoted. */
const SAFE = /^(?!\w+=)[\p{L}\p{N}\w@%+=:,./*?^ \t-]*$/u;
/** Variables that mean something to the shell. */
const TAKEN: ReadonlySet<string> = new Set(
  'IFS PWD OLDPWD UID EUID PPID GID RANDOM SECONDS LINENO OPTARG OPTIND PS1 PS2 PS4 ENV _'.split(' '),
);

/**
 * Decides which variables become parameters: those with a plain value that recipes use, and whose value nothing else follows from. Others are
 * written out; for those that are there to be set, it is said why.
 */
export function choicesOf(recipes: readonly ExpandedRecipe[], makefile: Makefile, expansion: Expansion): Choices {
  const exported = [...makefile.exports].filter((name) => makefile.variables.has(name)).map((name) => expand(`$(${name})`, expansion));
  const all = [...recipes.flatMap(({ commands }) => commands.map(({ pieces }) => pieces)), ...exported];
  const used = usedIn(all, makefile, expansion);
  const why = whyWrittenOut(used, recipes, makefile);
  const own = shellNamesIn(all.flat().filter((piece) => typeof piece === 'string'));
  const names = new Map([...used.keys()].map((name) => [name, shellName(name, own)]));
  const standing = (variable: Variable): Standing => {
    const { name } = variable;
    const isOne = used.get(name)?.variable.value === variable.value && !why.has(name);
    return isOne ? { name: names.get(name) ?? name } : { content: contentOf(variable, expansion) };
  };
  for (const pieces of all) {
    for (const { name } of commandOf(pieces, standing).refused) why.set(name, 'it stands behind a backslash or a dollar');
  }
  const needed = new Set(all.flatMap((pieces) => [...commandOf(pieces, standing).quotes.names]));
  const taken = new Set<string>();
  const params = new Map<string, Choice>();
  for (const [name, { variable, content, value }] of used) {
    const shown = names.get(name) ?? name;
    if (why.has(name) || !needed.has(shown)) continue;
    const isComputed = !content.every(isPlain);
    if (isComputed) for (const one of commandOf(content, standing).quotes.names) needed.add(one);
    params.set(name, {
      param: nameFor(name, taken),
      name: shown,
      value,
      ...(isComputed ? { computed: content } : {}),
      ...(variable.yields && /^[A-Za-z_]\w*$/.test(name) ? { yieldsTo: name } : {}),
    });
  }
  return {
    params,
    standing,
    notes: [...notesOf(used, why, makefile), ...nowhereNotes(params, used, recipes), ...decidingNotes(recipes, makefile)],
  };
}

interface Used {
  readonly variable: Variable;
  readonly content: readonly Piece[];
  /** Empty where only the shell knows it. */
  readonly value: string;
  /** Variables that the value is made of. */
  readonly of: readonly string[];
}

/** Variables that texts refer to, and that their values refer to. What refers to others comes before them. */
function usedIn(all: readonly (readonly Piece[])[], { variables }: Makefile, expansion: Expansion): ReadonlyMap<string, Used> {
  const used = new Map<string, Used>();
  const todo = all.flatMap(variablesIn);
  for (const variable of todo) {
    if (used.has(variable.name) || (variable.from !== 'nowhere' && variables.get(variable.name) !== variable)) continue;
    const content = contentOf(variable, expansion);
    const of: string[] = [];
    const value = content.every(isPlain) ? writtenOut(variable, { ...expansion, pin: ({ name }) => void of.push(name) }) : '';
    used.set(variable.name, { variable, content, value, of });
    todo.push(...variablesIn(content));
  }
  return used;
}

function whyWrittenOut(used: ReadonlyMap<string, Used>, recipes: readonly ExpandedRecipe[], { pinned }: Makefile): Map<string, string> {
  const why = new Map<string, string>();
  const fixed = new Set([...pinned, ...recipes.flatMap((recipe) => [...recipe.pinned.keys()])]);
  for (const [name, { value, of }] of used) {
    if (fixed.has(name)) why.set(name, 'names of files, functions or conditions follow from its value');
    else if (!SAFE.test(value)) why.set(name, 'the shell reads quotes and signs in its value');
    else for (const one of of) why.set(one, `the parameter ${name} is made of it`);
  }
  return why;
}

/** Text, or what comes to text without a shell. */
function isPlain(piece: Piece): boolean {
  return typeof piece === 'string' || piece.is === 'variable';
}

function variablesIn(pieces: readonly Piece[]): readonly Variable[] {
  return pieces.flatMap((piece) =>
    typeof piece === 'string' || piece.is === 'environment' ? [] : piece.is === 'shell' ? variablesIn(piece.command) : [piece.variable],
  );
}

/** Variables of the shell that recipes have. */
function shellNamesIn(texts: readonly string[]): ReadonlySet<string> {
  const uses = /\$\{?([A-Za-z_]\w*)|\bfor\s+(\w+)|\bread\s+(?:-\w+\s+)*(\w+)|\b([A-Za-z_]\w*)=/g;
  return new Set(texts.flatMap((text) => [...text.matchAll(uses)].map(([, ...names]) => names.find((name) => name !== undefined) ?? '')));
}

/** The name of the variable, unless the recipes have a shell variable of that name. */
function shellName(name: string, own: ReadonlySet<string>): string {
  const legal = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
  return legal !== name || TAKEN.has(legal) || own.has(legal) ? `make_${legal}` : legal;
}

function notesOf(used: ReadonlyMap<string, Used>, why: ReadonlyMap<string, string>, { file }: Makefile): readonly Note[] {
  return [...why].flatMap(([name, reason]) => {
    const variable = used.get(name)?.variable;
    if (variable === undefined || !variable.optional) return [];
    const text = typeof variable.value === 'string' ? `${name} = ${variable.value}` : name;
    return [
      { at: variable.at ?? { file, line: 1 }, text, why: `${name} is no parameter, its value is written out: ${reason}`, left: false },
    ];
  });
}

/** Of variables that a recipe uses and nothing sets, where they are first used. */
function nowhereNotes(
  params: ReadonlyMap<string, Choice>,
  used: ReadonlyMap<string, Used>,
  recipes: readonly ExpandedRecipe[],
): readonly Note[] {
  const first = new Map<string, RecipeCommand>();
  for (const command of recipes.flatMap(({ commands }) => commands)) {
    for (const { name } of variablesIn(command.pieces)) if (!first.has(name)) first.set(name, command);
  }
  return [...params].flatMap(([name, { param }]) => {
    const command = first.get(name);
    if (used.get(name)?.variable.from !== 'nowhere' || isConventional(name) || command === undefined) return [];
    const why = `nothing sets ${name}: it is the parameter ${param}, empty unless it is given or in the environment`;
    return [{ at: command.at, text: command.text, why, left: false }];
  });
}

/** Of variables that nothing sets and that a function looks at: what recipes do depends on them. */
function decidingNotes(recipes: readonly ExpandedRecipe[], { variables }: Makefile): readonly Note[] {
  return recipes.flatMap(({ pinned }) =>
    [...pinned].flatMap(([name, { at, text }]): readonly Note[] => {
      if (variables.has(name) || isConventional(name)) return [];
      return [{ at, text, why: `nothing sets ${name}, and what this does depends on it: it is taken for empty`, left: false }];
    }),
  );
}
