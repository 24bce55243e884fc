import { type AnyOfShape, type ListShape, ONE_WORD } from './shape.ts';

const variable = {
  kind: 'string',
  literal: true,
  format: 'variable',
  description: 'Name of a variable.',
  examples: ['GITHUB_SHA'],
} as const;

/** The two forms of `env`. */
export const envShape = {
  kind: 'any-of',
  description:
    'Environment variables that count: a changed value makes steps stale. A map sets them; a list of names passes them through from the environment. Those of a file or profile are laid over those below name by name.',
  examples: [{ LC_ALL: 'C.UTF-8' }, ['GITHUB_SHA']],
  of: [
    {
      kind: 'map',
      description: 'Variables and their values.',
      format: 'variable',
      of: { kind: 'scalar', description: 'The value, as text.', takes: ONE_WORD },
    },
    { kind: 'list', description: 'Names of variables to pass through.', of: variable },
  ],
} as const satisfies AnyOfShape;

export const variableNames = (description: string) => ({ kind: 'list', description, of: variable }) as const satisfies ListShape;
