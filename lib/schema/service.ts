import type { ObjectShape } from './shape.ts';

/** How it is known that a service is ready. */
export const readyShape = {
  kind: 'object',
  description:
    'When a service is ready: one of `tcp`, `http`, `command` and `line`. Steps that need it begin then. Without: as soon as it was started.',
  fields: {
    tcp: {
      kind: 'string',
      description: 'Something accepts connections there, seen from the place of the service; `localhost` without a host.',
      examples: ['localhost:5432'],
    },
    http: {
      kind: 'string',
      description: 'The address answers with `status`, seen from the place of the service.',
      examples: ['http://localhost:8080/health'],
    },
    status: { kind: 'integer', description: 'The status that is wanted. Without: any from 200 to 399.', minimum: 100, maximum: 599 },
    command: {
      kind: 'string',
      literal: true,
      description: 'The command ends with 0. It runs in the place and the folder of the service, with its variables.',
      examples: ['pg_isready -q'],
    },
    line: {
      kind: 'string',
      literal: true,
      description: 'A line of what the service prints fits this regular expression of JavaScript; colours are taken away before.',
      examples: ['listening on port \\d+'],
    },
    deadline: { kind: 'string', format: 'duration', description: 'A service that is not ready by then has failed.', default: '1m' },
    interval: { kind: 'string', format: 'duration', description: 'Between two questions.', default: '200ms' },
  },
  examples: [{ tcp: 'localhost:5432' }, { http: 'http://localhost:8080/health', deadline: '30s' }],
} as const satisfies ObjectShape;
