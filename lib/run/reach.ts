import { err, ok, type Result } from '../base/result.ts';
import { refusedHere } from '../io/trouble.ts';
import type { Emit, Event, PlaceChange } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { PlaceSeen } from '../model/look.ts';
import type { SandboxName } from '../model/project.ts';
import type { HostVerdicts, LinkNews, Sandbox, Session } from '../model/sandbox.ts';
import type { Arrival } from '../sync/arrive.ts';

// The places of a run: one connection and one verdict each. Knows no steps and no plan.

/** A place that was reached. */
interface Reached {
  readonly sandbox: Sandbox;
  readonly session: Session;
  /** Absolute folder of the project there, or why it must not be touched. It may have to be made. */
  readonly workspace: Result<string, Failure>;
  readonly absent: boolean;
}

interface ReachInput {
  readonly sandboxes: ReadonlyMap<SandboxName, Sandbox>;
  /** Folder of the project, which is the workspace of every local place. */
  readonly root: string;
  readonly offline: boolean;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Aborted when what is released has had its time. */
  readonly hurry: AbortSignal;
  /** One round trip: probes, workspace, receipt, holds. */
  readonly arrive: (session: Session, sandbox: SandboxName, signal: AbortSignal) => Promise<Result<Arrival, Failure>>;
  /** Makes a workspace that is absent. */
  readonly create: (
    session: Session,
    path: string,
    sandbox: SandboxName,
    target: string,
    signal: AbortSignal,
  ) => Promise<Result<void, Failure>>;
  /** What is recorded of the place, and how it is replaced. */
  readonly recorded: (sandbox: SandboxName) => PlaceSeen | undefined;
  readonly record: (sandbox: SandboxName, seen: PlaceSeen) => void;
}

export class Reach implements AsyncDisposable {
  readonly #input: ReachInput;
  readonly #sandboxes: Map<SandboxName, Sandbox>;
  readonly #verdicts = new Map<SandboxName, Promise<Result<Reached, Failure>>>();
  /** Of hosts that several places may be. */
  readonly #hosts: HostVerdicts = new Map();
  readonly #lost = new Set<SandboxName>();
  readonly #failed = new Map<SandboxName, Failure>();
  /** Places that cannot be brought up. */
  readonly #stuck = new Set<SandboxName>();
  /** How many use its session beyond the run. */
  readonly #lent = new Map<SandboxName, number>();
  #over = false;
  readonly #made = new Map<SandboxName, Promise<Result<string, Failure>>>();
  #changed: readonly PlaceChange[] | undefined;

  constructor(input: ReachInput) {
    this.#input = input;
    this.#sandboxes = new Map(input.sandboxes);
  }

  /** Reaches the place, once a run: what was found the first time is the answer for all steps. */
  to(sandbox: SandboxName): Promise<Result<Reached, Failure>> {
    const known = this.#verdicts.get(sandbox) ?? this.#connect(sandbox);
    this.#verdicts.set(sandbox, known);
    return known;
  }

