import { envShape, variableNames } from './environment.ts';
import { poolShape } from './pool.ts';
import { readyShape } from './service.ts';
import { type ListShape, type MapShape, type ObjectShape, ONE_WORD, type StringShape } from './shape.ts';

/** Also of a cell of a matrix, or of all its cells. */
export const stepName = {
  kind: 'string',
  literal: true,
  format: 'step',
  description: 'Name of a step.',
  examples: ['build'],
} as const satisfies StringShape;

const stepNames = (description: string) =>
  ({
    kind: 'list',
    single: true,
    description,
    of: stepName,
  }) as const satisfies ListShape;

const cellValues = {
  kind: 'map',
  description: 'Keys and a value for each.',
  format: 'name',
  of: { kind: 'scalar', literal: true, description: 'A value.' },
} as const satisfies MapShape;

const glob = { kind: 'string', format: 'glob', description: 'A glob; a leading ! takes away.' } as const satisfies StringShape;

const inputCommand = {
  kind: 'object',
  description: 'A command: what it prints counts, what it prints on stderr does not.',
  fields: { command: { kind: 'string', literal: true, description: 'Text for sh.', examples: ['git rev-parse HEAD'] } },
  required: ['command'],
} as const satisfies ObjectShape;

const globs = (description: string, examples: readonly (readonly string[])[]) =>
  ({
    kind: 'list',
    single: true,
    description,
    of: glob,
    examples,
  }) as const satisfies ListShape;

const sandboxName = (description: string) => ({ kind: 'string', literal: true, format: 'name', description, examples: ['vm'] }) as const;

