import type { AnyOfShape, ListShape, ObjectShape } from './shape.ts';

const scalar = { kind: 'scalar', description: 'A value. Quote what is text but looks like a number or a truth value.' } as const;
const scalars = { kind: 'list', description: 'Values.', of: scalar } as const satisfies ListShape;

export const paramFields = {
  type: {
    kind: 'string',
    literal: true,
    description: 'What the parameter holds. Without it: what the default is, else a string.',
    enum: ['string', 'number', 'boolean', 'list'],
  },
  default: {
    kind: 'any-of',
    description: 'The value where none is given; without it a value must be given, or is asked for on a terminal.',
    of: [scalar, scalars],
  },
  enum: { kind: 'list', description: 'The values that are allowed.', of: { ...scalar, literal: true } },
  aliases: {
    kind: 'list',
    description: 'Other names by which it may be given a value.',
    of: { kind: 'string', literal: true, format: 'name', description: 'A name.' },
  },
  description: { kind: 'string', literal: true, description: 'One line for people.' },
} as const satisfies ObjectShape['fields'];

export const paramShape = {
  kind: 'any-of',
  description: 'A parameter: its declaration, or just its default.',
  of: [{ kind: 'object', description: 'The declaration of a parameter.', fields: paramFields }, scalar, scalars],
} as const satisfies AnyOfShape;
