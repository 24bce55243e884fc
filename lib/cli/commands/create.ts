import { resolve } from 'node:path';
import { parseDuration } from '../../base/duration.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { fileTrouble, refusedHere } from '../../io/trouble.ts';
import type { Created } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import type { SandboxSpec } from '../../model/project.ts';
import { momentNow, NAMES } from '../../run/created.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { type Call, complain, refuse } from '../call.ts';
import { bringUp } from '../sandbox/bring-up.ts';
import { build } from '../sandbox/build.ts';
import { createdOf, groundOfCreated, placeOf } from '../sandbox/created-ground.ts';
import { hold } from '../sandbox/hold.ts';
import { profileMeant } from '../sandbox/modes.ts';
import { newId, type OpenedProfile, openProfile } from '../sandbox/profile.ts';
import { documentOfSandbox, lifeOf, whereIs } from '../sandbox/show.ts';
import { takeDown } from '../sandbox/take-down.ts';
import { within } from '../sandbox/within.ts';
import { kindOf } from '../search.ts';
import { stoppable } from '../stoppable.ts';

/** Milliseconds for taking away what a create has made that came to nothing. */
const UNDO = 30_000;

export async function create(call: Call): Promise<number> {
  const { options, surroundings } = call;
  const written = options.profiles.at(-1);
  if (written === undefined) return refuse(call, 'sbx create needs a profile', 'e.g. sbx create --profile vm-haskell-build');
  const meant = profileMeant(written, options.inputs);
  if (meant === undefined) return refuse(call, 'the input mode is attach or build');
  const id = newId();
  const opened = await openProfile({ ...call, options: { ...options, inputs: meant.inputs } }, meant.profile, `sbx-${id}`);
  if (typeof opened === 'number') return opened;
  const wish = wishOf(call, id, meant.profile, opened);
  if (typeof wish === 'number') return wish;
  return await stoppable(surroundings, async (signal) => {
    const held = await hold(call, id, 'sbx create', signal);
    if (!held.ok) return failed(call, held.error);
    using _lock = held.value;
    return await make(call, wish, opened, signal);
  });
}

type Store = ReturnType<typeof createdOf>['store'];

function takenBy(store: Store, name: string | undefined): Created | undefined {
  return name === undefined ? undefined : store.list().all.find((one) => one.name === name);
}

function refuseTaken(call: Call, { id, name }: Created): number {
  return refuse(call, `the sandbox ${id} is called ${name} already`, `sbx destroy ${name}`);
}

/** Its first record, under a name that no other one has. Gives the exit code if that cannot be. */
async function begin(call: Call, created: Created, signal: AbortSignal): Promise<number | undefined> {
  const { store } = createdOf(call);
  const held = created.name === undefined ? undefined : await hold(call, NAMES, 'sbx create', signal);
  if (held?.ok === false) return failed(call, held.error);
  using _names = held?.value;
  const taken = takenBy(store, created.name);
  if (taken !== undefined) return refuseTaken(call, taken);
  try {
    store.write(created);
    return undefined;
  } catch (thrown) {
    return failed(call, fileTrouble(thrown, 'write', store.folderOf(created.id)));
  }
}

interface Wish {
  readonly created: Created;
  readonly repo: string | undefined;
}

