import { shellQuote } from '../../base/quote.ts';
import type { Choice, Choices } from './choices.ts';
import { commandOf } from './command.ts';
import { contentOf, expand } from './expand.ts';
import type { Expansion } from './expansion.ts';
import type { Makefile, Piece, Variable } from './makefile.ts';

/** What recipes find in their environment. */
interface Exports {
  /** Values that a Sandboxfile can hold, with expressions. */
  readonly env: readonly (readonly [name: string, text: string])[];
  /** Others are set by each recipe. */
  readonly lines: readonly string[];
}

/**
 * What a script of a recipe begins with, so that the variables it refers to are there, and what it must be passed of the environment.
 * `exported`: variables that this target alone exports.
 */
export type Prologue = (
  names: ReadonlySet<string>,
  body: string,
  exported: readonly Variable[],
) => { readonly text: readonly string[]; readonly passed: readonly string[] };

/** Every step has these, and those that begin with LC_ or SBX_. */
const BASE: ReadonlySet<string> = new Set('PATH HOME USER LOGNAME SHELL TERM LANG TZ TMPDIR PWD OLDPWD IFS'.split(' '));

export function exportsOf(makefile: Makefile, choices: Choices, expansion: Expansion): Exports {
  const env: (readonly [string, string])[] = [];
  const lines: string[] = [];
  for (const name of makefile.exports) {
    const variable = makefile.variables.get(name);
    if (!/^[A-Za-z_]\w*$/.test(name)) continue;
    if (variable === undefined) {
      env.push([name, `\${{ default(env.${name}, '') }}`]);
      continue;
    }
    const pieces = expand(`$(${name})`, expansion);
    const text = pieces.map((piece) => settled(piece, choices));
    if (text.includes(undefined)) lines.push(exportLine(variable, pieces, choices));
    else env.push([name, text.join('')]);
  }
  return { env, lines };
}

/** A piece as text of the Sandboxfile; undefined if only the shell knows it. */
function settled(piece: Piece, { params, standing }: Pick<Choices, 'params' | 'standing'>): string | undefined {
  if (typeof piece === 'string') return piece.includes('${{') ? undefined : piece;
  if (piece.is !== 'variable') return undefined;
  const stands = standing(piece.variable);
  if ('content' in stands) {
    const texts = stands.content.map((one) => settled(one, { params, standing }));
    return texts.includes(undefined) ? undefined : texts.join('');
  }
  const choice = params.get(piece.variable.name);
  return choice === undefined ? undefined : `\${{ params.${choice.param} }}`;
}

/** In double quotes, so that it stays one word; what is special in them is escaped. */
function exportLine({ name }: Variable, pieces: readonly Piece[], { standing }: Choices): string {
  if (pieces.every((piece) => typeof piece === 'string')) return `export ${name}=${shellQuote(pieces.join(''))}`;
  const escaped = pieces.map((piece) => (typeof piece === 'string' ? piece.replace(/["\\`$]/g, '\\$&') : piece));
  const { text } = commandOf(['"', ...escaped, '"'], standing);
  return `export ${name}=${text}`;
}

/** The value that only the shell knows, where none was given. */
function computedLine({ name }: Choice, pieces: readonly Piece[], { standing }: Choices): string {
  const escaped = pieces.map((piece) => (typeof piece === 'string' ? piece.replace(/["\\`$}]/g, '\\$&') : piece));
  return `: ${commandOf([`"\${${name}:=`, ...escaped, '}"'], standing).text}`;
}

export function prologueOf(choices: Choices, exports: Exports, expansion: Expansion): Prologue {
  const exported = new Set(exports.env.map(([name]) => name));
  const byName = new Map([...choices.params.values()].map((choice) => [choice.name, choice]));
  return (names, body, own) => {
    const extra = [...exports.lines, ...own.map((variable) => exportLine(variable, contentOf(variable, expansion), choices))];
    const all = [...new Set([...names, ...extra.flatMap(shellNamesIn)])];
    const set: string[] = [];
    const computed: string[] = [];
    for (const name of all) {
      const choice = byName.get(name);
      if (name === 'CURDIR') set.push('CURDIR=$PWD');
      if (choice === undefined || (exported.has(name) && choice.name === name)) continue;
      set.push(`${name}=\${{ params.${choice.param} }}`);
      if (choice.computed === undefined) continue;
      const line = computedLine(choice, choice.computed, choices);
      computed.unshift(line);
      for (const one of shellNamesIn(line)) if (!all.includes(one)) all.push(one);
    }
    const isSet = (name: string): boolean =>
      byName.has(name) || exported.has(name) || extra.some((line) => line.startsWith(`export ${name}=`)) || setsIn(body, name);
    const passed = all.filter((name) => name !== 'CURDIR' && !BASE.has(name) && !/^(?:LC_|SBX_)/.test(name) && !isSet(name));
    return { text: [...(set.length > 0 ? [set.join(' ')] : []), ...computed, ...extra], passed };
  };
}

/** Variables of the shell that a line refers to. */
function shellNamesIn(line: string): readonly string[] {
  return [...line.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
}

/** Whether a script sets a variable itself. */
function setsIn(body: string, name: string): boolean {
  const sets = `\\b${name}=|\\bfor\\s+${name}\\b|\\bread\\s+(?:-\\w+\\s+)*(?:\\w+\\s+)*${name}\\b|\\bgetopts\\s+\\S+\\s+${name}\\b`;
  return new RegExp(sets).test(body);
}
