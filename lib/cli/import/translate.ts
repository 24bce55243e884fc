import { err, ok, type Result } from '../../base/result.ts';
import { listingWithin } from './budget.ts';
import { withCallsApart } from './calls.ts';
import { choicesOf } from './choices.ts';
import type { Expansion } from './expansion.ts';
import { isBuiltIn } from './implicit.ts';
import type { Listing, Note } from './makefile.ts';
import { exportsOf, prologueOf } from './prologue.ts';
import { readMakefile } from './read.ts';
import type { ReadFile, Unreadable } from './reading.ts';
import { type ExpandedRecipe, expandRecipe } from './recipe.ts';
import { shellOf } from './recipe-shell.ts';
import { stepsOf } from './steps.ts';
import { targetVariableNotes } from './target-variables.ts';
import { type Target, type Targets, targetsOf } from './targets.ts';
import { type Work, workOf } from './work.ts';
import type { Imported } from './write.ts';

/** Characters that the values of a Makefile may come to, all in all. */
const MOST_TEXT = 16 * 1024 * 1024;

const SPENT = 'its values and pattern rules come to more than is taken: they refer to each other too often';
/** Steps that one file may have. */
const MOST_STEPS = 2000;

/** What is asked of a translation beside the text. */
interface TranslateWish {
  readonly files: Listing;
  readonly readFile: ReadFile;
  /** Targets that are to be left to make, and why. */
  readonly leave: ReadonlyMap<string, string>;
}

/** A Makefile as the steps of a Sandboxfile. Pure but for what `files` and `readFile` look at; runs nothing. */
export function translate(file: string, text: string, { files: listing, readFile, leave }: TranslateWish): Result<Imported, Unreadable> {
  const budget = { left: MOST_TEXT, depth: 0 };
  const files = listingWithin(listing, budget);
  const tooMuch = (message: string): Result<Imported, Unreadable> => err({ file, line: 1, message });
  const read = readMakefile(file, text, files, readFile, budget);
  if (!read.ok) return read;
  const makefile = read.value;
  const named = new Set(makefile.rules.flatMap((rule) => (isBuiltIn(rule) ? [] : rule.targets))).size;
  if (named > MOST_STEPS) return tooMuch(`it has ${named} targets, and ${MOST_STEPS} steps fit into one file`);
  const targets = targetsOf(makefile, files, budget);
  const { chosen, makers } = oncePerRecipe(targets.all, leave);
  if (chosen.length > MOST_STEPS) return tooMuch(`this makes ${chosen.length} steps, and ${MOST_STEPS} fit into one file`);
  const recipes = new Map<string, ExpandedRecipe>();
  for (const target of chosen) {
    const recipe = expandRecipe(target, makefile, files, budget);
    recipes.set(target.name, ignoring(recipe, target.name, targets.special.get('.IGNORE')));
  }
  if (budget.left < 0) return tooMuch(SPENT);
  const expansion: Expansion = { get: (name) => makefile.variables.get(name), files, fault: () => {}, pin: () => {}, open: [], budget };
  const choices = choicesOf([...recipes.values()], makefile, expansion);
  const shell = shellOf(makefile, targets.special, expansion);
  const works = new Map<string, Work>();
  for (const target of chosen) {
    const work = workOf(target, recipes.get(target.name) as ExpandedRecipe, { choices, files, shell });
    for (const one of withCallsApart(work, (called) => targets.all.has(called))) works.set(one.target.name, one);
  }
  const exports = exportsOf(makefile, choices, expansion);
  const notes: Note[] = [...makefile.notes, ...targets.notes];
  if (typeof shell === 'string')
    notes.push({ at: { file, line: 1 }, text: 'SHELL', why: shell, instead: 'All steps call make.', left: true });
  const steps = stepsOf({
    makefile,
    works,
    makers,
    shell: typeof shell === 'string' ? undefined : shell,
    prologue: prologueOf(choices, exports, expansion),
    params: [...choices.params].map(([variable, { param }]) => [variable, param] as const),
    files,
    missing: new Set(),
    note: (note) => void notes.push(note),
  });
  if (budget.left < 0) return tooMuch(SPENT);
  notes.push(...targetVariableNotes(makefile, targets.all, recipes, (name) => choices.params.get(name)?.param), ...choices.notes);
  const goal = steps.find(({ target }) => target === targets.goal)?.id;
  const params = [...choices.params.values()];
  return ok({ source: file, ...(goal === undefined ? {} : { goal }), params, env: exports.env, steps, notes: once(notes) });
}

/** Each recipe with one of the targets that it makes; and which that is, by what is made. */
function oncePerRecipe(
  all: Targets['all'],
  leave: ReadonlyMap<string, string>,
): { readonly chosen: readonly Target[]; readonly makers: ReadonlyMap<string, string> } {
  const chosen: Target[] = [];
  const makers = new Map<string, string>();
  for (const [name, target] of all) {
    if (makers.has(name)) continue;
    const why = leave.get(name);
    chosen.push(why === undefined ? target : { ...target, faults: [...target.faults, why] });
    for (const made of target.makes) makers.set(made, name);
  }
  return { chosen, makers };
}

/** .IGNORE names targets whose commands may fail, or none, which means all. */
function ignoring(recipe: ExpandedRecipe, target: string, ignored: readonly string[] | undefined): ExpandedRecipe {
  if (ignored === undefined || (ignored.length > 0 && !ignored.includes(target))) return recipe;
  return { ...recipe, commands: recipe.commands.map((command) => ({ ...command, ignored: true })) };
}

/** The same of one line is said once, whatever the number of steps that come of it. */
function once(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map((note) => [`${note.at.file}:${note.at.line}:${note.why}`, note] as const).reverse()).values()].reverse();
}
