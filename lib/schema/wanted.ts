import type { Shape } from './shape.ts';

/** What is wanted where the shape is, in words. */
export function wanted(shape: Shape): string {
  switch (shape.kind) {
    case 'string':
      return shape.format === 'duration' ? 'a duration' : shape.format === 'size' ? 'a size' : 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'scalar':
      return 'text, a number or a truth value';
    case 'list':
      return 'a list';
    case 'map':
    case 'object':
      return 'a map';
    case 'any-of':
      return [...new Set(shape.of.map((one) => (one.kind === 'scalar' ? 'a value' : wanted(one))))].join(' or ');
  }
}
