import { envShape } from './environment.ts';
import { paramShape } from './param.ts';
import { sandboxShape } from './sandbox.ts';
import { readyShape } from './service.ts';
import type { MapShape, ObjectShape } from './shape.ts';
import { stepFields, stepName } from './step.ts';
import { tunnelFields } from './tunnel.ts';

/** A step's keys depend on its task: it is checked against them when files are put together. */
const anyStep = { kind: 'object', description: 'A step.', fields: {} } as const satisfies ObjectShape;

const recipeName = {
  kind: 'string',
  literal: true,
  format: 'name',
  description: 'A file in recipes/.',
  examples: ['haskell-remote-build'],
} as const;

const withValues = {
  kind: 'map',
  description: 'Values for the parameters of the recipe.',
  format: 'name',
  examples: [{ vm: 'buildhost' }],
  of: { kind: 'any-of', description: 'A value.', of: [paramShape.of[1], paramShape.of[2]] },
} as const satisfies MapShape;

const includedPath = {
  kind: 'string',
  literal: true,
  description: 'A Sandboxfile, or the folder of one, as seen from this file.',
  examples: ['backend'],
} as const;

const includeObject = {
  kind: 'object',
  description: 'A file and how it is included.',
  fields: {
    file: includedPath,
    dir: { ...includedPath, description: 'The folder that its paths are relative to, in place of its own.', examples: ['docs'] },
    optional: { kind: 'boolean', literal: true, description: 'It may be missing.', default: false },
    with: { ...withValues, description: 'Values for its parameters.' },
  },
  required: ['file'],
} as const satisfies ObjectShape;

const useObject = {
  kind: 'object',
  description: 'A recipe and values for its parameters.',
  fields: { recipe: recipeName, with: withValues },
  required: ['recipe'],
} as const satisfies ObjectShape;

const secretFields = {
  file: { kind: 'string', literal: true, description: 'A file of mode 0600 that holds it; absolute, or relative to the root, or `~/...`.' },
  version: { kind: 'string', literal: true, description: 'Stands for the value in fingerprints: a new version makes steps stale.' },
} as const satisfies ObjectShape['fields'];

/** What a profile may set. */
const overlayFields = {
  default: {
    kind: 'list',
    single: true,
    description: 'Steps that `sbx run` runs when none is named; without it: none, it lists them.',
    of: stepName,
    examples: [['fetch-artifacts']],
  },
  params: {
    kind: 'map',
    description:
      'Parameters: set by --set, SBX_PARAM_NAME, a profile or `with`. A name alone: a value must be given, or is asked for on a terminal.',
    format: 'name',
    bare: true,
    examples: [{ optimize: { enum: ['0', '1', '2'], default: '1' } }, { jobs: 4 }],
    of: paramShape,
  },
  env: envShape,
  dotenv: {
    kind: 'list',
    single: true,
    description: 'Files of NAME=value lines, below `env` in rank. One that is missing is passed over.',
    of: { kind: 'string', literal: true, format: 'path', description: 'A file.', examples: ['.env'] },
  },
  secrets: {
    kind: 'any-of',
    description: 'Secrets by name: from the environment, or from a file of mode 0600. Only names and versions count.',
    examples: [['RELAY_KEY'], { RELAY_KEY: { file: '~/.config/relay-key', version: '2' } }],
    of: [
      { kind: 'list', description: 'Names.', of: { kind: 'string', literal: true, format: 'variable', description: 'A name.' } },
      {
        kind: 'map',
        description: 'Names, each with where it comes from.',
        format: 'variable',
        of: { kind: 'object', description: 'Where it comes from.', fields: secretFields },
      },
    ],
  },
  sandboxes: {
    kind: 'map',
    description: 'Places where steps run; `local` is always there.',
    format: 'name',
    of: sandboxShape,
    examples: [{ vm: { host: 'haskell-build' } }],
  },
  steps: { kind: 'map', description: 'What can be run.', format: 'name', of: anyStep, examples: [{ lint: { run: 'make lint' } }] },
  tunnels: {
    kind: 'map',
    description: 'Ports of this computer that lead into sandboxes, and of sandboxes that lead here, while steps that need them run.',
    format: 'name',
    of: {
      kind: 'object',
      description: 'A step of the task `tunnel`: steps name it among their `needs`.',
      fields: {
        in: stepFields.in,
        ...tunnelFields,
        needs: stepFields.needs,
        ready: {
          kind: 'object',
          description: 'How long it may take to be ready.',
          fields: { deadline: readyShape.fields.deadline, interval: readyShape.fields.interval },
          examples: [{ deadline: '10s' }],
        },
        if: stepFields.if,
        description: stepFields.description,
      },
    },
    examples: [{ database: { in: 'vm', listen: 5432, to: 'localhost:5432' }, hooks: { in: 'vm', listen: 'there:8080', to: 3000 } }],
  },
  pools: {
    kind: 'map',
    description: 'Names and slots: steps of a pool take one each, or as many as they say. A pool of one slot is a lock.',
    format: 'name',
    of: { kind: 'integer', description: 'Slots.', minimum: 1, maximum: 1024 },
    examples: [{ linkers: 2, memory: 16, db: 1 }],
  },
  cache: {
    kind: 'any-of',
    description: 'The local store: off, or its bounds.',
    examples: [{ maxSize: '20GiB' }],
    of: [
      { kind: 'boolean', description: 'false: nothing is remembered in the store.' },
      {
        kind: 'object',
        description: 'Bounds of the local store.',
        fields: {
          enabled: { kind: 'boolean', description: 'false: nothing is remembered in the store.', default: true },
          maxSize: { kind: 'string', format: 'size', description: 'Bytes in the store.', default: '10GiB' },
          maxAge: { kind: 'string', format: 'duration', description: 'Time since last use.', default: '30d' },
        },
      },
    ],
  },
  hub: {
    kind: 'object',
    description:
      'The State Hub that is told of long steps and of results. Without an address, here or in SBX_HUB_URL or STATE_HUB_URL, none is.',
    fields: {
      url: {
        kind: 'string',
        pattern: '^https?://[^\\s/?#@]+(/[^\\s?#@]*)?$',
        called: 'the address of a hub, without a user and a password',
        description: 'Its address; SBX_HUB_URL and STATE_HUB_URL are stronger.',
        examples: ['http://127.0.0.1:8000'],
      },
      domain: {
        kind: 'string',
        pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
        called: 'a domain of the hub',
        description: 'The domain of what it is told; STATE_HUB_DOMAIN is stronger. Without either: railiance.',
        examples: ['railiance'],
      },
      interval: {
        kind: 'string',
        format: 'duration',
        description: 'Time between two notes on a step that runs longer than that; 100ms at least.',
        default: '1m',
      },
      wait: {
        kind: 'string',
        format: 'duration',
        description: 'How long the end of a run waits at most for notes on their way. Then they are dropped.',
        default: '3s',
      },
    },
    examples: [{ url: 'http://127.0.0.1:8000' }],
  },
} as const satisfies ObjectShape['fields'];