/** The keys of every step, whatever its task. */
export const stepFields = {
  task: {
    kind: 'string',
    literal: true,
    format: 'name',
    description: 'The kind of step.',
    default: 'shell',
  },
  run: {
    kind: 'any-of',
    description:
      'The command. Values of expressions reach it as variables, so each stays one word. A list of words goes with `shell: argv`.',
    of: [
      { kind: 'string', description: 'Text for the shell.', examples: ['make -j${{ cpus }}'] },
      { kind: 'list', description: 'Words.', of: { kind: 'string', description: 'A word.' } },
    ],
  },
  shell: {
    kind: 'string',
    literal: true,
    description: '`sh` (with -e), `bash` (with -e and pipefail), or `argv`: no shell, the words as they are.',
    enum: ['sh', 'bash', 'argv'],
    default: 'sh',
  },
  in: { ...sandboxName('The sandbox where the step runs.'), default: 'local' },
  needs: stepNames('Steps whose results this one reads: they come first, and their changes make this one stale.'),
  after: stepNames('Steps that come first if they run at all; order only.'),
  provides: sandboxName('The sandbox that this step brings up. It runs only if a step there must run.'),
  releases: sandboxName(
    'The sandbox that this step takes down, after its last user. With `when: always` it comes along whenever the place is used.',
  ),
  inputs: {
    kind: 'list',
    single: true,
    description:
      'Files that the step reads, and commands whose output counts for it. Only they make it stale. The commands run here, at the start of a run, and never for a query.',
    of: {
      kind: 'any-of',
      description: 'A glob; a leading ! takes away. Or a command.',
      of: [glob, inputCommand],
    },
    examples: [
      ['src/**', '*.cabal', '!src/gen/**'],
      ['src/**', { command: 'git rev-parse HEAD' }],
    ],
  },
  outputs: globs('Files that the step makes; `[]` remembers that it passed, and its log. Without it the step runs every time.', [
    ['build/**'],
  ]),
  values: {
    kind: 'map',
    description:
      'Values that the command gives to the expressions of the steps that need this one, as `steps.NAME.outputs.VALUE`, and the kind of each. It writes them as lines `value=text` to the file that the variable SBX_OUTPUT names.',
    format: 'name',
    of: {
      kind: 'string',
      literal: true,
      description: 'The kind: which fields of other steps take it.',
      enum: ['text', 'image', 'machine', 'endpoint'],
    },
    examples: [{ version: 'text' }],
  },
  state: globs("The tool's own memory: kept, never hashed, moved away or restored.", [['dist-newstyle']]),
  tools: {
    kind: 'list',
    single: true,
    description: 'Programs here that the step uses; a changed one makes it stale.',
    of: {
      kind: 'string',
      literal: true,
      pattern: '^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$',
      called: 'the name of a program',
      description: 'Name of a program.',
      examples: ['cc'],
    },
  },
  env: envShape,
  passEnv: variableNames('Variables passed through that do not count.'),
  secrets: variableNames('Declared secrets that the step gets as variables.'),
  dir: { kind: 'string', format: 'path', description: "Where the step runs, relative to the project's root.", default: '.' },
  if: {
    kind: 'any-of',
    description: 'Whether the step exists in this run: an expression that is true or false, with or without ${{ }}.',
    of: [
      { kind: 'boolean', description: 'Fixed.' },
      { kind: 'string', description: 'An expression.', examples: ["os == 'linux'"] },
    ],
  },
  matrix: {
    kind: 'object',
    description:
      'Keys with lists of values: the step is there once for each combination, as `step@v1,v2`; its name alone means all of them, and `needs: [other@same]` the one with the same values.',
    fields: {
      exclude: { kind: 'list', description: 'Combinations that are left out: those that have all of these values.', of: cellValues },
      include: {
        kind: 'list',
        description: 'Further values for the combinations that have the values of an entry, or a new combination where none has.',
        of: cellValues,
      },
    },
    others: {
      kind: 'list',
      description: 'Values. Quote what is text but looks like a number or a truth value.',
      of: { kind: 'scalar', literal: true, description: 'A value.' },
    },
    examples: [{ ghc: ['9.4', '9.6'], os: ['linux', 'darwin'], exclude: [{ ghc: '9.4', os: 'darwin' }] }],
  },
  platforms: {
    kind: 'list',
    single: true,
    description: 'The platforms that the step is for: on others it is skipped, and steps that need it go on. That of this computer counts.',
    of: { kind: 'string', literal: true, format: 'platform', description: 'A system, or a system and an architecture.' },
    examples: [['linux', 'darwin/arm64']],
  },
  when: {
    kind: 'string',
    literal: true,
    description: 'Run after success of what it needs, after failure, or always.',
    enum: ['success', 'failure', 'always'],
    default: 'success',
  },
  timeout: { kind: 'string', format: 'duration', description: 'Ends the whole process tree after this time.', examples: ['2h'] },
  retry: {
    kind: 'any-of',
    description: 'Further attempts after a failure of the infrastructure (never of the command).',
    examples: [2, { times: 3, delay: '5s' }],
    of: [
      { kind: 'integer', description: 'How many.', minimum: 0, maximum: 20, default: 0 },
      {
        kind: 'object',
        description: 'How many and how far apart.',
        fields: {
          times: { kind: 'integer', description: 'How many.', minimum: 0, maximum: 20, examples: [2] },
          delay: { kind: 'string', format: 'duration', description: 'Before the first; it doubles each time.', default: '1s' },
        },
        required: ['times'],
      },
    ],
  },
  pool: poolShape,
  parallel: { kind: 'boolean', description: 'May run beside other steps in the same workspace.', default: false },
  cache: { kind: 'boolean', description: 'false: never remembered. true: remembered though it has secrets; needs outputs.' },
  interactive: { kind: 'boolean', description: "Joined to the user's terminal; never remembered.", default: false },
  service: {
    kind: 'boolean',
    description:
      'Goes on beside the steps that need it: starts if one of them is executed, holds no slot, and ends with the last of them. Named on the command line it goes on until Ctrl-C.',
    default: false,
  },
  ready: readyShape,
  requires: {
    kind: 'list',
    single: true,
    description:
      'Parameters and environment variables that must be given; an empty variable is none. What is missing is asked for on a terminal, and named all at once without.',
    of: {
      kind: 'string',
      literal: true,
      pattern: '^[A-Za-z_][A-Za-z0-9_-]*$',
      called: 'the name of a parameter or of a variable',
      description: 'A name.',
    },
    examples: [['version', 'DEPLOY_TOKEN']],
  },
  confirm: {
    kind: 'string',
    description: 'A question that is asked on the terminal before the step is executed; `-y` says yes. Without a terminal the step fails.',
    takes: ONE_WORD,
    examples: ['Deploy to production?'],
  },
  aliases: {
    kind: 'list',
    single: true,
    description: 'Other names of the step, for the command line.',
    of: { kind: 'string', literal: true, format: 'name', description: 'A name.' },
    examples: [['b']],
  },
  description: { kind: 'string', literal: true, description: 'One line for `sbx list`.' },
  hub: {
    kind: 'string',
    literal: true,
    description: 'What the State Hub is told of how the step ended, each time that it was executed: `e2e_result` is that of a test.',
    enum: ['e2e_result'],
  },
} as const satisfies ObjectShape['fields'];
