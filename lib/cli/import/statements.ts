import { expand, flat } from './expand.ts';
import { wordsOf } from './lines.ts';
import type { At } from './makefile.ts';
import { readRule } from './read-rule.ts';
import { addNote, type GrowingMakefile, stop } from './reading.ts';
import { type Assignment, assigned, type Operator, readAssignment } from './variables.ts';

const MOST_FILES = 64;
/** Variables that tell make itself what to do. */
const OF_MAKE: ReadonlySet<string> = new Set(['MAKEFLAGS', 'GNUMAKEFLAGS', 'MFLAGS', 'VPATH', '.DEFAULT_GOAL', '.RECIPEPREFIX']);

/** A line that is no recipe and no conditional, its comment taken away. */
export function readStatement(reading: GrowingMakefile, at: At, text: string, comment: string): undefined {
  // Blanks behind a value are a part of it.
  const bare = text.trimStart();
  if (bare === '') return;
  const [, word = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(bare) ?? [];
  // `export: x` is a rule, `export = x` a variable.
  if (!/^(?:[:=]|[?+!]=)/.test(rest) && readDirective(reading, at, word, rest, bare)) {
    if (word !== 'override' && word !== 'private' && word !== 'export') reading.current = [];
    return;
  }
  const assignment = readAssignment(bare, at);
  if (assignment !== undefined) {
    reading.current = [];
    return setVariable(reading, assignment);
  }
  readRule(reading, at, text, comment);
}

/** Sets a variable; its name may hold references. */
export function setVariable(
  reading: GrowingMakefile,
  { name, operator, text, at }: Omit<Assignment, 'operator'> & { readonly operator: string },
): undefined {
  const full = flat(name, reading.expansion).trim();
  if (full === '') return stop(reading, at, 'the name of a variable is missing');
  const pinned = reading.pinned.length;
  const kind = (operator.startsWith(':') ? ':=' : operator) as Operator;
  const variable = assigned({ name: full, operator: kind, text, at }, reading.variables.get(full), reading.from, (value) =>
    expand(value, reading.expansion),
  );
  const [why] = reading.faults;
  // Nothing follows from a value that is not known.
  if (why !== undefined) reading.pinned.length = pinned;
  reading.variables.set(full, why === undefined ? variable : { ...variable, unknown: `the value of ${full} is not known: ${why}` });
  if (full === '.RECIPEPREFIX') reading.prefix = flat(text, reading.expansion).charAt(0) || '\t';
  if (full === 'VPATH')
    reading.searched.push({
      pattern: '%',
      folders: flat(text, reading.expansion)
        .split(/[\s:]+/)
        .filter(Boolean),
    });
  if (OF_MAKE.has(full) && full.endsWith('FLAGS')) {
    addNote(reading, at, `${full} ${operator} ${text}`, 'flags of make mean nothing to sbx', 'See `sbx run --help` for those of sbx.');
  }
}

/** Whether the line is a directive; if so, it is followed. */
function readDirective(reading: GrowingMakefile, at: At, word: string, rest: string, text: string): boolean {
  switch (word) {
    case 'override':
    case 'private':
      readStatement(reading, at, rest, '');
      return true;
    case 'export':
      readExport(reading, at, rest);
      return true;
    case 'unexport':
      if (rest === '') reading.exportsAll = false;
      for (const name of wordsOf(flat(rest, reading.expansion))) reading.exports.delete(name);
      return true;
    case 'undefine':
      reading.variables.delete(flat(rest, reading.expansion).trim());
      return true;
    case 'include':
    case '-include':
    case 'sinclude':
      include(reading, at, word, rest, text);
      return true;
    case 'vpath': {
      const [pattern = '', ...folders] = wordsOf(flat(rest, reading.expansion));
      if (folders.length > 0) reading.searched.push({ pattern, folders: folders.flatMap((list) => list.split(':')).filter(Boolean) });
      return true;
    }
    case 'load':
      addNote(reading, at, text, 'sbx loads no plugins of make');
      return true;
    default:
      return false;
  }
}

function readExport(reading: GrowingMakefile, at: At, rest: string): undefined {
  if (rest === '') reading.exportsAll = true;
  const assignment = readAssignment(rest, at);
  if (assignment === undefined) {
    for (const name of wordsOf(flat(rest, reading.expansion))) reading.exports.add(name);
    return;
  }
  reading.current = [];
  reading.exports.add(flat(assignment.name, reading.expansion).trim());
  setVariable(reading, assignment);
}

function include(reading: GrowingMakefile, at: At, word: string, rest: string, text: string): undefined {
  const names = wordsOf(flat(rest, reading.expansion)).flatMap((name) => {
    const found = /[*?[]/.test(name) ? reading.expansion.files.glob(name) : [];
    return found.length > 0 ? found : [name];
  });
  for (const name of names) {
    // What a compiler wrote is of the last build, and sbx has its own way to know headers.
    if (name.endsWith('.d')) continue;
    reading.files += 1;
    if (reading.files > MOST_FILES) return stop(reading, at, `more than ${MOST_FILES} files are included`);
    const found = reading.readFile(name);
    if (found !== undefined) reading.lines(name, found);
    else if (word === 'include')
      addNote(reading, at, text, `${name} cannot be read`, 'Import again where it is there, or write its rules as steps.');
    else addNote(reading, at, text, `there is no ${name}, which make allows here: nothing is taken from it`, undefined, false);
  }
}
