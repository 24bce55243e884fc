import { shellQuote } from '../base/quote.ts';
import type { Script } from '../model/script.ts';
import type { Pairs } from '../model/value.ts';

// Turns a script into shell text. Knows nothing of how the text travels or who runs it.

/** The interpreter of a script and its flags, the program to follow: start-up files are never read. */
export const INTERPRETERS = {
  sh: ['sh'],
  bash: ['bash', '--noprofile', '--norc'],
  argv: ['sh'],
} as const satisfies { readonly [shell in Script['shell']]: readonly string[] };

/** Like GitHub's `shell: bash` and like `sh -e`: the first failing command ends the script; in bash a failing part of a pipe counts. */
const STRICT = { sh: 'set -e', bash: 'set -eo pipefail' } as const;

/**
 * The whole program of a script for its interpreter (`INTERPRETERS[script.shell]`): the file to source if it exists, the variables of the
 * environment (exported; they win over what the sourced file sets), the values that the text refers to (not exported), then the text.
 * Every value is one single-quoted word. No value holds NUL and every name is a shell name: both are checked when the Sandboxfile is read.
 * All but the first of these stand on the line where the text begins, so that a shell that names a line of it names the right one.
 * `source` is absolute or starts with `$HOME/` or `~/`; it is not used by argv.
 */
export function shellProgram(script: Script, env: Pairs = [], source?: string): string {
  const before = env.map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  if (script.shell === 'argv') return `${[...before, `exec ${script.words.map(shellQuote).join(' ')}`].join('; ')}\n`;
  before.push(...script.variables.map(({ name, value }) => `${name}=${shellQuote(value)}`), STRICT[script.shell]);
  return `${sourced(source)}${[...before, script.text].join('; ')}\n`;
}

/** On a line of its own: an alias counts from the next line on. */
function sourced(source: string | undefined): string {
  if (source === undefined) return '';
  const file = sourceWord(source);
  return `if [ -f ${file} ]; then . ${file}; fi\n`;
}

function sourceWord(source: string): string {
  const inHome = /^(?:\$HOME|~)\/(.*)$/s.exec(source);
  return inHome ? `"$HOME"/${shellQuote(inHome[1] ?? '')}` : shellQuote(source);
}
