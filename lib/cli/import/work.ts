import type { Choices } from './choices.ts';
import { commandOf } from './command.ts';
import { type At, type Listing, pathOf } from './makefile.ts';
import type { ExpandedRecipe } from './recipe.ts';
import type { Line, RecipeShell } from './script.ts';
import type { Target } from './targets.ts';

/** A line of a recipe as shell text, and where it comes from. */
export interface WorkLine extends Line {
  readonly at: At;
  /** As it is written in the Makefile. */
  readonly raw: string;
}

/**
 * What a target is. `file`: the recipe makes it. `action`: it does something. `group`: it has no recipe. `folder`: all it does is to make folders,
 * which is done by those that want them. `make`: it is left to make.
 */
type Role = 'file' | 'action' | 'group' | 'folder' | 'make';

export interface Work {
  readonly target: Target;
  readonly recipe: ExpandedRecipe;
  readonly lines: readonly WorkLine[];
  readonly role: Role;
  /** Targets that its recipe calls make for before anything else. */
  readonly calls: readonly string[];
}

interface WorkScope {
  readonly choices: Choices;
  readonly files: Listing;
  /** Text: recipes are for one that no step can have. */
  readonly shell: RecipeShell | string;
}

export function workOf(target: Target, expanded: ExpandedRecipe, { choices: { standing }, files, shell }: WorkScope): Work {
  const lines = expanded.commands.map(({ at, text, pieces, ignored }): WorkLine => {
    const command = commandOf(pieces, standing);
    return { at, raw: text, text: /\\\s*$/.test(command.text) ? command.text : command.text.trimEnd(), quotes: command.quotes, ignored };
  });
  const isForeign = typeof shell === 'string';
  const recipe = isForeign || shell.whole ? expanded : { ...expanded, faults: [...expanded.faults, ...documentFaults(lines)] };
  return { target, recipe, lines, calls: [], role: isForeign && lines.length > 0 ? 'make' : roleOf(target, recipe, lines, files) };
}

/** In one script the lines that follow would be taken for the document. */
function documentFaults(lines: readonly WorkLine[]): ExpandedRecipe['faults'] {
  const why = 'each line is for a shell of its own, so that the here-document which begins in it is empty';
  return lines.filter(({ quotes }) => quotes.hasDocument).map(({ at, raw }) => ({ at, text: raw, why }));
}

function roleOf(target: Target, recipe: ExpandedRecipe, lines: readonly WorkLine[], files: Listing): Role {
  if (target.faults.length > 0 || recipe.faults.length > 0) return 'make';
  if (lines.length === 0) return 'group';
  if (lines.every(({ text }) => foldersMade(text) !== undefined) && (target.isPhony || lines.length === 1)) return 'folder';
  if (target.isPhony) return 'action';
  const name = pathOf(target.name);
  if (target.makes.length > 1) return 'file';
  if (!isPathLike(target)) return lines.some(({ text }) => makesFile(text, name)) ? 'file' : 'action';
  const cut = name.lastIndexOf('/');
  // A plain word can mean anything.
  const names = [name, name.slice(cut + 1), name.slice(0, Math.max(0, cut))].filter(isPath);
  const isNamed = recipe.namesTarget || lines.some(({ text }) => names.some((one) => text.includes(one)));
  return isNamed || files.exists(name) ? 'file' : 'action';
}

/** Whether the name is one that files have and other things mostly have not. */
export function isPathLike({ name }: Target): boolean {
  return isPath(pathOf(name));
}

function isPath(name: string): boolean {
  return /[./]/.test(name);
}

/** The words behind `mkdir -p`, if that is all that the command does. */
export function foldersMade(text: string): string | undefined {
  return /^(?:(?:test|\[)\s+-d\s+\S+\s*\]?\s*\|\|\s*)?mkdir(?:\s+-p|\s+--parents|\s+-pv)?((?:\s+[\w./@%+=:,${}-]+)+)$/
    .exec(text)?.[1]
    ?.trim();
}

/** Whether a command looks as if it made a file of a name that has neither a slash nor a suffix: others are taken for what somebody does. */
function makesFile(text: string, name: string): boolean {
  const word = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const tools = 'touch|tee|cp|mv|ln|ar|tar|zip|install|strip|curl|wget|cat|dd';
  return new RegExp(`(?:-o\\s*|>\\s*|--output[= ]|\\b(?:${tools})\\b[^;&|]*\\s)["']?(?:\\./)?${word}(?![\\w./-])`).test(text);
}