/** What is to be created, or the exit code if that cannot be. */
function wishOf(call: Call, id: string, profile: string, { project, place }: OpenedProfile): Wish | number {
  const { options, surroundings } = call;
  const { io, store } = createdOf(call);
  const input = (name: string): string => String(project.params.get(name)?.value ?? '');
  const ttlText = input('ttl');
  const ttl = options.ttl ?? (ttlText === '' || ttlText === 'never' ? 'never' : parseDuration(ttlText));
  if (ttl === undefined) return refuse(call, `the input ttl cannot be "${ttlText}"`, 'e.g. 2h, or never');
  const { name } = options;
  if (name !== undefined && !/^[a-z][a-z0-9_-]*$/.test(name)) return refuse(call, `"${name}" is no name`, 'a-z, then a-z, 0-9, _ and -');
  if (name !== undefined && /^(sbx-)?[0-9a-f]{1,12}$/.test(name)) return refuse(call, `"${name}" looks like an id`, 'choose another name');
  const taken = takenBy(store, name);
  if (taken !== undefined) return refuseTaken(call, taken);
  const repoText = input('repo');
  const repo = repoText === '' ? undefined : resolve(surroundings.cwd, options.directory ?? '.', repoText);
  if (repo !== undefined && kindOf(repo, io.files) !== 'folder') return refuse(call, `${repo} is no folder`, 'named by the input repo');
  const since = momentNow(io);
  const created: Created = {
    id,
    ...(name === undefined ? {} : { name }),
    profile,
    file: project.file,
    state: 'creating',
    inputs: Object.fromEntries([...project.params].flatMap(([input, { value }]) => (input === 'ttl' ? [] : [[input, value]]))),
    since,
    ...(ttl === 'never' ? {} : { lease: { ttl, since } }),
    places: [...project.sandboxes.values()].map((spec) => (spec === place ? ownMachine(spec) : spec)),
    ...(place === undefined ? {} : { place: place.name }),
  };
  return { created, repo: repo === undefined ? undefined : io.files.realpathSync(repo) };
}

async function make(call: Call, { created, repo }: Wish, opened: OpenedProfile, signal: AbortSignal): Promise<number> {
  const { io, store } = createdOf(call);
  const note = (text: string): void => call.err.write(`note: ${text}\n`);
  const written = await begin(call, created, signal);
  if (written !== undefined) return written;
  let last = created;
  const keep = (next: Created): void => {
    last = next;
    store.write(next);
  };
  const made = await settled(up({ call, created, repo, opened, keep, note }, signal), signal);
  if (made.ok && !signal.aborted) {
    const { lease } = made.value;
    const since = momentNow(io);
    const ready: Created = { ...made.value, state: 'ready', ...(lease === undefined ? {} : { lease: { ...lease, since } }) };
    keep(ready);
    if (call.options.json) call.out.write(documentOfSandbox(ready, since));
    else call.out.write(`${ready.id}  ${whereIs(ready)}  ${lifeOf(ready, since)}\n`);
    return EXIT.done;
  }
  const failure = made.ok ? CANCELLED : made.error;
  const undone = await within(UNDO, new AbortController().signal, (limited) => takeDown(call, last, limited));
  if (!undone.ok) {
    keep({ ...last, state: 'failed', failure: { code: failure.code, message: failure.message } });
    call.err.write(`what was made could not be taken away: ${undone.error.message}\n  sbx reap tries it again; its id is ${created.id}\n`);
  }
  return signal.aborted ? EXIT.failed : failed(call, failure);
}

const CANCELLED: Failure = { code: 'cancelled', message: 'cancelled' };

/** What stops it, or what this computer refuses, is a failure like others: what there is of it by then is taken away. */
async function settled<T>(making: Promise<Result<T, Failure>>, signal: AbortSignal): Promise<Result<T, Failure>> {
  try {
    return await making;
  } catch (thrown) {
    const failure = signal.aborted ? CANCELLED : refusedHere(thrown);
    if (failure === undefined) throw thrown;
    return err(failure);
  }
}

/** A machine that is made for it is nobody else's, and stays until it is destroyed. */
function ownMachine({ machine, ...spec }: SandboxSpec): SandboxSpec {
  if (machine === undefined) return spec;
  const { name: _, ...own } = machine;
  return { ...spec, machine: own, keep: 'running' };
}

interface Making extends Wish {
  readonly call: Call;
  readonly opened: OpenedProfile;
  readonly keep: (created: Created) => void;
  readonly note: (text: string) => void;
}

async function up({ call, created, repo, opened, keep, note }: Making, signal: AbortSignal): Promise<Result<Created, Failure>> {
  const { project } = opened;
  const built = project.default.length > 0 ? await build(call, opened, createdOf(call).io) : ok([]);
  if (!built.ok) return built;
  const whole: Created = built.value.length === 0 ? created : { ...created, made: built.value };
  const spec = placeOf(created);
  if (spec === undefined) return ok(whole);
  const ground = groundOfCreated(call, created, opened.drivers);
  return await bringUp({ created: whole, spec, ground, repo, sync: opened.sync, keep, note }, signal);
}

function failed(call: Call, failure: Failure): number {
  complain(call, failure);
  return exitCode([{ is: 'failed', failure }], undefined);
}
