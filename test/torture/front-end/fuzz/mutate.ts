import type { Random } from '../../random.ts';
import { expression } from './grammar.ts';
import { EXPRESSION, GLOBS, KEYS, SHELL, VALUES, YAML } from './words.ts';

const DICTIONARIES = [KEYS, YAML, YAML, EXPRESSION, SHELL, GLOBS, VALUES];
const LONGEST = 20_000;

/** The text with some of its tokens changed, or parts of another one in it. */
export function mutated(text: string, other: string, random: Random): string {
  let tokens: string[] = text.match(/\s+|[A-Za-z0-9_-]+|./gsu) ?? [];
  const spare: string[] = other.match(/[^\n]*\n?/g) ?? [];
  for (let left = 1 + random.below(5); left > 0; left--) {
    const at = random.below(tokens.length + 1);
    const length = 1 + random.below(random.oneIn(4) ? 20 : 3);
    tokens = changed(tokens, at, length, spare, random);
  }
  return tokens.join('').slice(0, LONGEST);
}

function changed(tokens: readonly string[], at: number, length: number, spare: readonly string[], random: Random): string[] {
  const before = tokens.slice(0, at);
  const part = tokens.slice(at, at + length);
  const after = tokens.slice(at + length);
  const word = random.pick(random.pick(DICTIONARIES));
  switch (random.below(8)) {
    case 0:
      return [...before, ...after];
    case 1:
      return [...before, word, ...part, ...after];
    case 2:
      return [...before, word, ...after];
    case 3:
      return [...before, ...Array.from({ length: 2 + random.below(random.oneIn(10) ? 200 : 4) }, () => part).flat(), ...after];
    case 4:
      return [...before, expression(random), ...part, ...after];
    case 5:
      return [...before, '\n', ...(spare.length > 0 ? [random.pick(spare)] : []), ...part, ...after];
    case 6:
      return [...after, ...part, ...before];
    default:
      return [...before, ...part.toReversed(), ...after];
  }
}
