import { sandboxfileShape } from '../../../../lib/schema/sandboxfile.ts';
import type { Shape } from '../../../../lib/schema/shape.ts';
import { stepFields } from '../../../../lib/schema/step.ts';
import { TASKS } from '../../../../tasks/index.ts';
import type { Random } from '../../random.ts';
import { EXPRESSION, GLOBS, SHELL, VALUES } from './words.ts';

// Sandboxfiles that are nearly right, from the shapes of the schema itself.

const NAMES = ['a', 'b', 'c', 'vm', 'local', 'p', 'q', 'constructor'];

/** A text in which much is right and something may be wrong. */
export function newFile(random: Random): string {
  const fields = Object.entries(sandboxfileShape.fields as { readonly [key: string]: Shape }).filter(
    ([key]) => key !== 'version' && key !== 'use' && random.oneIn(3),
  );
  const all: [string, Shape][] = [...fields, ['steps', STEPS]];
  const version = random.oneIn(30) ? '' : 'version: 1\n';
  return version + all.map(([key, shape]) => `${key}:${valueFor(shape, random, 1)}\n`).join('');
}

const STEP: Shape = {
  kind: 'object',
  description: '',
  fields: { ...Object.assign({}, ...TASKS.map(({ fields }) => fields)), ...stepFields },
};
const STEPS: Shape = { kind: 'map', description: '', format: 'name', of: STEP };

/** Behind the colon: on the same line, or below it. */
function valueFor(shape: Shape, random: Random, depth: number): string {
  if (random.oneIn(40)) return ` ${anyText(random)}`;
  switch (shape.kind) {
    case 'boolean':
      return ` ${random.pick(['true', 'false'])}`;
    case 'integer':
      return ` ${(shape.minimum ?? 0) + random.below(4)}`;
    case 'scalar':
      return ` ${random.pick([quoted(anyText(random)), String(random.below(100)), 'true'])}`;
    case 'string':
      return ` ${textOf(shape, random)}`;
    case 'list':
      return ` [${some(random, 3, () => valueFor(shape.of, random, 9).trim()).join(', ')}]`;
    case 'any-of':
      return valueFor(random.pick(shape.of), random, depth);
    case 'map':
    case 'object':
      return members(shape, random, depth);
  }
}

function members(shape: Shape & { readonly kind: 'map' | 'object' }, random: Random, depth: number): string {
  const pairs: (readonly [string, Shape])[] =
    shape.kind === 'map'
      ? random
          .shuffled(NAMES)
          .slice(0, random.below(4))
          .map((name) => [shape.format === 'variable' ? name.toUpperCase() : name, shape.of] as const)
      : Object.entries(shape.fields).filter(([key]) => shape.required?.includes(key) || random.oneIn(key === 'run' ? 1 : 7));
  if (depth >= 4) return ` { ${pairs.map(([key, of]) => `${key}:${valueFor(of, random, 9)}`).join(', ')} }`;
  return pairs.length === 0 ? ' {}' : pairs.map(([key, of]) => `\n${'  '.repeat(depth)}${key}:${valueFor(of, random, depth + 1)}`).join('');
}

function textOf(shape: Shape & { readonly kind: 'string' }, random: Random): string {
  if (shape.enum !== undefined) return random.pick(shape.enum);
  if (shape.description.startsWith('Text for the shell'))
    return quoted(some(random, 9, () => random.pick([...SHELL, expression(random), ' ', 'word'])).join(''));
  switch (shape.format) {
    case 'name':
      return random.pick(NAMES);
    case 'variable':
      return random.pick(NAMES).toUpperCase();
    case 'glob':
      return quoted(some(random, 5, () => random.pick(GLOBS)).join('') || 'a');
    case undefined:
      return random.oneIn(3) ? quoted(`${random.pick(VALUES)}${expression(random)}`) : random.pick(VALUES);
    default:
      return random.pick(VALUES);
  }
}

export function expression(random: Random): string {
  return `\${{ ${some(random, 6, () => random.pick(EXPRESSION)).join(' ') || 'os'} }}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function anyText(random: Random): string {
  return random.pick([...VALUES, ...GLOBS, '~', '', '[]', '{}']);
}

function some<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: 1 + random.below(most) }, make);
}
