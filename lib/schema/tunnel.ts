import type { ObjectShape } from './shape.ts';

/** What a tunnel has beside the keys of every step. */
export const tunnelFields = {
  listen: {
    kind: 'any-of',
    description: 'The port that leads through the tunnel: of this computer, or `there:PORT`, of the sandbox. It is one of 127.0.0.1.',
    of: [
      { kind: 'integer', description: 'A port of this computer.', minimum: 1, maximum: 65_535 },
      {
        kind: 'string',
        description: 'The same as text, or a port of the sandbox.',
        pattern: '^(there:)?[0-9]{1,5}$',
        called: 'a port, or `there:PORT`',
      },
    ],
    examples: [5432, 'there:8080'],
  },
  to: {
    kind: 'any-of',
    description: 'Where it leads: a port that the other side can reach, of its own without a host.',
    of: [
      { kind: 'integer', description: 'A port of the other side.', minimum: 1, maximum: 65_535 },
      { kind: 'string', description: 'HOST:PORT, as the other side knows it.' },
    ],
    examples: ['localhost:5432', 8080],
  },
} as const satisfies ObjectShape['fields'];
