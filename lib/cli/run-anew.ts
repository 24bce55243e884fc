import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseDuration } from '../base/duration.ts';
import { endRun } from '../io/process.ts';
import type { Stamped } from '../model/event.ts';
import { UNREACHABLE } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';
import type { StepId } from '../model/project.ts';
import type { Confirm } from '../run/confirm.ts';
import { EXIT } from '../run/exit-code.ts';
import type { Lasting } from '../run/lasting.ts';
import { startRun } from '../run/run.ts';
import type { Running, RunRequest, RunWitness } from '../run/run-request.ts';
import type { View } from '../view/view.ts';
import { ask, canAsk, isYes, type Question, YES_OR_NO } from './ask.ts';
import { type Call, complain, refuse } from './call.ts';
import { tidyEngine } from './engine.ts';
import { openGiven } from './given.ts';
import { effectsOf, groundOf } from './ground.ts';
import { hubNamed } from './hub/named.ts';
import { keepSchema } from './init/modeline.ts';
import type { KeptMachines } from './machine/kept.ts';
import { isNarrowed, narrowed } from './narrow.ts';
import { type Opened, sayFaulty } from './open.ts';
import { checkoutIn, type Ground, machineIn, sandboxesOf } from './sandboxes.ts';
import { schemaText } from './schema-text.ts';
import type { Surroundings } from './surroundings.ts';
import { terminalOf } from './terminal.ts';
import { openView } from './views.ts';
import { wishOf } from './wish.ts';

/** Milliseconds between TERM and KILL. */
const KILL_GRACE = 10_000;

/** Reads the project, decides and runs. `witness`: through which all is looked at that a decision depends on. */
export async function runAnew(call: Call, witness: RunWitness): Promise<number> {
  const { words } = call;
  const wrong = wrongVariable(call);
  if (wrong !== undefined) return wrong;
  const opened = await openGiven(call, { named: words.operands, args: words.rest ?? [], keeps: true, files: witness.files, asks: true });
  if (typeof opened === 'number') return opened;
  const { project, warnings, asked, call: given } = opened;
  if (words.operands.length === 0 && project.default.length === 0 && !call.options.failed) {
    call.err.write(
      project.steps.size === 0 ? 'the Sandboxfile has no steps\n' : 'no step was named, and there is no default: sbx run STEP\n',
    );
    return await (await import('./commands/list.ts')).list(call);
  }
  const names = await narrowed(given, opened, words.operands);
  if (typeof names === 'number') return names;
  const kept = warnings.length === 0 && !asked && !isNarrowed(call.options) ? { witness } : {}; // a warning is said, a value asked for, and git asked, each time
  return (await runProject(given, opened, names, kept)).exit;
}

interface RunWays {
  readonly witness?: RunWitness;
  /** Hears of the run as soon as it is under way. */
  readonly begun?: (running: Running) => void;
  /** Services that live longer than the run. */
  readonly lasting?: Lasting;
  /** Machines that stay up from run to run. */
  readonly machines?: KeptMachines;
}

interface RanProject {
  readonly exit: number;
  /** It was told to stop, by a signal. */
  readonly stopped: boolean;
}

/** Runs the named steps of a project that was read, in the view that it asks for; what goes wrong is said, and the hub is told, if there is one. */
export async function runProject(
  call: Call,
  read: Pick<Opened, 'project' | 'tasks' | 'drivers'>,
  names: readonly StepId[],
  ways: RunWays,
): Promise<RanProject> {
  const { project } = read;
  const named = call.options.offline ? undefined : hubNamed(call.surroundings.environment, project.hub.url);
  const told = named && named.text !== 'off' ? (await import('./hub/told.ts')).openTold(call, project, named) : undefined;
  try {
    return await runShown(call, read, names, { ...ways, hear: told?.hear });
  } finally {
    await told?.end();
  }
}

