import { type Command, MANY } from './command.ts';
import { FILE, QUERY, SHOW } from './flags.ts';

/** Commands about sandboxes and the way to them. */
export const PLACES: readonly Command[] = [
  {
    name: 'ssh',
    operands: '[SANDBOX] [-- CMD...]',
    least: 0,
    most: 1,
    names: 'sandbox',
    rest: true,
    summary: 'Open a shell or run a command in a sandbox',
    about:
      'Opens a terminal in the workspace of the sandbox, or runs CMD there, which has no input and gives both its streams on one. The name may be left out if there is one sandbox only.',
    flags: [...FILE, ...SHOW],
    examples: [
      ['sbx ssh vm', 'a shell in the workspace'],
      ['sbx ssh vm -- uname -a', 'one command'],
    ],
  },
  {
    name: 'fetch',
    operands: 'STEP [PATH...]',
    least: 1,
    most: MANY,
    names: 'step',
    summary: 'Bring files that a step left in its place',
    about:
      'Brings what a fetch-artifacts step fetches, or the outputs of a step in a sandbox: all of them, or the PATHs, which are files, folders or globs as the step sees them; its state can be named too. Runs nothing, removes nothing, and sends only what is not here. What is overwritten goes to .sbx/trash. Nothing is remembered of it: the next run fetches as if it had not been.',
    flags: [...FILE, 'to', 'review', 'dry-run', 'yes', 'json', ...SHOW],
    says: { to: 'put the files into the folder FILE, not where they belong', 'dry-run': 'show what would come' },
    examples: [
      ['sbx fetch build out/app', 'one product, without a run'],
      ["sbx fetch build 'dist-newstyle/**/*.log' --to /tmp/logs", 'some of its state, elsewhere'],
      ['sbx fetch fetch-artifacts --review', 'look before it overwrites'],
    ],
  },
  {
    name: 'vm-info',
    operands: '[SANDBOX]',
    least: 0,
    most: 1,
    names: 'sandbox',
    summary: 'Show what a sandbox is and has',
    about: 'Connects to the sandbox and shows where it is, its workspace, what its probes say, its disk and its load.',
    flags: QUERY,
    examples: [['sbx vm-info vm', 'compiler, system and workspace of vm']],
  },
  {
    name: 'trust',
    operands: 'HOST',
    least: 1,
    most: 1,
    summary: 'Accept the host key of a host',
    about:
      'Shows the host key that HOST presents and keeps it as trusted. With --fingerprint, only if the key has that fingerprint; without, it asks.',
    flags: ['fingerprint', 'tunnel', ...SHOW],
    examples: [['sbx trust haskell-build --fingerprint SHA256:q9f0...', 'accept this key and no other']],
  },
  {
    name: 'adopt',
    operands: 'SANDBOX',
    least: 1,
    most: 1,
    names: 'sandbox',
    summary: 'Take over a workspace that is not ours yet',
    about: 'Makes the existing folder on the far side the workspace of this project. Shows first what the next sync would remove there.',
    flags: [...FILE, 'yes', ...SHOW],
    examples: [['sbx adopt vm', 'take over the workspace in vm']],
  },
  {
    name: 'bridge',
    operands: 'status [VM|PORT...] | ports [assign VM [PORT] | release VM|PORT] | ssh-config [VM...] | catalog VM',
    least: 1,
    most: MANY,
    names: ['status', 'ports', 'ssh-config', 'catalog'],
    summary: 'Look after the reverse tunnels of build VMs and their ports',
    about:
      'status asks every port of the bridge at once who is there: host name, GHC, latency. ports lists who has which port; assign gives a VM a port, the first free one if none is named, and release takes it back: in port-registry.yml, whose comments stay. ssh-config writes the VMs into ~/.ssh/config, between two lines of its own, each with its host key pinned under its name; the file of before is kept beside it. catalog prints the entry of ops-bridge.',
    flags: ['directory', 'registry', 'on', 'user', 'identity', 'remove', 'dry-run', 'to', 'json', ...SHOW],
    says: { 'dry-run': 'show what would be written' },
    examples: [
      ['sbx bridge status', 'who is at the other end of each tunnel'],
      ['sbx bridge ports assign haskell-build --on laptop', 'a port for a new VM'],
      ['sbx bridge ssh-config', 'ssh haskell-build works from now on'],
      ['sbx bridge catalog haskell-build -o catalog/haskell-build.yml', 'the entry of its tunnel'],
    ],
  },
  {
    name: 'agent',
    operands: 'status | stop | serve',
    least: 1,
    most: 1,
    names: ['status', 'stop', 'serve'],
    summary: 'Look after the resident agent, which keeps connections for the next run',
    about:
      'A run that reaches a host leaves a resident agent behind, one for each user: it keeps the connection, so that the next run need not make one, and leaves when nobody has asked it for anything for 10 minutes (SBX_AGENT_IDLE=30m). No run needs it: where it is absent, dead or wedged, the host is reached without it. SBX_AGENT=off keeps it away, as in CI, where SBX_AGENT=on has it. status says what it holds, and exits with 1 where none runs; stop ends those of every version; serve is what a run starts.',
    flags: ['json', ...SHOW],
    examples: [
      ['sbx agent status', 'which hosts it holds a connection to'],
      ['sbx agent stop', 'close them all'],
    ],
  },
  {
    name: 'hub',
    operands: 'register | find [VM|HOST...]',
    least: 1,
    most: MANY,
    names: ['register', 'find'],
    summary: 'Ask the State Hub for build agents, or tell it of their kind',
    about:
      'find lists the build agents of the catalogue: host name, port, GHC; named ones are all there, or the exit code is 1. register posts the entry for the type of agent, once: its id is kept in state-hub-refs.yml. SBX_HUB_URL, or else STATE_HUB_URL, says where the hub is (http://127.0.0.1:8000), STATE_HUB_DOMAIN the domain (railiance).',
    flags: ['directory', 'json', ...SHOW],
    examples: [
      ['sbx hub find', 'the agents that have registered'],
      ['sbx hub register', 'once for a hub'],
    ],
  },
];
