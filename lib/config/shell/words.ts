import { refuse, type Scan } from './text.ts';

// The words of a simple command, as far as they tell whether a value among them would be run as a program.

const SHELLS = /^(?:sh|bash|dash|ash|zsh|ksh|mksh|fish|busybox|su|runuser)$/;
const INTERPRETERS = /^(?:python|python[23](?:\.\d+)?|perl|ruby|node|deno|bun|php|lua|Rscript|ghc|tclsh)$/;
/** They read their words as shell text, or as names of variables whose subscripts are run. */
const READERS: ReadonlySet<string> = new Set(
  'eval trap let alias unset read mapfile readarray getopts ssh rsh watch parallel bind complete fc'.split(' '),
);
const DECLARERS: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly', 'integer']);
const PREFIXES: ReadonlySet<string> = new Set(
  'command builtin exec env sudo doas time nice nohup setsid stdbuf timeout xargs chroot'.split(' '),
);
/** A command begins behind them. */
const STARTERS: ReadonlySet<string> = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', '{', 'time', 'coproc']);
const CLOSERS: ReadonlySet<string> = new Set(['fi', 'done', 'esac', '}']);
const NUMERIC = /^-(?:eq|ne|lt|le|gt|ge|v|R|t)$/;
const IS_NUMERIC = 'this test is arithmetic, which runs what a value says; use [ ]';

export interface Words {
  /** Finished words of the command, without their quotes. */
  words: string[];
  /** The word that is being read. */
  word: string | undefined;
  holes: number[];
  /** Holes of the commands before it in the pipe. */
  earlier: number[];
  piped: boolean;
  /** A shell or interpreter is started on this line: it may read a heredoc as its program. */
  lineRuns: boolean;
  /** Inside of `[[ ]]`. */
  test: 'no' | 'plain' | 'numeric';
}

export function newWords(): Words {
  return { words: [], word: undefined, holes: [], earlier: [], piped: false, lineRuns: false, test: 'no' };
}

/** What would be done with a value at this point of the command beyond taking it for a word. */
export function wordProblem({ words, word: before = '', test }: Words): string | undefined {
  const name = commandOf(words);
  const previous = words.at(-1) ?? '';
  if (/^[A-Za-z_]\w*\[/.test(before)) return 'a subscript is arithmetic, which runs what a value says';
  if (test === 'numeric') return IS_NUMERIC;
  if (
    (/^-[A-Za-z]*c$|^--command$/.test(previous) || /^(?:-\w*c.|--command=)/.test(before)) &&
    words.some((word) => SHELLS.test(base(word)))
  ) {
    return 'the inner shell would run the value; give it as an argument behind the text and take it as "$1"';
  }
  if (/^-[A-Za-z]*[ceEr]$|^--eval$|^-p$/.test(previous) && words.some((word) => INTERPRETERS.test(base(word)))) {
    return 'the program would run the value as its text';
  }
  if (name === undefined) return undefined;
  if (READERS.has(name)) return `${name} would run the value`;
  if (DECLARERS.has(name) && !before.includes('=')) return `${name} would take the value for a name`;
  if (previous === '-v' && ['printf', 'test', '['].includes(name)) return `${name} would take the value for a name`;
  return undefined;
}

/** Words of a list cannot follow the end of a compound command. */
export function isClosed({ words }: Words): boolean {
  return words.length > 0 && CLOSERS.has(words[0] ?? '');
}

/** Whether a here-string or heredoc would be read as a program. */
export function runsInput({ words, lineRuns }: Words): boolean {
  return lineRuns || words.some((word) => SHELLS.test(base(word)) || INTERPRETERS.test(base(word)));
}

/** Ends the word, if one is being read. Gives a reason if from here on nothing can be told. */
export function endWord(now: Words, scan: Scan, nested: boolean): string | undefined {
  const { word } = now;
  if (word === undefined) return undefined;
  now.word = undefined;
  if (now.words.length === 0 && STARTERS.has(word)) return undefined;
  if (now.words[0] === 'function' && word === '{') {
    now.words = [];
    return undefined;
  }
  now.words.push(word);
  const name = commandOf(now.words);
  if (nested && now.words.length === 1 && word === 'case') return '`case` inside of $( )';
  if (name !== undefined && DECLARERS.has(name) && (name === 'integer' || /^[-+][A-Za-z]*[in]/.test(word)))
    return 'variables with attributes';
  if (SHELLS.test(base(word)) || INTERPRETERS.test(base(word)) || word === 'ssh') now.lineRuns = true;
  if (now.words.length === 1 && word === '[[') now.test = 'plain';
  if (word === ']]') now.test = 'no';
  if (now.test === 'plain' && NUMERIC.test(word)) {
    now.test = 'numeric';
    for (const hole of now.holes) refuse(scan, hole, IS_NUMERIC);
  }
  return undefined;
}

/** Ends the command. A pipe joins it to the next; a shell at the end of a pipe runs what comes through it. */
export function endCommand(now: Words, scan: Scan, pipe: boolean): undefined {
  const name = commandOf(now.words);
  if (now.piped && name !== undefined && (SHELLS.test(name) || INTERPRETERS.test(name) || name === 'ssh')) {
    for (const hole of now.earlier) refuse(scan, hole, `${name} would run what comes through the pipe`);
  }
  now.earlier = pipe ? [...now.earlier, ...now.holes] : [];
  now.piped = pipe;
  now.words = [];
  now.holes = [];
  now.test = 'no';
}

/** The name of the command: behind assignments and words such as `exec` and `sudo`. */
function commandOf(words: readonly string[]): string | undefined {
  let prefixed = false;
  for (const word of words) {
    if (/^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/.test(word) || word.startsWith('-')) continue;
    if (PREFIXES.has(base(word))) prefixed = true;
    else if (!prefixed || !/^[\d.]+[smhd]?$/.test(word)) return base(word);
  }
  return undefined;
}

function base(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
