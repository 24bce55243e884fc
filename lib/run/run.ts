import { err, ok, type Result } from '../base/result.ts';
import { localSandbox } from '../io/local.ts';
import { fileTrouble } from '../io/trouble.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Emit, Event } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Plan } from '../model/plan.ts';
import type { Project, StepId } from '../model/project.ts';
import { oldProbes } from '../plan/probe-age.ts';
import { type Announcer, openAnnouncer } from './announcer.ts';
import { RunControl } from './control.ts';
import { keepEvidence, Sayings } from './evidence.ts';
import type { Executor } from './execute.ts';
import { exitCode } from './exit-code.ts';
import { fileLag } from './file-lag.ts';
import { describeHolder, waitsForUs } from './holder.ts';
import { acquireLock } from './lock.ts';
import { runLoop } from './loop.ts';
import { madeBefore } from './made-before.ts';
import { type Memory, openMemory } from './memory.ts';
import { openReach, reachAhead } from './open-reach.ts';
import { gone } from './performed.ts';
import { planEvent } from './planned-steps.ts';
import { choose, movedHere, type Prepared, prepare } from './prepare.ts';
import { makeProjectFolder } from './project-folder.ts';
import { askHolder, meet, Provided } from './provided.ts';
import type { Reach } from './reach.ts';
import { runName } from './run-name.ts';
import type { RunEnd, Running, RunRequest } from './run-request.ts';
import { whoAmI } from './self.ts';
import { tend } from './tend.ts';
import { tidying } from './tidying.ts';
import { troubleOf } from './trouble.ts';
import { withoutSecrets } from './without-secrets.ts';

// One run from its lock to its last event. Knows no command line and no views: events go to `tell`.

export function startRun(request: RunRequest): Running {
  const { io, folders, tell } = request;
  const run = runName(io);
  const said = new Sayings();
  const hear = (event: Event): void => {
    if (!said.add(event)) request.witness?.stop();
  };
  const announcer = openAnnouncer({ io, folder: folders.project, run, hear, tell });
  const control = new RunControl(announcer.emit);
  // Whatever hangs, a run that waits or one that lets its places go included.
  const left = control.left.then(() => cutShort(run, control, announcer, true));
  // Whoever called can stop the run before it says or does anything.
  const locked = Promise.resolve()
    .then(() => runLocked(request, run, control, announcer, said))
    .catch((fault: unknown) => withoutSecrets(fault, request));
  const ended = Promise.race([locked, left]).finally(() => {
    control.close();
    announcer.close();
  });
  return { run, stop: (level, cause) => control.stop(level, cause), drop: (steps) => control.drop(steps), ended };
}

/** The end of a run that was stopped, and is not asked what its steps came to. */
function cutShort(run: string, control: RunControl, announcer: Announcer, left: boolean): Result<RunEnd, never> {
  const exit = exitCode([], control.cause);
  announcer.finish(exit, []);
  return ok({ run, exit, outcomes: new Map(), stopped: true, left });
}

async function runLocked(
  request: RunRequest,
  run: string,
  control: RunControl,
  announcer: Announcer,
  said: Sayings,
): Promise<Result<RunEnd, Failure | readonly Diagnostic[]>> {
  const { io, folders, command } = request;
  const { emit } = announcer;
  try {
    const refused = makeProjectFolder(io, folders.project);
    if (refused !== undefined) return err(refused);
  } catch (thrown) {
    return err({ ...fileTrouble(thrown, 'make', folders.project), hint: 'sbx keeps its records of the project there' });
  }
  const wish = { path: `${folders.project}/lock`, self: whoAmI(io.files), command, run };
  const lock = await acquireLock(io, wish, {
    signal: control.stopping,
    waiting: (holder) => emit({ type: 'waiting', what: 'project', holder: describeHolder(holder) }),
    // Two builds never work in one folder, though the one that started the first is dead.
    dead: async (holder) => {
      const living = (): void => emit({ type: 'warning', text: `${holder.command} was killed: what it left running is ended first` });
      if (holder.run !== undefined) await request.sweep?.(holder.run, living, control.hurry);
    },
  }).catch((fault: unknown) => {
    if (control.level > 0) return err<Failure>({ code: 'cancelled', message: 'stopped while waiting for another run' });
    throw fault;
  });
  if (!lock.ok) return control.level === 0 ? lock : cutShort(run, control, announcer, false);
  if (!('release' in lock.value)) return err([waitsForUs(lock.value)]);
  try {
    announcer.open();
    await request.witness?.attest(request.project.root); // others may have changed anything before we got the lock
    const lag = fileLag(io.files, lock.value.file, lock.value.at);
    const ended = await new Run(request, run, control, announcer, lag).go();
    const { witness } = request;
    if (witness && ended.ok) keepEvidence(io, folders.project, { ...witness, began: witness.began - lag, said });
    return ended;
  } finally {
    if (control.level < 3) lock.value.release(); // else the next run has to end what is under way
  }
}