async function runShown(
  call: Call,
  { project, tasks, drivers }: Pick<Opened, 'project' | 'tasks' | 'drivers'>,
  names: readonly StepId[],
  { witness, begun, lasting, machines, hear: listen }: RunWays & { readonly hear: ((event: Stamped) => void) | undefined },
): Promise<RanProject> {
  const { options, surroundings } = call;
  const audited = options.audit ? await (await import('./audited.ts')).openAudited(call, project) : undefined;
  if (typeof audited === 'number') return { exit: audited, stopped: false };
  const view = await openView(call);
  await keepSchema(effectsOf(surroundings), project, () => schemaText(tasks, surroundings.home));
  const asks = (question: Question) => view.alone(() => ask(surroundings, question));
  const bare = groundOf(call, { project, drivers });
  const claim = { id: bare.io.nonce(), givenUp: new Set<string>() };
  const plain = { ...bare, claim, asks, ...(machines === undefined ? {} : { machines }) };
  const ground = audited?.ground(plain) ?? plain;
  const running = startRun({
    ...requestOf(call, ground, names),
    tasks,
    confirm: confirmBy(call, asks),
    killGrace: killGraceOf(surroundings),
    witness,
    lasting,
    tell: (event) => {
      audited?.hear(event);
      listen?.(event);
      view.event(event);
    },
  });
  begun?.(running);
  const deaf = hear(surroundings, running);
  const unstoppable = onStop(surroundings, view);
  const ended = await running.ended.finally(async () => {
    deaf();
    unstoppable();
    await view.end();
    await audited?.say(call);
  });
  if (ended.ok && ended.value.left) surroundings.leave(ended.value.exit);
  if (ended.ok) {
    const { stopped } = ended.value;
    const exit = options.exitCode ? commandsOwn(ended.value.outcomes, ended.value.exit) : ended.value.exit;
    if (options.reports.length === 0) return { exit, stopped };
    const { writeReports } = await import('./reports.ts');
    return { exit: await writeReports(call, running.run, { io: ground.io, folder: ground.folders.project }, exit), stopped };
  }
  if (!('code' in ended.error)) return { exit: await sayFaulty(call, ended.error), stopped: false };
  complain(call, ended.error);
  return { exit: UNREACHABLE.has(ended.error.code) ? EXIT.unreachable : EXIT.failed, stopped: false };
}

/** The exit code, if a variable of sbx has a value that means nothing: whoever sets one counts on it. */
export function wrongVariable(call: Call): number | undefined {
  const { environment } = call.surroundings;
  for (const name of ['SBX_KILL_GRACE', 'SBX_AGENT_IDLE', 'SBX_EXTENSION_TIMEOUT']) {
    const text = environment.get(name) ?? '';
    if (text !== '' && parseDuration(text) === undefined) return refuse(call, `${name} is not a duration`, `e.g. ${name}=30s`);
  }
  const agent = environment.get('SBX_AGENT') ?? '';
  return ['', 'on', 'off', 'watch'].includes(agent)
    ? undefined
    : refuse(call, `SBX_AGENT is ${JSON.stringify(agent)}`, 'it is `on`, `off` or `watch`');
}

function killGraceOf({ environment }: Surroundings): number {
  return parseDuration(environment.get('SBX_KILL_GRACE') ?? '') ?? KILL_GRACE;
}

function requestOf(call: Call, ground: Ground, names: readonly StepId[]): Omit<RunRequest, 'tell' | 'killGrace' | 'confirm' | 'tasks'> {
  const { options, surroundings } = call;
  const { project, io, folders } = ground;
  const sandboxes = sandboxesOf(ground);
  return {
    project,
    wish: wishOf(options, names),
    keepGoing: options.continue,
    jobs: options.jobs ?? surroundings.cpus,
    offline: options.offline,
    audit: options.audit,
    io,
    folders,
    here: { os: surroundings.os, arch: surroundings.arch },
    sandboxes,
    machine: (name, signal) => machineIn(sandboxes, name, signal),
    checkout: () => checkoutIn(ground),
    terminal: terminalOf(surroundings),
    sweep: (run, living, hurry) => endRun(run, killGraceOf(surroundings), living, hurry),
    zx: () => [surroundings.node, createRequire(join(surroundings.home, 'package.json')).resolve('zx/cli')],
    tidy: () => tidyEngine(surroundings.nodeVersion),
    version: surroundings.version(),
    command: ['sbx', ...surroundings.argv].join(' '),
  };
}

/** `-y` says yes to all that a step asks. */
function confirmBy({ options, surroundings }: Call, asks: (question: Question) => Promise<string | undefined>): Confirm {
  return async (step, question, over) => {
    if (options.yes || !canAsk(surroundings)) return options.yes || undefined;
    return isYes(await asks({ text: `${step}: ${question} ${YES_OR_NO} `, over }));
  };
}

/** The first signal stops the run, the second one kills what it started, the third one leaves. */
function hear(surroundings: Surroundings, running: Running): () => void {
  let level = 0;
  return surroundings.onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    const next = level === 0 ? 1 : level === 1 ? 2 : 3;
    if (running.stop(next, name as 'SIGINT' | 'SIGTERM' | 'SIGHUP')) level = next;
  });
}

/** Ctrl-Z: the screen is left whole before the process stops, and drawn anew when it goes on. What steps started goes on meanwhile. */
function onStop(surroundings: Surroundings, view: View): () => void {
  let deaf = (): void => {};
  const listen = (): void => {
    deaf = surroundings.onSignals(['SIGTSTP'], () => {
      const back = view.aside?.();
      deaf(); // the signal means again what it means to every program
      surroundings.raise('SIGTSTP');
      listen();
      back?.();
    });
  };
  listen();
  return () => deaf();
}

/** `-x`: the code of the command that failed first, if that is why the run failed. */
function commandsOwn(outcomes: ReadonlyMap<string, Outcome>, exit: number): number {
  if (exit !== EXIT.failed) return exit;
  for (const outcome of outcomes.values()) {
    if (outcome.is === 'failed' && outcome.failure.exitCode !== undefined) return outcome.failure.exitCode;
  }
  return exit;
}
