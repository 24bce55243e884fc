import { topLevel, wordsOf } from './lines.ts';

/** A line with a colon, before anything in it is expanded. */
interface RuleLine {
  readonly targets: string;
  readonly grouped: boolean;
  readonly double: boolean;
  /** Behind the colon, all of it, and up to `;`. */
  readonly behind: string;
  readonly rest: string;
  /** Behind `;`: the first line of the recipe. */
  readonly recipe?: string;
}

/** Takes a line apart at its colon; undefined if it has none outside of references. */
export function readRuleLine(text: string): RuleLine | undefined {
  const colon = topLevel(text, (i) => text[i] === ':' && text[i - 1] !== '\\');
  if (colon < 0) return undefined;
  const double = text[colon + 1] === ':';
  const grouped = text[colon - 1] === '&';
  const behind = text.slice(colon + (double ? 2 : 1));
  const end = topLevel(behind, (i) => behind[i] === ';');
  return {
    targets: text.slice(0, grouped ? colon - 1 : colon),
    grouped,
    double,
    behind,
    rest: end < 0 ? behind : behind.slice(0, end),
    ...(end < 0 ? {} : { recipe: behind.slice(end + 1).trimStart() }),
  };
}

interface Prerequisites {
  /** Of a static pattern rule: what its targets match. */
  readonly pattern?: string;
  readonly normal: readonly string[];
  readonly orderOnly: readonly string[];
}

/** What stands behind the colon, expanded. */
export function readPrerequisites(text: string): Prerequisites {
  const colon = /^(?:[^:\\]|\\.)*?:(?!\/\/)/.exec(text)?.[0].length ?? 0;
  const pattern = colon === 0 ? undefined : text.slice(0, colon - 1).trim();
  const words = wordsOf(text.slice(colon));
  const bar = words.indexOf('|');
  const [normal, orderOnly] = bar < 0 ? [words, []] : [words.slice(0, bar), words.slice(bar + 1)];
  return { ...(pattern === undefined ? {} : { pattern }), normal, orderOnly };
}
