import type { Command } from './command.ts';

/** The shell of recipes. */
export interface RecipeShell {
  readonly is: 'sh' | 'bash';
  /** What .SHELLFLAGS turns on. */
  readonly stops: boolean;
  readonly pipefail: boolean;
  /** `-u`: a variable that is not set is an error. */
  readonly strict: boolean;
  /** One shell for all lines of a recipe: .ONESHELL. */
  readonly whole: boolean;
}

/** A command of a recipe, ready to be put into a script. */
export interface Line extends Pick<Command, 'text' | 'quotes'> {
  readonly ignored: boolean;
}

/** What changes the shell that it runs in, or begins a command of several parts. */
const CHANGES: ReadonlySet<string> = new Set(
  'cd export unset set . source exec exit eval umask trap alias readonly ulimit shift return read wait'.split(' '),
);
const BEGINS: ReadonlySet<string> = new Set('if while until for case ! { [[ function'.split(' '));

/** How much of a shell of its own a line needs. */
type Need = 'none' | 'where others follow' | 'always';

/**
 * make gives each line of a recipe to a new shell, which goes on after a command that fails (`a; b`); a script of sbx is one shell that stops. So
 * that each line means what it did, those that could tell the difference stand in brackets of their own.
 */
export function scriptOf(lines: readonly Line[], shell: RecipeShell): string {
  const strict = shell.strict ? ['set -u'] : [];
  if (shell.whole) return [...strict, openingOf(shell), ...lines.map(({ text }) => text)].filter(Boolean).join('\n');
  return [...strict, ...lines.map((line, i) => written(line, i === lines.length - 1, shell))].join('\n');
}

function written({ text, quotes, ignored }: Line, isLast: boolean, shell: RecipeShell): string {
  const need = needOf(text, quotes, shell);
  const hasComment = quotes.where === 'comment' || /\\\n/.test(text);
  if (need === 'none' && !ignored) return text;
  if (need === 'none') return hasComment ? `(\n${text}\n) || true` : `${text} || true`;
  if (need === 'where others follow') {
    if (isLast && !ignored) return text;
    const group = hasComment ? `(\n${text}\n)` : `( ${text} )`;
    return ignored ? `${group} || true` : group;
  }
  const open = openingOf(shell);
  if (isLast && !ignored) return open === '' ? text : `${open}\n${text}`;
  const group = `(${open === '' ? '' : ` ${open}`}\n${text}\n)`;
  return ignored ? `${group} || true` : group;
}

function needOf(text: string, quotes: Line['quotes'], { is, stops, pipefail }: RecipeShell): Need {
  const { operators, bare, isOpen } = quotes;
  const words = bare.trim().split(/\s+/);
  const command = words.find((word) => !/^\w+=/.test(word));
  const differs = operators.some((one) => one === ';' || one === '&' || one === '\n' || one === '(' || one === ')') || isOpen;
  const pipes = is === 'bash' && !pipefail && operators.includes('|');
  const begins = command !== undefined && BEGINS.has(command);
  if (pipes || ((differs || begins) && !stops)) return 'always';
  const changes = command === undefined ? !text.trimStart().startsWith('#') : CHANGES.has(command);
  return changes || differs || begins || operators.includes('&&') ? 'where others follow' : 'none';
}

/** What makes a shell of sbx behave as make's: undoes `set -e`, and in bash pipefail. */
function openingOf({ is, stops, pipefail }: RecipeShell): string {
  const words = [...(stops ? [] : ['+e']), ...(is === 'bash' && !pipefail ? ['+o', 'pipefail'] : [])];
  return words.length === 0 ? '' : `set ${words.join(' ')}`;
}
