import { wordsOf } from './lines.ts';
import type { Listing } from './makefile.ts';
import { stemOf, withStem } from './patterns.ts';

/** A function of make whose value follows from its arguments, and from the files that are there. */
export interface TextFunction {
  /** Arguments that it takes; what is more belongs to the last. */
  readonly takes: number;
  readonly value: (words: readonly string[], files: Listing) => string;
  /** By how much its value may be longer than its arguments. */
  readonly grows?: (words: readonly string[]) => number;
}

const each = (of: (word: string, more: string) => string, at = 0): TextFunction => ({
  takes: at + 1,
  value: (given) =>
    wordsOf(given[at] ?? '')
      .map((word) => of(word, given[0] ?? ''))
      .join(' '),
});

/** What is put to each word of the text that stands last. */
const byWord = (put: number) => (given: readonly string[]) => wordsOf(given.at(-1) ?? '').length * (given[put]?.length ?? 0);

const chosen = (keep: boolean): TextFunction => ({
  takes: 2,
  value: ([patterns = '', text = '']) => {
    const wanted = wordsOf(patterns);
    const plain = new Set(wanted.filter((pattern) => !pattern.includes('%')));
    const wild = wanted.filter((pattern) => pattern.includes('%'));
    const hit = (word: string): boolean => plain.has(word) || wild.some((pattern) => stemOf(pattern, word) !== undefined);
    return wordsOf(text)
      .filter((word) => hit(word) === keep)
      .join(' ');
  },
});

/** The functions by name. Those that decide what is expanded at all (`if`, `foreach`, `call`, ...) are not among them. */
export const TEXT_FUNCTIONS: ReadonlyMap<string, TextFunction> = new Map<string, TextFunction>([
  [
    'subst',
    {
      takes: 3,
      value: ([from = '', to = '', text = '']) => (from === '' ? text + to : text.replaceAll(from, () => to)),
      grows: ([from = '', to = '', text = '']) => (from === '' ? 0 : (text.split(from).length - 1) * to.length),
    },
  ],
  ['patsubst', { takes: 3, value: ([from = '', to = '', text = '']) => substituted(from.trim(), to.trim(), text), grows: byWord(1) }],
  ['strip', { takes: 1, value: ([text = '']) => wordsOf(text).join(' ') }],
  ['findstring', { takes: 2, value: ([what = '', text = '']) => (text.includes(what) ? what : '') }],
  ['filter', chosen(true)],
  ['filter-out', chosen(false)],
  ['sort', { takes: 1, value: ([text = '']) => [...new Set(wordsOf(text))].sort(byBytes).join(' ') }],
  ['word', { takes: 2, value: ([nth = '', text = '']) => wordsOf(text)[Number(nth) - 1] ?? '' }],
  [
    'wordlist',
    {
      takes: 3,
      value: ([from = '', to = '', text = '']) =>
        wordsOf(text)
          .slice(Number(from) - 1, Number(to))
          .join(' '),
    },
  ],
  ['words', { takes: 1, value: ([text = '']) => String(wordsOf(text).length) }],
  ['firstword', { takes: 1, value: ([text = '']) => wordsOf(text)[0] ?? '' }],
  ['lastword', { takes: 1, value: ([text = '']) => wordsOf(text).at(-1) ?? '' }],
  ['dir', each((word) => folderOf(word))],
  ['notdir', each((word) => word.slice(word.lastIndexOf('/') + 1))],
  ['suffix', { takes: 1, value: ([text = '']) => wordsOf(text).map(suffixOf).filter(Boolean).join(' ') }],
  ['basename', each((word) => word.slice(0, word.length - suffixOf(word).length))],
  ['addsuffix', { ...each((word, suffix) => word + suffix.trim(), 1), grows: byWord(0) }],
  ['addprefix', { ...each((word, prefix) => prefix.trim() + word, 1), grows: byWord(0) }],
  ['join', { takes: 2, value: ([left = '', right = '']) => joined(wordsOf(left), wordsOf(right)) }],
  [
    'wildcard',
    {
      takes: 1,
      value: ([text = ''], files) =>
        wordsOf(text)
          .flatMap((pattern) => files.glob(pattern))
          .join(' '),
    },
  ],
]);

/** `$(patsubst from,to,text)`, and `$(text:from=to)` with patterns. */
function substituted(from: string, to: string, text: string): string {
  return wordsOf(text)
    .map((word) => {
      const stem = stemOf(from, word);
      return stem === undefined ? word : from.includes('%') ? withStem(to, stem) : to;
    })
    .join(' ');
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : './';
}

function suffixOf(path: string): string {
  return /\.[^./]*$/.exec(path)?.[0] ?? '';
}

function joined(left: readonly string[], right: readonly string[]): string {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => (left[i] ?? '') + (right[i] ?? '')).join(' ');
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
