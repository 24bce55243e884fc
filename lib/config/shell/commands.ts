import { scanArithmetic } from './expansion.ts';
import { type Heredoc, scanHeredocBody, scanHeredocStart } from './heredoc.ts';
import { AFTER_BACKSLASH, scanBackquote, scanBackslash, scanDouble, scanSingle } from './quotes.ts';
import { type Atom, decide, deeper, isAt, isOneOf, lose, peek, refuse, type Scan, skipTo } from './text.ts';
import { endCommand, endWord, isClosed, newWords, runsInput, type Words, wordProblem } from './words.ts';

/** Stands for a hole in the text of a word. */
const HOLE = '\uFFFC';
const RUNS_INPUT = 'the program that reads it would run the value';

interface Level {
  readonly nested: boolean;
  readonly now: Words;
  readonly heredocs: Heredoc[];
  /** Open parentheses. */
  depth: number;
  /** The next word is no word of the command: the target of a redirection, or the text of a here-string. */
  next: 'word' | 'target' | 'text' | 'descriptor';
}

/** Commands outside of quotes: of the whole text, or of `$( )` to its parenthesis. */
export function scanCommands(scan: Scan, nested: boolean): undefined {
  const level: Level = { nested, now: newWords(), heredocs: [], depth: 0, next: 'word' };
  for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) {
    if (nested && atom === ')' && level.depth === 0) {
      closeCommand(scan, level, false);
      if (level.heredocs.length > 0) return lose(scan, 'a heredoc that begins inside of $( )');
      if (peek(scan) === ')') scan.at += 1;
      return;
    }
    scanAtom(scan, level, atom);
  }
  closeCommand(scan, level, false);
  if (nested) lose(scan, '$( that is not closed');
}

function scanAtom(scan: Scan, level: Level, atom: Atom): undefined {
  const { now } = level;
  if (typeof atom === 'number') return scanHole(scan, level, atom);
  switch (atom) {
    case "'":
      return collect(scan, level, scanSingle);
    case '"':
      return collect(scan, level, scanDouble);
    case '`':
      return collect(scan, level, scanBackquote);
    case '$':
      return collect(scan, level, (inner) => scan.grammar.expansion(inner, false));
    case '\\':
      return scanEscape(scan, level);
    case '#':
      if (now.word === undefined) return void skipTo(scan, '\n', 'in a comment the shell sees no value', false);
      break;
    case '\n':
      return scanNewline(scan, level);
    case ' ':
    case '\t':
      closeWord(scan, level);
      scan.at += 1;
      return;
    case ';':
    case '&':
    case '|':
    case '(':
    case ')':
      return scanOperator(scan, level, atom);
    case '<':
    case '>':
      return scanRedirection(scan, level);
  }
  now.word = (now.word ?? '') + atom;
  scan.at += 1;
}

function scanEscape(scan: Scan, level: Level): undefined {
  const next = peek(scan, 1);
  if (typeof next === 'number') refuse(scan, next, AFTER_BACKSLASH);
  if (next === '\n') scan.at += 2;
  else collect(scan, level, scanBackslash);
}

/** Reads something quoted as a part of the word, and what it would mean to the command. */
function collect(scan: Scan, level: Level, read: (scan: Scan) => void): undefined {
  const { now } = level;
  const from = scan.at;
  now.word ??= '';
  read(scan);
  if (scan.lost) return;
  for (const atom of scan.atoms.slice(from, scan.at)) {
    if (typeof atom === 'number') takeHole(scan, level, atom);
    else if (!'\'"\\'.includes(atom)) now.word += atom;
  }
}

/** A hole as a part of the word. */
function takeHole(scan: Scan, { now, next }: Level, hole: number): undefined {
  const why = takenAs(now, next);
  if (why !== undefined && scan.verdicts.get(hole)?.is !== 'refused') refuse(scan, hole, why);
  now.word = (now.word ?? '') + HOLE;
  now.holes.push(hole);
}