  /** Dials the place and hangs up: whether it lets us in at this moment. That is no verdict. */
  async knock(name: SandboxName, signal: AbortSignal): Promise<Result<void, Failure>> {
    const sandbox = this.#sandboxes.get(name);
    if (sandbox === undefined) throw new Error(`no sandbox ${name}`);
    if (sandbox.kind !== 'local' && this.#input.offline)
      return err({ code: 'task-refused', message: `${name} is not asked: sbx is offline by --offline` });
    const session = await sandbox.connect(signal);
    if (!session.ok) return session;
    await session.value[Symbol.asyncDispose]();
    return ok(undefined);
  }

  /** The verdict on a place that could not be reached. */
  failure(sandbox: SandboxName): Failure | undefined {
    return this.#failed.get(sandbox);
  }

  /** Whoever would bring the place up cannot: that is the verdict on it. */
  giveUp(sandbox: SandboxName, why: Failure): void {
    const failure: Failure = { ...why, sandbox };
    this.#stuck.add(sandbox);
    this.#failed.set(sandbox, failure);
    this.#verdicts.set(sandbox, Promise.resolve(err(failure)));
    this.#input.emit({ type: 'place-failed', sandbox, failure });
  }

  /** Whether it was given up: then there is nothing to take down either. */
  isGivenUp(sandbox: SandboxName): boolean {
    return this.#stuck.has(sandbox);
  }

  /**
   * Places that turned out other than recorded since this was asked last: then a plan that was made before is out of date. Empty if nothing was
   * recorded of them, undefined if there are none.
   */
  takeChanged(): readonly PlaceChange[] | undefined {
    const changed = this.#changed;
    this.#changed = undefined;
    return changed;
  }

  /** Another one stands in for a place of that name: what was found of the place before is forgotten. */
  replace(sandbox: Sandbox): void {
    this.#sandboxes.set(sandbox.name, sandbox);
    this.#verdicts.delete(sandbox.name);
    this.#failed.delete(sandbox.name);
    this.#stuck.delete(sandbox.name);
  }

  /** It was brought up, or made anew: what was found of it before is forgotten. */
  async forget(sandbox: SandboxName): Promise<void> {
    const verdict = await this.#verdicts.get(sandbox);
    for (const known of [this.#verdicts, this.#failed, this.#made]) known.delete(sandbox);
    this.#hosts.clear();
    if (verdict?.ok) await verdict.value.session[Symbol.asyncDispose]();
  }

  /** Where the place is, for messages. */
  target(sandbox: SandboxName): string {
    const there = this.#sandboxes.get(sandbox);
    return there?.chosen?.()?.target ?? there?.target ?? sandbox;
  }

  /** The folder of the project in the place, made if it is absent. */
  workspaceOf(reached: Reached, signal: AbortSignal): Promise<Result<string, Failure>> {
    const { sandbox, session, workspace, absent } = reached;
    if (!workspace.ok || !absent) return Promise.resolve(workspace);
    const known = this.#made.get(sandbox.name);
    if (known !== undefined) return known;
    const made = this.#input
      .create(session, workspace.value, sandbox.name, this.target(sandbox.name), signal)
      .then((created) => (created.ok ? workspace : created));
    this.#made.set(sandbox.name, made);
    return made;
  }

  /** The link to a place was lost: the next step or attempt that needs it dials again, and a failure of that is no verdict for the others. */
  async lost(sandbox: SandboxName): Promise<void> {
    this.#lost.add(sandbox);
    const verdict = await this.#verdicts.get(sandbox);
    this.#verdicts.delete(sandbox);
    if (verdict?.ok) await verdict.value.session[Symbol.asyncDispose]();
  }

  /** The session of a place is used beyond the run: it is closed when the last one has given it back. */
  lend(sandbox: SandboxName): () => Promise<void> {
    const count = (by: number): void => void this.#lent.set(sandbox, (this.#lent.get(sandbox) ?? 0) + by);
    count(1);
    return async () => {
      count(-1);
      if (this.#over) await this.#close(sandbox);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await Promise.all([...this.#verdicts.keys()].map((name) => this.#close(name)));
    await Promise.all(
      [...this.#sandboxes.values()].map((sandbox) =>
        sandbox.leave?.((text) => this.#input.emit({ type: 'place-note', sandbox: sandbox.name, text }), this.#input.hurry),
      ),
    );
  }

  async #close(sandbox: SandboxName): Promise<void> {
    const verdict = await this.#verdicts.get(sandbox);
    if (verdict?.ok && !this.#lent.get(sandbox)) await verdict.value.session[Symbol.asyncDispose]();
  }

  async #connect(name: SandboxName): Promise<Result<Reached, Failure>> {
    const result = await this.#dial(name).catch((thrown: unknown) => {
      const refused = refusedHere(thrown); // e.g. the id of this computer cannot be kept
      if (refused === undefined) throw thrown;
      return err(refused);
    });
    if (result.ok) return result;
    const failure: Failure = { ...result.error, sandbox: name };
    if (this.#lost.has(name)) this.#verdicts.delete(name);
    else this.#failed.set(name, failure);
    if (failure.code !== 'cancelled') this.#input.emit({ type: 'place-failed', sandbox: name, failure });
    return err(failure);
  }

  async #dial(name: SandboxName): Promise<Result<Reached, Failure>> {
    const { offline, emit, signal, root } = this.#input;
    const sandbox = this.#sandboxes.get(name);
    if (sandbox === undefined) throw new Error(`no sandbox ${name}`);
    const far = sandbox.kind !== 'local';
    if (far && offline) return err({ code: 'unreachable', message: `${name} is not reached: sbx is offline by --offline` });
    if (far) emit({ type: 'place-connecting', sandbox: name, target: sandbox.target });
    const note = (text: string): void => emit({ type: 'place-note', sandbox: name, text });
    const link = ({ is, ...news }: LinkNews): void => emit({ type: `place-${is}`, sandbox: name, ...news } as Event);
    const session = await sandbox.connect(signal, note, this.#lost.has(name) ? undefined : this.#hosts, link);
    if (!session.ok) return session;
    if (!far) return ok({ sandbox, session: session.value, workspace: ok(root), absent: false });
    const arrived = await this.#input.arrive(session.value, name, signal);
    if (!arrived.ok) {
      await session.value[Symbol.asyncDispose]();
      return arrived;
    }
    const { seen, workspace, found, notes } = arrived.value;
    const chosen = sandbox.chosen?.();
    this.#compare(name, chosen === undefined ? seen : { ...seen, host: chosen.host });
    const target = this.target(name);
    emit({
      ...{ type: 'place-connected', sandbox: name, target, workspace },
      ...(chosen === undefined ? {} : { why: chosen.why }),
      ...(session.value.carrier === undefined ? {} : { carrier: session.value.carrier }),
    });
    for (const { message, hint } of chosen?.passed ?? [])
      emit({ type: 'warning', text: `${name} is ${target}, since ${message}`, ...(hint === undefined ? {} : { hint }) });
    for (const text of notes) emit({ type: 'warning', text });
    const folder = found.is === 'refused' ? err(found.failure) : ok(workspace);
    return ok({ sandbox, session: session.value, workspace: folder, absent: found.is === 'absent' });
  }

  #compare(name: SandboxName, seen: PlaceSeen): void {
    const recorded = this.#input.recorded(name);
    const what = recorded && changeOf(recorded, seen);
    if (recorded === undefined || what !== undefined)
      this.#changed = [...(this.#changed ?? []), ...(what ? [{ sandbox: name, what }] : [])];
    this.#input.record(name, seen);
  }
}

/** What differs, the time at which it was seen aside. */
function changeOf(before: PlaceSeen, now: PlaceSeen): PlaceChange['what'] | undefined {
  if (before.host !== now.host) return 'host';
  if (before.receipt !== undefined && now.receipt === undefined) return 'workspace-gone';
  if (!same(before.probes, now.probes)) return 'toolchain';
  if (before.receipt !== now.receipt) return 'files';
  return same(before.holds, now.holds) ? undefined : 'results';
}

function same(a: { readonly [name: string]: string }, b: { readonly [name: string]: string }): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