/** What lives as long as the run holds its lock. */
class Run {
  readonly #request: RunRequest;
  readonly #run: string;
  readonly #control: RunControl;
  readonly #announcer: Announcer;
  readonly #emit: Emit;
  readonly #memory: Memory;
  #executor: Promise<Executor> | undefined;
  #performed: () => void = () => {};

  constructor(request: RunRequest, run: string, control: RunControl, announcer: Announcer, lag: number) {
    this.#request = request;
    this.#run = run;
    this.#control = control;
    this.#announcer = announcer;
    this.#emit = announcer.emit;
    const warn = (text: string, hint?: string): void => announcer.emit({ type: 'warning', text, ...(hint === undefined ? {} : { hint }) });
    this.#memory = openMemory({ ...request, warn, mode: 'write', looks: request.witness, lag });
  }

  async go(): Promise<Result<RunEnd, readonly Diagnostic[]>> {
    const { project, version } = this.#request;
    const chosen = choose(project, this.#request.wish, this.#request.tasks);
    using ahead = await reachAhead(this.#request, chosen.value?.actions ?? [], this.#memory.look, this.#control.stopping);
    const before = this.#prepare(project, chosen);
    this.#request.witness?.drop(); // from here on time passes, and commands run: what is looked at now is looked at
    if (!before.ok) return before;
    this.#emit({ type: 'run-started', run: this.#run, version, project: project.name, root: project.root, named: before.value.named });
    const first = await this.#heard(before.value);
    if (!first.ok) return first;
    const snapshot = first.value.planning.snapshot();
    this.#emit(planEvent(snapshot, false));
    ahead?.keep(snapshot.places);
    const reach = openReach(this.#request, this.#memory, this.#control, this.#emit);
    const prepared = await this.#reachPlaces(first.value, snapshot, reach);
    if (!prepared.ok) return prepared;
    const reached = snapshot.places.filter((name) => reach.failure(name) === undefined);
    const old = oldProbes(prepared.value.project, snapshot, this.#memory.look, this.#request.io.clock.now(), reached);
    for (const text of old) this.#emit({ type: 'warning', text });
    const outcomes = await this.#loop(prepared.value, reach);
    const exit = exitCode(outcomes.values(), this.#control.cause);
    await this.#close(reach);
    this.#announcer.finish(exit, outcomes.values());
    return ok({ run: this.#run, exit, outcomes, stopped: this.#control.level > 0, left: false });
  }

  #prepare(project: Project, chosen?: ReturnType<typeof choose>): Result<Prepared, readonly Diagnostic[]> {
    const prepared = prepare(project, this.#request.wish, this.#request.tasks, this.#memory.look, chosen);
    return prepared.value === undefined ? err(prepared.diagnostics) : ok(prepared.value);
  }

  /** With what the commands among inputs print: they are run now, if there are any. */
  async #heard(before: Prepared): Promise<Result<Prepared, readonly Diagnostic[]>> {
    const { project } = before;
    if (![...project.steps.values()].some(({ inputCommands }) => inputCommands !== undefined)) return ok(before);
    const { askCommands } = await import('./input-commands.ts');
    const { hide } = (await import('./secrets.ts')).secretsOf(project.secrets, this.#request.io);
    const given = { io: this.#request.io, root: project.root, run: this.#run, signal: this.#control.stopping, hide };
    this.#memory.look.hear(await askCommands(before.planning.snapshot(), given));
    return this.#prepare(project);
  }

  /** Reaches all places that the plan is sure to need and nobody brings up; if one is other than it was recorded, or is away and its steps may run here, the plan is made anew, once. */
  async #reachPlaces(first: Prepared, plan: Plan, reach: Reach): Promise<Result<Prepared, readonly Diagnostic[]>> {
    const provided = new Provided(plan);
    const { offline, machine, io } = this.#request;
    if (plan.places.length === 0) return ok(first);
    const ask = (name: string) => askHolder(name, first.project, machine, reach, this.#control.stopping);
    await Promise.all(plan.places.map((name) => (offline || !provided.isAwaited(name) ? reach.to(name) : ask(name))));
    const away = plan.places.filter((name) => reach.failure(name) && first.project.sandboxes.get(name)?.onUnreachable === 'local');
    for (const name of away) reach.replace(localSandbox(name, io));
    for (const name of away) this.#emit({ type: 'warning', text: `${name} cannot be reached: its steps run on this computer` });
    const changed = reach.takeChanged();
    if ((changed === undefined && away.length === 0) || this.#control.level > 0) return ok(first);
    this.#memory.look.refresh();
    const again = this.#prepare(movedHere(first.project, new Set(away)));
    if (again.ok) this.#emit(planEvent(again.value.planning.snapshot(), true, changed));
    return again;
  }

  #loop(prepared: Prepared, reach: Reach): Promise<ReadonlyMap<StepId, Outcome>> {
    const { look } = this.#memory;
    const { planning } = prepared;
    let provided: Provided | undefined;
    const executor = (): Promise<Executor> => {
      this.#executor ??= this.#openExecutor(prepared, reach);
      return this.#executor;
    };
    return runLoop({
      ...prepared,
      keepGoing: this.#request.keepGoing,
      control: this.#control,
      emit: this.#emit,
      standsIn: ({ action }) => reach.failure(action.step.sandbox) !== undefined,
      made: (planned) => madeBefore(planned, look),
      trouble: (planned) => troubleOf(planned, look),
      perform: async (planned, priority) => {
        const { provides: place, releases } = planned.action.step;
        // Offline nobody would come there: nothing is brought up.
        if ((place && reach.failure(place)) || (releases && reach.isGivenUp(releases)))
          return gone({ is: 'skipped', because: { code: 'unreachable' } });
        if (place !== undefined) provided ??= new Provided(planning.snapshot());
        const performed = await (await executor()).perform(planned, priority).finally(() => this.#performed());
        const up = provided?.up(planned, performed);
        return up === undefined ? performed : { ...performed, before: () => meet(up, reach, look, planning, this.#emit) };
      },
      serve: async (planned, life) => (await executor()).serve(planned, life),
    });
  }

  async #openExecutor({ project, planning }: Prepared, reach: Reach): Promise<Executor> {
    const { openWork } = await import('./work.ts');
    const ahead = planning.snapshot().actions.filter(({ decision }) => decision.is === 'run' || decision.is === 'maybe');
    this.#performed = tidying(this.#request.tidy ?? (() => {}), ahead.length);
    return openWork({
      request: this.#request,
      run: this.#run,
      project,
      planning,
      memory: this.#memory,
      reach,
      control: this.#control,
      emit: this.#emit,
    });
  }

  async #close(reach: Reach): Promise<void> {
    await reach[Symbol.asyncDispose]();
    if (this.#executor !== undefined) (await this.#executor).stop();
    await tend(this.#request, this.#memory, this.#run, this.#executor !== undefined);
    const { records } = this.#memory;
    records.close();
    try {
      this.#memory.memo.save();
    } catch (thrown) {
      if (!records.isLossy) this.#emit({ type: 'warning', text: `file digests are not remembered: ${(thrown as Error).message}` });
    }
  }
}
