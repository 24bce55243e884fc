import { commandOf, type Standing } from './command.ts';
import { contentOf, expand, writtenOut } from './expand.ts';
import type { Makefile, Note, Piece, Variable } from './makefile.ts';
import { nameFor } from './names.ts';
import type { ExpandedRecipe, RecipeCommand } from './recipe.ts';
import type { Scope } from './scope.ts';
import { isConventional } from './variables.ts';

/** A variable of make that became a parameter. */
export interface Choice {
  readonly param: string;
  readonly value: string;
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
export function choicesOf(recipes: readonly ExpandedRecipe[], makefile: Makefile, scope: Scope): Choices {
  const exported = [...makefile.exports].filter((name) => makefile.variables.has(name)).map((name) => expand(`$(${name})`, scope));
  const all = [...recipes.flatMap(({ commands }) => commands.map(({ pieces }) => pieces)), ...exported];
  const used = new Map<string, Variable>();
  for (const variable of all.flatMap(variablesIn))
    if (variable.from === 'nowhere' || makefile.variables.get(variable.name) === variable) used.set(variable.name, variable);
  const pinned = new Set([...makefile.pinned, ...recipes.flatMap((recipe) => [...recipe.pinned])]);
  const values = new Map(
    [...used].map(([name, variable]) => [name, writtenOut(variable, { ...scope, pin: (one) => void pinned.add(one.name) })]),
  );
  const own = shellNamesIn(all.flat().filter((piece) => typeof piece === 'string'));
  const why = new Map<string, string>();
  for (const name of used.keys()) {
    if (pinned.has(name)) why.set(name, 'names of files, functions or conditions follow from its value');
    else if (!SAFE.test(values.get(name) ?? '')) why.set(name, 'the shell reads quotes and signs in its value');
  }
  const shellNames = new Map([...used.keys()].map((name) => [name, shellName(name, own)]));
  const standing = (variable: Variable): Standing => {
    const { name } = variable;
    const isOne = used.get(name)?.value === variable.value && !why.has(name);
    return isOne ? { name: shellNames.get(name) ?? name } : { content: contentOf(variable, scope) };
  };
  for (const pieces of all) {
    for (const { name } of commandOf(pieces, standing).refused) why.set(name, 'it stands behind a backslash or a dollar');
  }
  const taken = new Set<string>();
  const params = new Map<string, Choice>();
  for (const [name, { yields }] of used) {
    if (why.has(name)) continue;
    const choice = { param: nameFor(name, taken), value: values.get(name) ?? '', name: shellNames.get(name) ?? name };
    params.set(name, yields && /^[A-Za-z_]\w*$/.test(name) ? { ...choice, yieldsTo: name } : choice);
  }
  return { params, standing, notes: [...notesOf(used, why, makefile), ...nowhereNotes(params, used, recipes)] };
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

function notesOf(used: ReadonlyMap<string, Variable>, why: ReadonlyMap<string, string>, { file }: Makefile): readonly Note[] {
  return [...why].flatMap(([name, reason]) => {
    const variable = used.get(name);
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
  used: ReadonlyMap<string, Variable>,
  recipes: readonly ExpandedRecipe[],
): readonly Note[] {
  const first = new Map<string, RecipeCommand>();
  for (const command of recipes.flatMap(({ commands }) => commands)) {
    for (const { name } of variablesIn(command.pieces)) if (!first.has(name)) first.set(name, command);
  }
  return [...params].flatMap(([name, { param }]) => {
    const command = first.get(name);
    if (used.get(name)?.from !== 'nowhere' || isConventional(name) || command === undefined) return [];
    const why = `nothing sets ${name}: it is the parameter ${param}, empty unless it is given or in the environment`;
    return [{ at: command.at, text: command.text, why, left: false }];
  });
}
