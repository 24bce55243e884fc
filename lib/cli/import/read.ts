import { err, ok, type Result } from '../../base/result.ts';
import type { Budget } from './budget.ts';
import { BUILT_IN } from './built-in.ts';
import { Conditionals } from './conditionals.ts';
import { folded, type Line, logicalLines, withoutComment } from './lines.ts';
import type { At, Listing, Makefile } from './makefile.ts';
import { addRecipeLine } from './read-rule.ts';
import { addNote, type GrowingMakefile, type ReadFile, stop, type Unreadable } from './reading.ts';
import { readStatement, setVariable } from './statements.ts';

/**
 * Reads a Makefile as GNU make does, line after line, with the values that variables have when nobody sets them. Runs nothing.
 * `readFile` is asked for what it includes.
 */
export function readMakefile(file: string, text: string, files: Listing, readFile: ReadFile, budget: Budget): Result<Makefile, Unreadable> {
  const reading = newReading(file, files, readFile, budget);
  reading.lines('make', BUILT_IN);
  reading.from = 'built-in';
  reading.variables.set('MAKEFILE_LIST', { name: 'MAKEFILE_LIST', from: 'built-in', value: file, optional: false, yields: false });
  const here = [{ is: 'environment', name: 'PWD' }] as const;
  for (const name of ['CURDIR', 'PWD'])
    reading.variables.set(name, { name, from: 'built-in', value: here, optional: false, yields: false });
  reading.from = 'file';
  reading.lines(file, text);
  if (reading.unreadable !== undefined) return err(reading.unreadable);
  const exportsAll = reading.exportsAll || reading.rules.some(({ targets }) => targets.includes('.EXPORT_ALL_VARIABLES'));
  if (exportsAll) for (const { name, from } of reading.variables.values()) if (from === 'file') reading.exports.add(name);
  return ok({ ...reading, pinned: new Set(reading.pinned) });
}

const MOST_DEEP = 16;

function newReading(file: string, files: Listing, readFile: ReadFile, budget: Budget): GrowingMakefile {
  const faults: string[] = [];
  const reading: GrowingMakefile = {
    file,
    variables: new Map(),
    rules: [],
    targetVariables: [],
    exports: new Set(),
    exportsAll: false,
    searched: [],
    notes: [],
    readFile,
    faults,
    expansion: {
      get: (name) => reading.variables.get(name),
      files,
      fault: (why) => void faults.push(why),
      pin: ({ name }) => void reading.pinned.push(name),
      open: [],
      budget,
    },
    pinned: [],
    lines: (name, text, first = 1) => {
      if (reading.depth === MOST_DEEP)
        return stop(reading, { file: name, line: first }, `files and $(eval ...) are nested more than ${MOST_DEEP} deep`);
      reading.depth += 1;
      readLines(reading, name, logicalLines(text), first);
      reading.depth -= 1;
      return undefined;
    },
    from: 'built-in',
    current: [],
    prefix: '\t',
    files: 0,
    depth: 0,
  };
  return reading;
}

/** `first`: the number of the first line, in the file that the text was made in. */
function readLines(reading: GrowingMakefile, file: string, lines: readonly Line[], first: number): undefined {
  const conditionals = new Conditionals();
  for (let i = 0; i < lines.length && reading.unreadable === undefined; i++) {
    const { line, text: raw } = lines[i] as Line;
    const at: At = { file, line: line + first - 1 };
    if (raw.startsWith(reading.prefix) && reading.current.length > 0) {
      if (conditionals.reading) addRecipeLine(reading, at, raw.slice(reading.prefix.length));
      continue;
    }
    const { text, comment } = withoutComment(folded(raw));
    const took = conditionals.take(text, at.line, reading.expansion);
    if (took === 'no conditional' && conditionals.reading) {
      const define = /^\s*(?:(?:override|export|private)\s+)*define\s+(.*?)\s*(\?=|\+=|!=|:{1,3}=|=)?\s*$/.exec(text);
      if (define === null) readStatement(reading, at, text, comment);
      else i = readDefine(reading, at, { name: define[1] ?? '', operator: define[2] ?? '=' }, lines, i);
    } else if (typeof took === 'object') tellConditional(reading, at, text, took);
    for (const why of reading.faults.splice(0)) addNote(reading, at, text, why);
  }
  if (conditionals.unclosed !== undefined)
    stop(reading, { file, line: conditionals.unclosed }, 'the conditional that begins here has no endif');
}

function tellConditional(
  reading: GrowingMakefile,
  at: At,
  text: string,
  took: { readonly decided: boolean } | { readonly wrong: string },
): undefined {
  if ('wrong' in took) return stop(reading, at, took.wrong);
  if (reading.from !== 'file') return undefined;
  const judged = `it was judged ${took.decided}`;
  const which = took.decided ? 'the lines that it allows are translated, others are not' : 'the lines below it are left out';
  const [why] = reading.faults.splice(0);
  if (why === undefined) addNote(reading, at, text, `${judged}, as when nobody sets a variable: ${which}`, undefined, false);
  else addNote(reading, at, text, `${why}; ${judged}: ${which}`, 'See that this is what is meant here.');
}

/** Takes the lines up to `endef`; gives the place of the last one. */
function readDefine(
  reading: GrowingMakefile,
  at: At,
  { name, operator }: { readonly name: string; readonly operator: string },
  lines: readonly Line[],
  start: number,
): number {
  const body: string[] = [];
  let depth = 1;
  for (let i = start + 1; i < lines.length; i++) {
    const { text } = lines[i] as Line;
    if (/^\s*define\s/.test(text)) depth += 1;
    if (/^\s*endef\b/.test(text)) depth -= 1;
    if (depth === 0) {
      setVariable(reading, { name, operator, text: body.join('\n'), at });
      return i;
    }
    body.push(text);
  }
  stop(reading, at, 'the define that begins here has no endef');
  return lines.length;
}