/** What would be done with a value beyond taking it for one word. bash expands the word behind `>&` twice. */
function takenAs(now: Words, next: Level['next']): string | undefined {
  if (next === 'word') return wordProblem(now);
  if (next === 'descriptor') return 'bash would expand the value behind >& once more; write > and 2>&1';
  return next === 'text' && runsInput(now) ? RUNS_INPUT : undefined;
}

function scanHole(scan: Scan, level: Level, hole: number): undefined {
  const { now, next } = level;
  if (!scan.isList(hole)) decide(scan, hole, { is: 'word' });
  else if (now.word !== undefined || !isBoundary(peek(scan, 1))) {
    refuse(scan, hole, 'a list is many words: leave blanks around it, or join() makes one text of it');
  } else if (next !== 'word' || now.test !== 'no') refuse(scan, hole, 'one word is wanted here, and a list can be many');
  else if (isClosed(now)) refuse(scan, hole, `no words can follow \`${now.words[0]}\``);
  else decide(scan, hole, { is: 'words' });
  takeHole(scan, level, hole);
  scan.at += 1;
}

function isBoundary(atom: Atom | undefined): boolean {
  return atom === undefined || isOneOf(atom, ' \t\n;&|()<>');
}

function closeWord(scan: Scan, level: Level): undefined {
  const { now, next } = level;
  if (now.word === undefined) return;
  level.next = 'word';
  if (next !== 'word') {
    now.word = undefined;
    return;
  }
  const lost = endWord(now, scan, level.nested);
  if (lost !== undefined) lose(scan, lost);
}

function closeCommand(scan: Scan, level: Level, pipe: boolean): undefined {
  closeWord(scan, level);
  level.next = 'word';
  endCommand(level.now, scan, pipe);
}

function scanNewline(scan: Scan, level: Level): undefined {
  closeWord(scan, level);
  if (peek(scan) !== '\n') return;
  if (level.now.test === 'no') closeCommand(scan, level, false);
  scan.at += 1;
  if (scan.pending > level.heredocs.length) return lose(scan, '$( ) that goes on over the start of a heredoc');
  const why = level.now.lineRuns ? RUNS_INPUT : undefined;
  for (const heredoc of level.heredocs.splice(0)) scanHeredocBody(scan, heredoc, why);
  level.now.lineRuns = false;
}

function scanOperator(scan: Scan, level: Level, operator: string): undefined {
  closeWord(scan, level);
  if (peek(scan) !== operator) return;
  const next = peek(scan, 1);
  if (operator === '(' && next === '(' && level.now.test === 'no') return scanArithmetic(scan);
  scan.at += 1;
  if (operator === '(') level.depth += 1;
  if (operator === ')') level.depth = Math.max(0, level.depth - 1);
  if (level.now.test !== 'no' || (operator === '&' && next === '>')) return;
  const double = next === operator && operator !== '(' && operator !== ')';
  if (double || (operator === '|' && next === '&')) scan.at += 1;
  closeCommand(scan, level, operator === '|' && !double);
}

function scanRedirection(scan: Scan, level: Level): undefined {
  if (/^\d+$/.test(level.now.word ?? '')) level.now.word = undefined;
  closeWord(scan, level);
  if (isAt(scan, '<<<')) {
    if (!scan.bash) return lose(scan, '<<<, which sh does not know');
    scan.at += 3;
    level.next = 'text';
  } else if (isAt(scan, '<<')) {
    const heredoc = scanHeredocStart(scan);
    if (heredoc) level.heredocs.push(heredoc);
  } else if (peek(scan, 1) === '(') {
    scan.at += 2;
    deeper(scan, () => scanCommands(scan, true));
    level.now.word = '';
  } else {
    level.next = 'target';
    for (; isOneOf(peek(scan), '<>&|'); scan.at += 1) if (peek(scan) === '&') level.next = 'descriptor';
  }
}
