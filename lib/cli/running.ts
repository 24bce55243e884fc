import type { Command } from './command.ts';
import { FILE, QUERY, SHOW } from './flags.ts';

/** Commands about runs that are not over. */
export const RUNNING: readonly Command[] = [
  {
    name: 'ps',
    operands: '',
    least: 0,
    most: 0,
    summary: 'Show what is under way',
    about:
      'Lists the steps of this project that are under way: of the run that works here, and what killed runs left going on in sandboxes, which are asked. attached: its run follows it; lost: its run dials the link anew; orphaned: its run was killed, or stopped while its link was lost, and it goes on there for the grace of the sandbox; ended: so, and nobody has asked how; gone: it was killed there, or the machine was rebooted or does not run, for it is not brought up to be asked; unknown: the sandbox does not answer.',
    flags: QUERY,
    examples: [['sbx ps', 'run, step, sandbox, since when, state']],
  },
  {
    name: 'attach',
    operands: '[RUN]',
    least: 0,
    most: 1,
    names: 'run',
    summary: 'Follow a run from another terminal',
    about:
      'Shows a run from its beginning, the newest one without a name, and goes on with it until it ends, with its exit code. Of a run that was killed it follows what still goes on in sandboxes, and says how that ended; nothing is ended there as long as it is followed. Ctrl-C leaves it alone.',
    flags: [...FILE, 'output', 'json', ...SHOW],
    says: { json: 'one event a line' },
    examples: [['sbx attach', 'what the run in the other terminal does']],
  },
  {
    name: 'kill',
    operands: 'RUN [STEP] | --all',
    least: 0,
    most: 2,
    names: 'run',
    others: 'step',
    summary: 'End a run, or what a killed one left',
    about:
      'Ends a run that works here, as Ctrl-C does, and waits until it has ended; of a run that was killed, what goes on in sandboxes: TERM, the time that its steps have, then KILL. With STEP that step alone: a run that works takes it for failed and goes on as after any failure. Nothing is left behind.',
    flags: [...FILE, 'all', 'now', ...SHOW],
    says: { all: 'all that is under way in this project' },
    examples: [
      ['sbx kill 20261122T091500-5f3a9c', 'sbx ps says the name'],
      ['sbx kill -9 --all', 'all that is under way in this project, at once'],
    ],
  },
];