/** The keys of a Sandboxfile, in the order of the reference. Recipes and profiles have the same. */
export const sandboxfileFields = {
  version: { kind: 'integer', literal: true, description: 'The version of this format: 1.', minimum: 1, maximum: 1 },
  name: {
    kind: 'string',
    literal: true,
    description: "The project's name. Without it: the name of its folder.",
    pattern: '^[^/\\x00-\\x1f]+$',
    called: 'the name of a folder',
    examples: ['hello'],
  },
  use: {
    kind: 'any-of',
    description: 'Recipes whose steps, sandboxes and parameters this file builds on.',
    of: [
      recipeName,
      useObject,
      { kind: 'list', description: 'Several recipes.', of: { kind: 'any-of', description: 'A recipe.', of: [recipeName, useObject] } },
    ],
  } as const,
  with: withValues,
  include: {
    kind: 'map',
    description: 'Other Sandboxfiles by the names that stand before their steps: `backend:build`.',
    format: 'name',
    of: { kind: 'any-of', description: 'A file, or the folder of one.', of: [includedPath, includeObject] },
    examples: [{ backend: './backend', docs: { file: 'docs/Sandboxfile.yaml', optional: true } }],
  },
  extensions: {
    kind: 'list',
    single: true,
    description:
      'Modules with further tasks, profiles and drivers: files, as seen from this file, or packages that are installed for the project. Their code is run by every command that reads this file.',
    of: {
      kind: 'string',
      literal: true,
      description: 'A file, with ./ before it, or the name of a package.',
      pattern: '^(\\.\\.?/.+|(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*)$',
      called: 'a file with ./ before it, or the name of a package',
      examples: ['./extensions/notify.mjs'],
    },
    examples: [['./extensions/notify.mjs', 'sbx-extension-notify']],
  },
  ...overlayFields,
  profiles: {
    kind: 'map',
    description: 'Overlays chosen by --profile NAME.',
    examples: [{ release: { params: { optimize: '2' } } }],
    format: 'name',
    of: { kind: 'object', description: 'Values that replace those of the file.', fields: overlayFields },
  },
} as const satisfies ObjectShape['fields'];

export const sandboxfileShape = {
  kind: 'object',
  description: 'A Sandboxfile: places, steps and what they need.',
  fields: sandboxfileFields,
  required: ['version'],
} as const satisfies ObjectShape;
