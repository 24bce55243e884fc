import { expand, flat } from './expand.ts';
import { wordsOf } from './lines.ts';
import type { At } from './makefile.ts';
import { addNote, type GrowingMakefile, type GrowingRule, stop } from './reading.ts';
import { readPrerequisites, readRuleLine } from './rule-line.ts';
import { assigned, readAssignment } from './variables.ts';

const TARGET_VARIABLE = /^\s*(?:(?:export|override|private)\s+)*[^\s:#=?+!]+\s*(?:\?=|\+=|!=|:{1,3}=|=)/;

/** A rule, values of variables for targets, or a line that comes to nothing once it is expanded, such as `$(eval ...)`. */
export function readRule(reading: GrowingMakefile, at: At, text: string, comment: string): undefined {
  const { expansion } = reading;
  let line = readRuleLine(text);
  if (line === undefined) {
    // A reference may stand for a whole rule, or for several.
    const expanded = flat(text, { ...expansion, evaluate: (made) => reading.lines(at.file, made, at.line) });
    reading.current = [];
    if (expanded.trim() === '' || reading.unreadable !== undefined) return;
    if (expanded.includes('\n')) return reading.lines(at.file, expanded, at.line);
    line = readRuleLine(expanded);
    if (line === undefined && reading.faults.length > 0) return;
    if (line === undefined) return stop(reading, at, 'missing separator: neither a rule nor a variable', hintFor(reading, text));
  }
  const targets = wordsOf(flat(line.targets, expansion));
  if (TARGET_VARIABLE.test(line.rest)) {
    return readTargetVariables(reading, at, targets, line.behind);
  }
  const { pattern, normal, orderOnly } = readPrerequisites(flat(line.rest, expansion));
  const faults = reading.faults.splice(0);
  const description = /^##+\s*(.*\S)/.exec(comment)?.[1];
  const rule: GrowingRule = {
    ...at,
    text: text.trim(),
    targets: globbed(reading, targets),
    prerequisites: globbed(reading, normal),
    orderOnly: globbed(reading, orderOnly),
    grouped: line.grouped,
    double: line.double,
    faults,
    ...(pattern === undefined ? {} : { pattern }),
    ...(description === undefined ? {} : { description }),
    ...(line.recipe === undefined ? {} : { recipe: line.recipe === '' ? [] : [{ ...at, text: line.recipe }] }),
  };
  reading.rules.push(rule);
  reading.current = [rule];
  if (targets.length === 0 && faults.length > 0) for (const why of faults) addNote(reading, at, text, why);
}

/** Names with wildcards are those of the files that are there. */
function globbed(reading: GrowingMakefile, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const found = /[*?[]/.test(name) && !name.includes('%') ? reading.expansion.files.glob(name) : [];
    return found.length > 0 ? found : [name.replace(/^(?:\.\/+)+(?=.)/, '')];
  });
}

function hintFor(reading: GrowingMakefile, text: string): string {
  if (/^ +\S/.test(text) && reading.prefix === '\t') return 'A line of a recipe begins with a tab; this one begins with blanks.';
  return text.startsWith('\t') ? 'This line of a recipe stands before the first target.' : 'A rule has a `:`, a variable a `=`.';
}

function readTargetVariables(reading: GrowingMakefile, at: At, targets: readonly string[], text: string): undefined {
  reading.current = [];
  const [modifiers = ''] = /^\s*(?:(?:export|override|private)\s+)*/.exec(text) ?? [];
  const assignment = readAssignment(text.slice(modifiers.length).trim(), at);
  if (assignment === undefined) return;
  for (const target of targets) {
    const before = reading.targetVariables.findLast((one) => one.target === target && one.variable.name === assignment.name)?.variable;
    const inherited =
      assignment.operator === '=' || assignment.operator === ':=' ? undefined : (before ?? reading.variables.get(assignment.name));
    const variable = assigned(assignment, inherited, 'file', (value) => expand(value, reading.expansion));
    reading.targetVariables.push({ target, variable, exported: modifiers.includes('export') });
  }
}

export function addRecipeLine(reading: GrowingMakefile, at: At, text: string): undefined {
  for (const rule of reading.current) {
    rule.recipe ??= [];
    rule.recipe.push({ ...at, text: text.replaceAll(`\\\n${reading.prefix}`, '\\\n') });
  }
}
