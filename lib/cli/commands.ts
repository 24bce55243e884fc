import { ASKED, type Command, MANY } from './command.ts';
import { CREATED } from './created.ts';
import { CHOICE, FILE, NARROW, QUERY, SHOW, WATCH } from './flags.ts';
import { PLACES } from './places.ts';
import { QUERIES } from './queries.ts';
import { RUNNING } from './running.ts';

export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    operands: '[STEP...] [-- ARGS]',
    least: 0,
    most: MANY,
    names: 'step',
    rest: true,
    summary: 'Run steps and what they need',
    about:
      'Runs the named steps and every step they need; those that are fresh are not run again. Without a name, the default of the Sandboxfile. Words after -- go to the named steps.',
    flags: [
      ...FILE,
      'jobs',
      'continue',
      'keep-going',
      'dry-run',
      'audit',
      ...CHOICE,
      ...NARROW,
      'yes',
      'exit-code',
      'report',
      ...WATCH,
      'output',
      'json',
      ...SHOW,
    ],
    examples: [
      ['sbx run fetch-artifacts', 'sync, build there and bring the artifacts back'],
      ['sbx run -n', 'show what would run, and why'],
      ['sbx run --affected=origin/main', 'what the changes of this branch count for'],
      ['sbx run --audit build', 'what build reads and writes that it does not declare'],
      ['sbx run --failed', 'once more what went wrong'],
      ['sbx run test --report junit=junit.xml', 'for a CI that reads JUnit files'],
      ['sbx run test -- --verbose', 'pass --verbose to the step test'],
    ],
  },
  {
    name: 'watch',
    operands: '[STEP...] [-- ARGS]',
    least: 0,
    most: MANY,
    names: 'step',
    rest: true,
    summary: 'Run steps whenever something changes',
    about:
      'Runs like sbx run, then again whenever something changes that the steps depend on: their inputs, the Sandboxfile with all that it is made of, dotenv files. A step whose inputs change while it runs is ended and run again, and what needs it with it; all others go on. A faulty Sandboxfile is said, and waited for. The same as sbx run --watch.',
    flags: [...FILE, 'jobs', 'continue', 'keep-going', ...CHOICE, 'yes', 'report', 'debounce', 'poll', 'output', 'json', ...SHOW],
    examples: [
      ['sbx watch test', 'test after each change'],
      ['sbx watch --poll', 'on a disk that tells of no changes, e.g. /mnt/c of WSL'],
    ],
  },
  ...QUERIES,
  {
    name: 'init',
    operands: '',
    least: 0,
    most: 0,
    summary: 'Write a Sandboxfile for this project',
    about:
      'Recognises cabal, npm, cargo, make and go projects, writes Sandboxfile.yaml and says what it chose and why. Never overwrites one.',
    flags: ['directory', 'dry-run', ...SHOW],
    examples: [['sbx init', 'write Sandboxfile.yaml here']],
  },
  {
    name: 'import',
    operands: '[MAKEFILE]',
    least: 0,
    most: 1,
    names: 'file',
    summary: 'Turn a Makefile into a Sandboxfile',
    about:
      'Writes a Sandboxfile.yaml beside the Makefile whose steps do what its targets do, and says of each line that it could not translate why, and what to do by hand; the file says it too. Runs nothing, not even $(shell ...). Never overwrites.',
    flags: ['directory', 'to', 'dry-run', ...SHOW],
    examples: [
      ['sbx import', 'translate the Makefile of this folder'],
      ['sbx import -n build.mk', 'show what would be written'],
    ],
  },
  ...RUNNING,
  ...PLACES,
  ...CREATED,
  {
    name: 'clean',
    operands: '[STEP...]',
    least: 0,
    most: MANY,
    names: 'step',
    summary: 'Remove outputs and records of steps on this side',
    about:
      'Removes what the named steps, or all, made in the project, and what sbx remembers of them here. What was edited since is left where it is; what a step found among its outputs and did not write is moved to .sbx/trash. Sources, state and the shared store are left alone; nothing is removed on a far side (that is a teardown step).',
    flags: [...FILE, 'dry-run', 'yes', ...SHOW],
    examples: [['sbx clean -n', 'show what would be removed']],
  },
  {
    name: 'doctor',
    operands: '[SANDBOX...]',
    least: 0,
    most: MANY,
    names: 'sandbox',
    summary: 'Find what is wrong with this computer or project',
    about:
      'Examines tools, versions, keys, ssh_config and host keys, the store, disks, the clock, the locale, the lock of the project and the limits of watching. Says of each fault which command mends it. Changes nothing and connects nowhere; with --probe it connects to the sandboxes that are reached by SSH, or to the named ones, and examines login, login shell, tools, workspace, disk, clock and round trip there. It changes nothing there either.',
    flags: [...QUERY, 'probe'],
    examples: [
      ['sbx doctor', 'exit 0 if there is no error, 1 if there is'],
      ['sbx doctor -q', 'faults only'],
      ['sbx doctor --probe vm', 'vm as well; exit 4 if it cannot be reached or trusted'],
    ],
  },
  {
    name: 'unlock',
    operands: 'NONCE',
    least: 1,
    most: 1,
    summary: 'Remove a lock that another computer left',
    about:
      'Removes the lock with this nonce. sbx takes over locks of dead runs on this computer by itself; this is for all others. The lock of a run that is alive on this computer stays.',
    flags: ['directory', 'file', ...SHOW],
    examples: [['sbx unlock 5f3a9c', 'the message about the lock says the nonce']],
  },
  {
    name: 'cache',
    operands: 'stats|verify|gc | ls [STEP|KEY...] | show STEP|KEY | rm STEP|KEY...',
    least: 1,
    most: MANY,
    names: ['stats', 'verify', 'gc', 'ls', 'show', 'rm'],
    others: 'step',
    summary: 'Look after the store: stats, verify, gc, ls, show, rm',
    about:
      'stats shows how much is stored, verify reads every blob again and moves bad ones to quarantine, gc removes what is beyond the bounds. ls lists what is remembered of steps of this project, or of all with --all; show prints one success in full, of a step the newest: what counted, outputs, log; rm takes successes out, -n shows which. A key may be cut short as long as no other begins so.',
    flags: ['directory', 'file', 'max-size', 'max-age', 'all', 'dry-run', 'yes', 'json', ...SHOW],
    examples: [
      ['sbx cache stats', 'size and age of the store'],
      ['sbx cache gc --max-size 5GiB', 'shrink it'],
      ['sbx cache ls build', 'the successes of build that are stored'],
      ['sbx cache rm -n build', 'what would be taken out'],
    ],
  },
  {
    name: 'schema',
    operands: '',
    least: 0,
    most: 0,
    summary: 'Print the JSON Schema of a Sandboxfile',
    about:
      'Prints the JSON Schema for editors: sandboxfile.schema.json of the package, with the tasks of the extensions that the Sandboxfile here names.',
    flags: [...FILE, 'color', 'help'],
    examples: [['sbx schema > sandboxfile.schema.json', 'for an editor']],
  },
  {
    name: 'completion',
    operands: 'bash|zsh|fish',
    least: 1,
    most: 1,
    names: ['bash', 'zsh', 'fish'],
    summary: 'Print the completion script of a shell',
    about: 'Prints a script that completes commands, flags, steps and sandboxes.',
    flags: ['help'],
    examples: [
      ['source <(sbx completion bash)', 'in ~/.bashrc'],
      ['sbx completion fish > ~/.config/fish/completions/sbx.fish', 'once, for fish'],
    ],
  },
  {
    name: 'help',
    operands: '[COMMAND|TASK]',
    least: 0,
    most: 1,
    names: 'command',
    summary: 'Show help of sbx, of a command or of a task',
    about: 'The same as --help. Of a task, also of an extension of the project here: its keys, with an example. Of what is both, both.',
    flags: ['color', 'help'],
    examples: [
      ['sbx help run', 'flags of run'],
      ['sbx help remote-build', 'keys of a remote-build step'],
    ],
  },
  {
    name: '__complete',
    operands: 'steps|sandboxes|created|runs|steps,runs|params|profiles [WORD]',
    least: 1,
    most: 2,
    names: [...Object.values(ASKED), 'params', 'profiles'],
    summary: 'Print names for completion scripts',
    about:
      'Prints one name a line, nothing if there is no Sandboxfile or it is faulty. WORD is what was typed so far: of a parameter first the name, then the values.',
    flags: ['directory', 'file', 'help'],
    examples: [['sbx __complete steps', 'names of steps']],
    hidden: true,
  },
];

export const COMMAND: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.name, command]));
