import { flat } from './expand.ts';
import type { Expansion } from './expansion.ts';
import { folded } from './lines.ts';
import { argumentsOf, referenceAt } from './reference.ts';

/** `ifeq` and the like that are open: whether lines are read now, and whether a branch was taken already. */
interface Open {
  readonly line: number;
  taken: boolean;
  reading: boolean;
}

type Conditional = 'read' | 'no conditional' | { readonly decided: boolean } | { readonly wrong: string };

/** Follows the conditionals of one file. */
export class Conditionals {
  readonly #open: Open[] = [];

  /** Whether the lines at this point count. */
  get reading(): boolean {
    return this.#open.every(({ reading }) => reading);
  }

  /** The line of a conditional that is not closed. */
  get unclosed(): number | undefined {
    return this.#open.at(-1)?.line;
  }

  /** Takes a line, its comment taken away. `decided`: a test was made, and this is what came of it. */
  take(text: string, line: number, expansion: Expansion): Conditional {
    const [, word = '', rest = ''] = /^\s*(ifeq|ifneq|ifdef|ifndef|else|endif)\b\s*([\s\S]*)$/.exec(folded(text)) ?? [];
    const last = this.#open.at(-1);
    switch (word) {
      case '':
        return 'no conditional';
      case 'endif':
        return this.#open.pop() === undefined ? { wrong: 'endif without an ifeq, ifneq, ifdef or ifndef before it' } : 'read';
      case 'else': {
        if (last === undefined) return { wrong: 'else without an ifeq, ifneq, ifdef or ifndef before it' };
        last.reading = !last.taken;
        if (rest === '' || last.taken) {
          last.taken = true;
          return 'read';
        }
        const [, inner = '', test = ''] = /^(\w+)\s*([\s\S]*)$/.exec(rest) ?? [];
        return this.#decide(last, inner, test, expansion);
      }
      default: {
        const open: Open = { line, taken: false, reading: false };
        const outer = this.reading;
        this.#open.push(open);
        if (outer) return this.#decide(open, word, rest, expansion);
        open.taken = true;
        return 'read';
      }
    }
  }

  #decide(open: Open, word: string, test: string, expansion: Expansion): Conditional {
    const decided = judged(word, test.trim(), expansion);
    if (decided === undefined) return { wrong: `the condition of ${word} cannot be read` };
    open.taken = decided;
    open.reading = decided;
    return { decided };
  }
}

function judged(word: string, test: string, expansion: Expansion): boolean | undefined {
  if (word === 'ifdef' || word === 'ifndef') {
    const variable = expansion.get(flat(test, expansion).trim());
    if (variable !== undefined) expansion.pin(variable);
    return (variable !== undefined && variable.value.length > 0) === (word === 'ifdef');
  }
  const sides = word === 'ifeq' || word === 'ifneq' ? sidesOf(test) : undefined;
  if (sides === undefined) return undefined;
  const [left = '', right = ''] = sides.map((side) => flat(side, expansion));
  return (left === right) === (word === 'ifeq');
}

/** `(a,b)`, `"a" "b"` or `'a' 'b'`. */
function sidesOf(test: string): readonly string[] | undefined {
  const quoted = /^(["'])(.*?)\1\s*(["'])(.*?)\3$/.exec(test);
  if (quoted !== null) return [quoted[2] ?? '', quoted[4] ?? ''];
  const inner = test.startsWith('(') ? referenceAt(`$${test}`, 0)?.inner : undefined;
  const sides = inner === undefined ? [] : argumentsOf(inner, 2);
  return sides.length === 2 ? [sides[0]?.trimEnd() ?? '', sides[1]?.trimStart() ?? ''] : undefined;
}
