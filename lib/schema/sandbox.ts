import { envShape } from './environment.ts';
import { machineShape } from './machine.ts';
import type { ObjectShape } from './shape.ts';

const PORT_OR_NOTHING = '^([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])?$';

const HOST = '^[^\\s\\x00-\\x1f-][^\\s\\x00-\\x1f]*$';

/** The keys of a sandbox. */
export const sandboxFields = {
  profile: {
    kind: 'string',
    literal: true,
    description: 'A file in profiles/ whose values stand where this sandbox says nothing. The prefix `profile.` may be written.',
    pattern: '^(profile\\.)?[a-z][a-z0-9_-]*$',
    called: 'the name of a profile',
    examples: ['vm-haskell-build'],
  },
  host: {
    kind: 'string',
    description:
      'Where the sandbox is: an ssh_config alias or `user@host:port`. `embedded` (also without `host`): a private workspace here, reached by SSH; `local`: this computer.',
    pattern: HOST,
    called: 'a host',
    examples: ['haskell-build', 'build@192.0.2.7:22'],
  },
  hosts: {
    kind: 'any-of',
    description:
      'Several computers, one of which the sandbox is: each as in `host`. `bridge`: every build VM that has a port in port-registry.yml, of the folder of the project or of one above it.',
    of: [
      { kind: 'string', description: 'Those of the bridge.', enum: ['bridge'] },
      {
        kind: 'list',
        description: 'Hosts; the first ones are preferred where nothing else decides.',
        of: { kind: 'string', description: 'A host.', pattern: HOST, called: 'a host' },
      },
    ],
    examples: [['build-1', 'build-2'], 'bridge'],
  },
  assign: {
    kind: 'string',
    description:
      'Which of the `hosts` is asked first: `pinned`, the one that this checkout used last, else the first of the list; `by-project`, one that is told by a hash of the checkout. If it cannot be reached, the next one is asked.',
    enum: ['pinned', 'by-project'],
    default: 'pinned',
  },
  machine: machineShape,
  tunnel: {
    kind: 'any-of',
    description:
      'The port of this computer that leads to the sshd of `host`, which is then asked for its name and key alone: the end of a reverse tunnel. Empty: none.',
    of: [
      { kind: 'integer', description: 'A port.', minimum: 1, maximum: 65_535 },
      // It is often the value of a variable.
      { kind: 'string', description: 'The same as text, or nothing.', pattern: PORT_OR_NOTHING, called: 'a port' },
    ],
    examples: [12222],
  },
  user: {
    kind: 'string',
    description: "Login name where neither `host` nor the user's ssh_config names one.",
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
    called: 'a login name',
    examples: ['build'],
  },
  workspace: {
    kind: 'string',
    description: 'Folder on the far side: absolute, or relative to the home there. Without it: `sbx/<project>`.',
    examples: ['/build/hello'],
  },
  files: {
    kind: 'string',
    description:
      'What a sync sends by default: `git` is what git knows (tracked, submodules, and untracked that is not ignored), `all` is all.',
    enum: ['git', 'all'],
    default: 'git',
  },
  keep: {
    kind: 'string',
    description: 'What is left of the sandbox when its last user has ended.',
    enum: ['running', 'stopped', 'none'],
    default: 'running',
  },
  onUnreachable: {
    kind: 'string',
    description:
      'When the place cannot be reached: `fail`; `cached` takes the newest fetched files and says their age, and fails where there are none; `local` runs the steps here; `skip` leaves them out.',
    enum: ['fail', 'cached', 'local', 'skip'],
    default: 'fail',
  },
  probes: {
    kind: 'map',
    description:
      'Commands whose output identifies the tools of the place; it enters the fingerprint of every step there. Those of a file or profile are laid over those below name by name.',
    format: 'name',
    of: { kind: 'string', literal: true, description: 'A command of POSIX sh.' },
    examples: [{ ghc: 'ghc --numeric-version' }],
  },
  probeMaxAge: {
    kind: 'string',
    description: 'Recorded probes older than this give a warning, where they are believed because the place is not reached.',
    format: 'duration',
    default: '7d',
  },
  grace: {
    kind: 'string',
    description: 'How long work on the far side goes on after the link was lost.',
    format: 'duration',
    default: '10m',
  },
  env: envShape,
} as const satisfies ObjectShape['fields'];

export const sandboxShape = {
  kind: 'object',
  description: 'A place where steps run.',
  fields: sandboxFields,
} as const satisfies ObjectShape;
