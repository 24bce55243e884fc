import type { ObjectShape } from './shape.ts';

/** How keys reach a guest with each driver that comes with sbx. */
export const DRIVERS = {
  qemu: ['auto', 'credentials', 'nocloud', 'ssh'],
  virtualbox: ['auto', 'nocloud', 'folder', 'ssh'],
} as const;

/** MiB. A smaller number is mostly meant to be GiB. */
export const MEMORY = { least: 64, most: 4_194_304 } as const;

const keysShape = {
  kind: 'object',
  description: 'What its guest is given when it first starts: never by a command line, and never into the image.',
  examples: [{ identity: '~/.ssh/id_build', agent: 'build-agent.env' }],
  fields: {
    authorize: {
      kind: 'list',
      single: true,
      description:
        'Files with public keys of those who may log in, beside the one that sbx makes for itself; as seen from this file, or `~/...`.',
      of: { kind: 'string', description: 'A file.' },
      examples: [['~/.ssh/id_build.pub']],
    },
    identity: {
      kind: 'string',
      description: 'The private key that its agent goes to its relay with; the public one lies beside it, as `.pub`.',
      examples: ['~/.ssh/id_build'],
    },
    relay: {
      kind: 'string',
      description: 'A file with the host key of its relay, in lines as known_hosts has them; without it the agent has nobody to believe.',
      examples: ['relay_known_hosts'],
    },
    agent: { kind: 'string', description: 'A file that becomes /etc/build-agent.env there.', examples: ['build-agent.env'] },
    by: {
      kind: 'string',
      description:
        'The way: `credentials` of SMBIOS (qemu), a `nocloud` disk for cloud-init, a shared `folder` (virtualbox), `ssh` once it runs; `auto`: what its driver does best.',
      enum: ['auto', 'credentials', 'nocloud', 'folder', 'ssh'],
      default: 'auto',
    },
  },
} as const satisfies ObjectShape;

/** The keys of `machine` of a sandbox. */
export const machineFields = {
  driver: {
    kind: 'string',
    format: 'name',
    description: 'Who moves it: `qemu`, `virtualbox`, or the driver of an extension.',
    examples: ['qemu', 'virtualbox'],
  },
  hypervisor: {
    kind: 'string',
    literal: true,
    format: 'name',
    description: 'The sandbox on whose computer it runs; `local` is this one.',
    default: 'local',
    examples: ['laptop'],
  },
  endpoint: {
    kind: 'string',
    description: 'Where its sshd is reached: `direct` as its hypervisor says, or `tunnel:PORT`, a port of 127.0.0.1 here that leads to it.',
    pattern: '^(direct|tunnel:\\d{1,5})$',
    called: '`direct` or `tunnel:PORT`',
    default: 'direct',
    examples: ['tunnel:12222'],
  },
  image: {
    kind: 'string',
    description:
      'The .ova or .ovf that it is made from: as seen from this file, or absolute on the computer of its hypervisor. Without it: the step of the task `import` says it.',
    pattern: '\\.[oO][vV][aAfF]$',
    called: 'an .ova or .ovf',
    examples: ['build/haskell-build.ova'],
  },
  name: {
    kind: 'string',
    description:
      'What its hypervisor lists it as. All sandboxes of yours with this name, on one hypervisor, mean the same machine; without it, each checkout has its own.',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
    called: 'the name of a machine',
    examples: ['haskell-build'],
  },
  memory: {
    kind: 'any-of',
    description: 'A size, or a number of MiB. Without it: what the image says.',
    of: [
      { kind: 'integer', description: 'MiB.', minimum: MEMORY.least, maximum: MEMORY.most, unit: 'MiB' },
      { kind: 'string', format: 'size', description: 'A size.' },
    ],
    examples: ['8GiB', 8192],
  },
  cpus: { kind: 'integer', description: 'Its processors. Without it: what the image says.', minimum: 1, maximum: 256 },
  network: {
    kind: 'string',
    description: '`nat`: it reaches out, and its sshd is forwarded; `bridged`: on the LAN like a computer of its own; `none`.',
    enum: ['nat', 'bridged', 'none'],
    default: 'nat',
  },
  adapter: {
    kind: 'string',
    description: 'What it is `bridged` to, by its whole name. Without it: the first adapter of its hypervisor that is up.',
    pattern: '^[^\\x00-\\x1f\\x7f]+$',
    called: 'the name of an adapter',
    examples: ['en0: Wi-Fi (AirPort)'],
  },
  forwards: {
    kind: 'list',
    single: true,
    description: 'Ports of 127.0.0.1 on the computer of its hypervisor that lead to ports of its guest, with `nat`: `HOST:GUEST`.',
    of: {
      kind: 'string',
      description: 'Two ports.',
      pattern: '^\\d{1,5}:\\d{1,5}$',
      called: 'a pair of ports',
      examples: ['8080:80'],
    },
  },
  accelerator: {
    kind: 'string',
    description: 'Of qemu: `auto` takes kvm where that really works.',
    enum: ['auto', 'tcg', 'kvm'],
    default: 'auto',
  },
  clone: {
    kind: 'boolean',
    description: 'Each run works in a linked clone, which goes with it: a clean build.',
    default: false,
  },
  snapshot: {
    kind: 'string',
    description: 'It begins from this snapshot where it has it: seconds in place of a boot.',
    pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$',
    called: 'the name of a snapshot',
    examples: ['ready'],
  },
  idle: {
    kind: 'string',
    format: 'duration',
    description: 'It is stopped when nobody has used it for so long. Without it: never.',
    examples: ['30m'],
  },
  boot: { kind: 'string', format: 'duration', description: 'How long its guest may take to let sbx in.', default: '5m' },
  keys: keysShape,
} as const satisfies ObjectShape['fields'];

export const machineShape = {
  kind: 'object',
  description:
    'The virtual machine that the sandbox is, in place of a `host`: made, started and reached when a step there must run. Keys of a file or profile are laid over those below name by name.',
  examples: [{ driver: 'qemu', image: 'build/haskell-build.ova' }],
  fields: machineFields,
} as const satisfies ObjectShape;
