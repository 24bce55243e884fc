import type { AnyOfShape, ObjectShape, StringShape } from './shape.ts';

const poolName = { kind: 'string', literal: true, format: 'name', description: 'A slot of this pool.' } as const satisfies StringShape;

const poolShare = {
  kind: 'object',
  description: 'So many slots of a pool.',
  fields: {
    name: { ...poolName, description: 'Name of the pool.', examples: ['memory'] },
    weight: { kind: 'integer', description: 'How many slots.', minimum: 1, maximum: 1024, default: 1 },
  },
  required: ['name'],
} as const satisfies ObjectShape;

/** What a step takes of pools. */
export const poolShape = {
  kind: 'any-of',
  description:
    'The pools whose slots bound how many of their steps run at once. All that a step takes is taken together, in turn: nobody that came later, and wants some of it, is let in before.',
  of: [
    poolName,
    poolShare,
    { kind: 'list', description: 'Several pools.', of: { kind: 'any-of', description: 'A pool.', of: [poolName, poolShare] } },
  ],
  examples: ['linkers', { name: 'memory', weight: 4 }, ['db', { name: 'memory', weight: 4 }]],
} as const satisfies AnyOfShape;
