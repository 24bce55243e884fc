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
 * `source` is absolute or starts with `$HOME/` or `~/`; it is not used by argv.
 */
export function shellProgram(script: Script, env: Pairs = [], source?: string): string {
  const lines: string[] = [];
  if (source !== undefined && script.shell !== 'argv') {
    const file = sourceWord(source);
    lines.push(`if [ -f ${file} ]; then . ${file}; fi`);
  }
  for (const [name, value] of env) lines.push(`export ${name}=${shellQuote(value)}`);
  if (script.shell === 'argv') return `${[...lines, `exec ${script.words.map(shellQuote).join(' ')}`].join('\n')}\n`;
  for (const { name, value } of script.variables) lines.push(`${name}=${shellQuote(value)}`);
  return `${[...lines, STRICT[script.shell], script.text].join('\n')}\n`;
}

function sourceWord(source: string): string {
  const inHome = /^(?:\$HOME|~)\/(.*)$/s.exec(source);
  return inHome ? `"$HOME"/${shellQuote(inHome[1] ?? '')}` : shellQuote(source);
}
