import { formatDuration } from '../../base/duration.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Endpoint, MachineId } from '../../model/machine.ts';
import type { Session } from '../../model/sandbox.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { type MachineGround, NOTES, theMachine } from './ground.ts';
import { lastLinesOf } from './said.ts';
import { SSH_PORT } from './set-up.ts';

/** Milliseconds between two tries: one of them costs the guest a fork. */
const PAUSE = 500;
/** Milliseconds for one try at most: sshd of an emulated guest takes its time. */
const TRY = 20_000;

/** Failures that no waiting mends. */
const FINAL: ReadonlySet<Failure['code']> = new Set([
  'host-key-changed',
  'host-key-revoked',
  'host-key-unknown',
  'ssh-config',
  'cancelled',
]);

interface LetIn<T> {
  readonly id: MachineId;
  readonly did: readonly string[];
  readonly endpoint: Endpoint;
  readonly got: T;
}

/** Until its guest lets us in; what was given to it is then taken away from the hypervisor. */
export function waitFor(ground: MachineGround, scope: DeedScope): Promise<Result<LetIn<void>, Failure>> {
  return letIn(ground, scope, (endpoint, patience) => ground.guest.knock(endpoint, patience, scope.signal), takeBack);
}

/** The same, and stays. */
export function enter(ground: MachineGround, scope: DeedScope, as: 'ours' | 'theirs'): Promise<Result<LetIn<Session>, Failure>> {
  return letIn(
    ground,
    scope,
    (endpoint, patience) => ground.guest.enter(endpoint, as, patience, scope.signal),
    as === 'ours' ? takeBack : async () => ok(undefined),
  );
}

async function letIn<T>(
  ground: MachineGround,
  scope: DeedScope,
  way: (endpoint: Endpoint, patience: number) => Promise<Result<T, Failure>>,
  afterwards: (ground: MachineGround, id: MachineId, signal: AbortSignal) => Promise<Result<void, Failure>>,
): Promise<Result<LetIn<T>, Failure>> {
  const { driver, clock, spec } = ground;
  const { signal } = scope;
  const id = await theMachine(ground, signal);
  if (!id.ok) return id;
  const began = clock.monotonic();
  let waited = false;
  let why: Failure = { code: 'unreachable', message: 'it has no address yet' };
  for (;;) {
    signal.throwIfAborted();
    const state = await driver.state(id.value, signal);
    if (!state.ok) return state;
    if (state.value !== 'running' && state.value !== 'starting') return err(await fellOver(ground, id.value, state.value, signal));
    const endpoint = await endpointOf(ground, id.value, signal);
    if (!endpoint.ok) return endpoint;
    if (endpoint.value !== undefined) {
      const left = Math.max(PAUSE, spec.boot - (clock.monotonic() - began));
      const entered = await way(endpoint.value, Math.min(TRY, left));
      if (entered.ok) {
        const done = await afterwards(ground, id.value, signal);
        if (!done.ok) return done;
        return ok({
          id: id.value,
          did: waited ? [`up after ${formatDuration(clock.monotonic() - began)}`] : [],
          endpoint: endpoint.value,
          got: entered.value,
        });
      }
      if (FINAL.has(entered.error.code)) return entered;
      why = entered.error;
    }
    if (clock.monotonic() - began > spec.boot) return err(await late(ground, id.value, why, signal));
    if (!waited) scope.note('waits for its guest');
    waited = true;
    await clock.sleep(PAUSE, signal);
  }
}

async function endpointOf(
  { spec, driver }: MachineGround,
  id: MachineId,
  signal: AbortSignal,
): Promise<Result<Endpoint | undefined, Failure>> {
  if (spec.endpoint.is === 'tunnel') return ok({ address: '127.0.0.1', port: spec.endpoint.port });
  return driver.endpoint(id, SSH_PORT, signal);
}

/** The guest has them on its disk: no copy of a private key stays with the hypervisor. */
async function takeBack({ driver }: MachineGround, id: MachineId, signal: AbortSignal): Promise<Result<void, Failure>> {
  const notes = await driver.notes(id, signal);
  if (!notes.ok) return notes;
  const seeded = notes.value.get(NOTES.seeded);
  if (seeded === undefined || notes.value.get(NOTES.given) === seeded) return ok(undefined);
  const taken = await driver.seed(id, undefined, signal);
  return taken.ok ? driver.note(id, NOTES.given, seeded, signal) : taken;
}

async function fellOver(ground: MachineGround, id: MachineId, state: string, signal: AbortSignal): Promise<Failure> {
  const message = `${ground.name} is ${state}: its guest cannot let anybody in`;
  return { code: 'machine-stuck', message, ...(await lastLinesOf(ground, id, signal)) };
}

async function late(ground: MachineGround, id: MachineId, why: Failure, signal: AbortSignal): Promise<Failure> {
  const message = `the guest of ${ground.name} did not let us in within ${formatDuration(ground.spec.boot)}: ${why.message}`;
  const hint = 'give it more time with `boot`, or look at what it wrote to its console';
  return { code: 'machine-stuck', message, hint, ...(await lastLinesOf(ground, id, signal)) };
}
