import type { Path } from './parsed.ts';

/** A scalar that YAML reads as something else than it looks like. */
interface Ambiguity {
  readonly message: string;
  readonly hint: string;
}

const OLD_TRUTH: ReadonlySet<string> = new Set(['y', 'yes', 'n', 'no', 'on', 'off']);

/**
 * What is unclear about an unquoted scalar that was written as `source` and read as `value`. Whether text or a number is wanted does not matter:
 * a number that does not read as it was written (9.10, 010, 1e3) is wrong as text and unclear as a number.
 */
export function ambiguityOf(source: string, value: null | boolean | number | string, path: Path): Ambiguity | undefined {
  if (typeof value === 'number' && String(value) !== source) {
    return { message: `\`${source}\` is the number ${value}`, hint: `Quote it if it is text: "${source}". As a number write ${value}.` };
  }
  if (typeof value === 'boolean' && String(value) !== source) {
    return { message: `\`${source}\` is the truth value ${value}`, hint: `Quote it if it is text: "${source}". Else write ${value}.` };
  }
  if (value === null && source !== '' && source !== '~' && source !== 'null') {
    return { message: `\`${source}\` is read as nothing`, hint: `Quote it: "${source}".` };
  }
  if (typeof value === 'string' && OLD_TRUTH.has(source.toLowerCase()) && isTyped(path)) {
    const truth = /^[yo]n?(es)?$/i.test(source);
    return {
      message: `\`${source}\` is text here, and a truth value to other readers of YAML`,
      hint: `Quote it: "${source}". As a truth value write ${truth}.`,
    };
  }
  return undefined;
}

/** Types of parameters and of a matrix are taken from their values: there a guess has consequences. */
function isTyped(path: Path): boolean {
  const [top, , section] = path[0] === 'profiles' ? path.slice(2) : path;
  return top === 'params' || top === 'with' || (top === 'steps' && section === 'matrix');
}
