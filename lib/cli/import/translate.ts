import { err, ok, type Result } from '../../base/result.ts';
import { withCallsApart } from './calls.ts';
import { choicesOf } from './choices.ts';
import type { Scope } from './expand.ts';
import type { Listing, Note } from './makefile.ts';
import { exportsOf, prologueOf } from './prologue.ts';
import { readMakefile } from './read.ts';
import type { ReadFile, Unreadable } from './reading.ts';
import { type ExpandedRecipe, expandRecipe } from './recipe.ts';
import { shellOf } from './recipe-shell.ts';
import { stepsOf } from './steps.ts';
import { targetVariableNotes } from './target-variables.ts';
import { type Target, targetsOf } from './targets.ts';
import { type Work, workOf } from './work.ts';
import type { Imported } from './write.ts';

/** Characters that the values of a Makefile may come to, all in all. */
const MOST_TEXT = 16 * 1024 * 1024;

/** Steps that one file may have. */
const MOST_STEPS = 2000;

/** A Makefile as the steps of a Sandboxfile. Pure but for what `files` and `readFile` look at; runs nothing. */
export function translate(file: string, text: string, files: Listing, readFile: ReadFile): Result<Imported, Unreadable> {
  const budget = { left: MOST_TEXT };
  const read = readMakefile(file, text, files, readFile, budget);
  if (!read.ok) return read;
  const makefile = read.value;
  const targets = targetsOf(makefile, files);
  const notes: Note[] = [...makefile.notes, ...targets.notes];
  const chosen = new Map<string, Target>();
  const makers = new Map<string, string>();
  for (const [name, target] of targets.all) {
    if (makers.has(name)) continue;
    chosen.set(name, target);
    for (const made of target.makes) makers.set(made, name);
  }
  const recipes = new Map<string, ExpandedRecipe>();
  if (chosen.size > MOST_STEPS)
    return err({ file, line: 1, message: `this makes ${chosen.size} steps, and more than ${MOST_STEPS} are too many for one file` });
  for (const [name, target] of chosen)
    recipes.set(name, ignoring(expandRecipe(target, makefile, files, budget), name, targets.special.get('.IGNORE')));
  const scope: Scope = { get: (name) => makefile.variables.get(name), files, fault: () => {}, pin: () => {}, open: [], budget };
  const choices = choicesOf([...recipes.values()], makefile, scope);
  const shell = shellOf(makefile, targets.special, scope);
  if (typeof shell === 'string')
    notes.push({ at: { file, line: 1 }, text: 'SHELL', why: shell, instead: 'All steps call make.', left: true });
  const works = new Map<string, Work>();
  for (const [name, target] of chosen) {
    const work = workOf(target, recipes.get(name) as ExpandedRecipe, choices, typeof shell === 'string');
    for (const one of withCallsApart(work, (called) => targets.all.has(called))) works.set(one.target.name, one);
  }
  const exports = exportsOf(makefile, choices, scope);
  const steps = stepsOf({
    makefile,
    works,
    makers,
    shell: typeof shell === 'string' ? undefined : shell,
    prologue: prologueOf(choices, exports, scope),
    files,
    note: ({ target }, at, line, why, instead, left = true) =>
      void notes.push({
        at: { file: at.file, line: at.line },
        text: line,
        why,
        left,
        target: target.name,
        ...(instead === undefined ? {} : { instead }),
      }),
  });
  const goal = steps.find(({ target }) => target === targets.goal)?.id;
  return ok({
    source: file,
    ...(goal === undefined ? {} : { goal }),
    params: [...choices.params.values()],
    env: exports.env,
    steps,
    notes: [...notes, ...targetVariableNotes(makefile, targets.all, recipes, (name) => choices.params.get(name)?.param), ...choices.notes],
  });
}

/** .IGNORE names targets whose commands may fail, or none, which means all. */
function ignoring(recipe: ExpandedRecipe, target: string, ignored: readonly string[] | undefined): ExpandedRecipe {
  if (ignored === undefined || (ignored.length > 0 && !ignored.includes(target))) return recipe;
  return { ...recipe, commands: recipe.commands.map((command) => ({ ...command, ignored: true })) };
}
