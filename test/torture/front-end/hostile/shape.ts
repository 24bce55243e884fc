import { hostile, START } from './case.ts';

// Keys where they cannot be, and files that name other files.

const RECIPE = 'version: 1\nparams: { to: out }\nsteps: { a: { run: "x ${{ params.to }}" } }\n';

export const SHAPE = hostile([
  ['a list as the file', 'wrong-type@1', '- version: 1\n'],
  ['a text as the file', 'wrong-type@1', 'make\n'],
  ['JSON', 'fine', '{"version": 1, "steps": {"a": {"run": "x"}}}'],
  ['steps as a list', 'wrong-type@2', 'version: 1\nsteps: [{ run: x }]\n'],
  ['a step as a text', 'wrong-type@3', `${START}  a: make\n`],
  ['run as a map', 'wrong-type@3', `${START}  a: { run: { x: y } }\n`],
  ['run as nothing', 'wrong-type@3', `${START}  a: { run: }\n`],
  ['run as a number', 'fine', `${START}  a: { run: 1 }\n`],
  ['words with quotes and no shell', 'bad-value@3', `${START}  a: { run: "x 'y z'", shell: argv }\n`],
  ['a folder that leaves the project', 'bad-path@3', `${START}  a: { run: x, dir: a/../../b }\n`],
  ['a folder from the root', 'bad-path@3', `${START}  a: { run: x, dir: /etc }\n`],
  ['a workspace that is the root', 'bad-path@2', 'version: 1\nsandboxes: { vm: { host: h, workspace: / } }\n'],
  ['a workspace that is a home', 'bad-path@2', 'version: 1\nsandboxes: { vm: { host: h, workspace: "~" } }\n'],
  ['a workspace above the home', 'bad-path@2', 'version: 1\nsandboxes: { vm: { host: h, workspace: ../x } }\n'],
  ['a host that is an option of ssh', 'bad-value@2', 'version: 1\nsandboxes: { vm: { host: "-oProxyCommand=touch CANARY" } }\n'],
  ['a user that is an option of ssh', 'bad-value@2', 'version: 1\nsandboxes: { vm: { host: h, user: "-oProxyCommand=x" } }\n'],
  ['a host with a line break', 'bad-value@2', 'version: 1\nsandboxes: { vm: { host: "h\\nProxyCommand x" } }\n'],
  ['a tool that is a path', 'bad-value@3 bad-value@3 bad-value@3', `${START}  a: { run: x, tools: [../../bin/sh, /bin/sh, -x] }\n`],
  [
    'a variable that is an option',
    'bad-name@3 bad-name@3 bad-name@3',
    `${START}  a: { run: x, env: { "A=B": "1", "-x": "2", "A B": "3" } }\n`,
  ],
  ['a recipe that leads out', 'bad-name@2', 'version: 1\nuse: ../../etc/passwd\n'],
  ['a profile that leads out', 'bad-value@2', 'version: 1\nsandboxes: { vm: { profile: ../../x } }\n'],
  ['a profile of the command line that leads out', 'unknown-profile@0', 'version: 1\n', {}, ['--profile', '../../etc/passwd']],
  ['a dotenv file that leads out', 'bad-path@2', 'version: 1\ndotenv: ../../etc/passwd\n'],
  [
    'a dotenv file of hostile lines',
    'bad-character@4',
    'version: 1\ndotenv: .env\n',
    { '.env': 'A=$(touch CANARY)\n__proto__=1\n=x\nB\0=1\n' },
  ],
  [
    'a recipe that uses itself',
    'conflicting-keys@2',
    'version: 1\nuse: self\n',
    { 'recipes/self.yaml': 'version: 1\nuse: self\nsteps: { a: { run: x } }\n' },
  ],
  ['a recipe used twice', 'conflicting-keys@2', 'version: 1\nuse: [r, r]\n', { 'recipes/r.yaml': RECIPE }],
  ['two recipes with one step', 'conflicting-keys@3', 'version: 1\nuse: [r, s]\n', { 'recipes/r.yaml': RECIPE, 'recipes/s.yaml': RECIPE }],
  [
    'a recipe that is given what it does not take',
    'bad-name@2 unknown-param@2 unknown-param@2',
    'version: 1\nuse: { recipe: r, with: { __proto__: 1, form: 2 } }\n',
    { 'recipes/r.yaml': RECIPE },
  ],
  [
    'a recipe that is given a program',
    'fine',
    'version: 1\nuse: { recipe: r, with: { to: "$(touch CANARY)" } }\n',
    { 'recipes/r.yaml': RECIPE },
  ],
  ['a recipe that is a bomb', 'file-too-deep@1', 'version: 1\nuse: r\n', { 'recipes/r.yaml': `x-a: ${'['.repeat(1000)}` }],
  ['a recipe of binary zeros', 'bad-character@1', 'version: 1\nuse: r\n', { 'recipes/r.yaml': '\0'.repeat(1000) }],
  [
    'a recipe larger than a MiB',
    'file-too-large@0 unknown-recipe@2',
    'version: 1\nuse: r\n',
    { 'recipes/r.yaml': 'version: 1\n#'.padEnd((1 << 20) + 1, 'x') },
  ],
  ['with and no recipe', 'conflicting-keys@2', 'version: 1\nwith: { a: 1 }\n'],
  ['a sandbox of the name local', 'conflicting-keys@2', 'version: 1\nsandboxes: { local: { host: example.com } }\n'],
  ['a secret from a device', 'fine', 'version: 1\nsecrets: { KEY1: { file: /dev/zero } }\nsteps: { a: { run: x, secrets: [KEY1] } }\n'],
  ['cache without outputs', 'conflicting-keys@3', `${START}  a: { run: x, cache: true }\n`],
  [
    'a step for every key of another tool',
    'unknown-key@3 unknown-key@3 unknown-key@3 unknown-key@3 unknown-key@3',
    `${START}  a: { cmd: x, deps: [b], cwd: y, sources: [z], runs-on: vm, "<<": {} }\n`,
  ],
]);
