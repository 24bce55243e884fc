import { parseDuration } from '../base/duration.ts';
import { globProblem } from '../base/pattern.ts';
import { parseSize } from '../base/size.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { PLATFORM, platformLike } from './platform.ts';
import type { StringShape } from './shape.ts';

type Format = NonNullable<StringShape['format']>;

/** A text that is not of its format: what is wrong, and what to write instead. */
export interface FormatProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
}

/** The format as a regular expression, as far as one can tell. */
export const FORMAT_PATTERNS: { readonly [format in Format]: string } = {
  name: '^[a-z][a-z0-9_-]*$',
  variable: '^[A-Za-z_][A-Za-z0-9_]*$',
  duration: '^\\s*(\\d+(\\.\\d+)?(ms|s|m|h|d))+\\s*$',
  size: '^\\s*\\d+(\\.\\d+)?\\s*([KMGT]i?B|B)\\s*$',
  glob: '^!?[^/]',
  path: '^(?!/)(?!(.*/)?\\.\\.(/|$)).',
  platform: PLATFORM,
  step: '^:?([a-z][a-z0-9_-]*:)*[a-z][a-z0-9_-]*(@[A-Za-z0-9._+=%,-]*)?$',
};

const NAME = new RegExp(FORMAT_PATTERNS.name);
const VARIABLE = new RegExp(FORMAT_PATTERNS.variable);
const STEP = new RegExp(FORMAT_PATTERNS.step);

const NO_EXPRESSION = 'Names are written out, without expressions.';
const NAMED_VALUE = /^[A-Za-z_]\w*=/;

/** What is wrong with `text` as a value of the format; undefined if nothing is. */
export function formatProblem(format: Format, text: string): FormatProblem | undefined {
  switch (format) {
    case 'name':
      if (NAME.test(text)) return undefined;
      return {
        code: 'bad-name',
        message: `\`${text}\` is not a name`,
        hint: text.includes('${{') ? NO_EXPRESSION : `${like(nameLike(text))}Names start with a-z and go on with a-z, 0-9, _ and -.`,
      };
    case 'variable':
      if (VARIABLE.test(text)) return undefined;
      return {
        code: 'bad-name',
        message: `\`${text}\` cannot be the name of a variable`,
        hint: text.includes('${{')
          ? NO_EXPRESSION
          : NAMED_VALUE.test(text)
            ? `Only names stand in a list. A map gives values: { ${text.replace('=', ': ')} }.`
            : `${like(variableLike(text))}Use letters, digits and _, no digit first.`,
      };
    case 'duration':
      return boundProblem(text, parseDuration(text), LONGEST, 'a duration', 'Write for example 90s, 10m, 1h30m or 7d.');
    case 'size':
      return boundProblem(text, parseSize(text), Number.MAX_SAFE_INTEGER, 'a size', 'Write for example 500MB or 20GiB.');
    case 'glob': {
      const problem = globProblem(text);
      return problem === undefined ? undefined : { code: 'bad-glob', message: `glob \`${text}\` ${problem}` };
    }
    case 'path':
      return pathProblem(text);
    case 'step':
      return stepProblem(text);
    case 'platform':
      if (new RegExp(PLATFORM).test(text)) return undefined;
      return { code: 'bad-value', message: `\`${text}\` is not a platform`, hint: platformLike(text) };
  }
}

/** A name, that of a file that is included before it, the values of a cell behind it. */
function stepProblem(text: string): FormatProblem | undefined {
  if (STEP.test(text)) return undefined;
  const cut = text.indexOf('@');
  const names = (cut < 0 ? text : text.slice(0, cut)).replace(/^:/, '').split(':');
  const problem = names.map((name) => formatProblem('name', name)).find((one) => one !== undefined);
  if (problem !== undefined) return problem;
  const message = `\`${text}\` names no cell of a matrix`;
  return { code: 'bad-name', message, hint: 'A cell is step@v1,v2, in the order of its keys; `sbx list` shows how it is written.' };
}

/** Ten years, in ms: more is a slip, and no clock of a shell counts it. */
const LONGEST = 3650 * 86_400_000;

function boundProblem(text: string, value: number | undefined, most: number, what: string, hint: string): FormatProblem | undefined {
  if (value !== undefined && value <= most) return undefined;
  return { code: 'bad-value', message: `\`${text}\` is ${value === undefined ? `not ${what}` : `too much for ${what}`}`, hint };
}

function like(near: string | undefined): string {
  return near === undefined ? '' : `Write for example \`${near}\`. `;
}

function nameLike(text: string): string | undefined {
  const near = text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/-$/, '');
  return NAME.test(near) ? near : undefined;
}

function variableLike(text: string): string | undefined {
  const near = text
    .trim()
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/_$/, '');
  return VARIABLE.test(near) ? near : undefined;
}

/** A path below the project's root. */
function pathProblem(text: string): FormatProblem | undefined {
  const bad = (why: string): FormatProblem => ({
    code: 'bad-path',
    message: `path \`${text}\` ${why}`,
    hint: "Paths are relative to the project's root.",
  });
  if (text === '') return bad('is empty');
  if (text.includes('\0')) return bad('holds a NUL character');
  if (text.startsWith('/')) return bad('is absolute');
  if (text.split('/').includes('..')) return bad('leaves the project by `..`');
  return undefined;
}
