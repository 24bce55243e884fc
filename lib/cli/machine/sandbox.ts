import { err, ok, type Result } from '../../base/result.ts';
import { raise } from '../../machine/behind/raise.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { Sandbox, Session } from '../../model/sandbox.ts';
import type { DeedScope, SandboxMachine } from '../../model/sandbox-machine.ts';
import { acquireLock, type Lock } from '../../run/lock.ts';
import { whoAmI } from '../../run/self.ts';
import { type MachinePlace, machineName, type OpenMachine, openMachine } from './open.ts';

/** A place that is a machine: brought up when it is reached, and left as `keep` says when its last user is gone. */
export interface MachineSandbox extends Sandbox {
  /** The machine itself, for steps that bring it up, save it or take it down. */
  machine(): Promise<Result<SandboxMachine, Failure>>;
}

const NEVER = new AbortController().signal;

export function machineSandbox(place: MachinePlace): MachineSandbox {
  const { spec, io } = place;
  let opening: Promise<Result<OpenMachine, Failure>> | undefined;
  const open = async (signal: AbortSignal): Promise<Result<OpenMachine, Failure>> => {
    opening ??= openMachine(place, signal);
    const opened = await opening;
    if (!opened.ok) opening = undefined; // another step may have more luck
    return opened;
  };
  // Who only called one of its steps wants it to stay as that left it.
  let isReached = false;
  return {
    name: spec.name,
    kind: 'machine',
    target: `machine ${machineName(place)}`,
    machine: async () => {
      const opened = await open(NEVER);
      return opened.ok ? ok(opened.value.machine) : opened;
    },
    connect: async (signal, note = () => {}) => {
      const opened = await open(signal);
      if (!opened.ok) return opened;
      isReached = true;
      const entered = await enter(opened.value, io, { signal, note });
      if (!entered.ok && entered.error.code === 'link-lost') {
        // That with the computer of its hypervisor may be the one that was lost: the next try makes it anew.
        opening = undefined;
        opened.value.use.end();
        await opened.value.session[Symbol.asyncDispose]();
      }
      return entered;
    },
    leave: async (note) => {
      const opened = await opening;
      opening = undefined;
      if (!opened?.ok) return;
      const left = await leave(opened.value, isReached ? spec.keep : 'running', io, { signal: NEVER, note });
      if (!left.ok) note(`is not left as \`keep: ${spec.keep}\` says: ${left.error.message}`);
    },
  };
}

/** Whoever leaves it looks, under the same lock, whether anybody else is there. */
async function enter({ ground, lock: path }: OpenMachine, io: Io, scope: DeedScope): Promise<Result<Session, Failure>> {
  const lock = await lockOf(io, path, scope);
  if (!lock.ok) return lock;
  using _ = lock.value;
  const up = await raise(ground, scope);
  if (!up.ok) return up;
  const { session, isRestored } = up.value;
  if (isRestored) await setClock(session, io, scope.signal);
  return ok(session);
}

/** A guest that cannot be told the time goes on all the same: that files arrive later than what was there before does not hang on its clock. */
async function setClock(session: Session, { clock }: Io, signal: AbortSignal): Promise<void> {
  const program = 'if [ "$(id -u)" = 0 ]; then date -u -s "@$1"; else sudo -n date -u -s "@$1"; fi >/dev/null 2>&1 || :';
  await session.program(program, [String(Math.round(clock.now() / 1000))], { signal });
}

async function leave(
  { machine, use, session, lock: path }: OpenMachine,
  keep: SandboxSpec['keep'],
  io: Io,
  scope: DeedScope,
): Promise<Result<unknown, Failure>> {
  const { clone } = machine.spec;
  try {
    if (keep === 'running' && !clone) return ok(use.end());
    const lock = await lockOf(io, path, scope);
    if (!lock.ok) return lock;
    using _ = lock.value;
    use.end();
    const others = clone ? [] : use.others();
    if (others.length > 0) return ok(scope.note(`stays: ${others.join(', ')} is there as well`));
    const left = clone || keep === 'none' ? await machine.remove(scope) : await machine.stop(scope);
    if (left.ok) for (const did of left.value.did) scope.note(did);
    return left;
  } finally {
    use.end();
    await session[Symbol.asyncDispose]();
  }
}

async function lockOf(io: Io, path: string, { signal, note }: DeedScope): Promise<Result<Lock, Failure>> {
  const wish = { path, self: whoAmI(io.files), command: 'sbx run' };
  const lock = await acquireLock(io, wish, {
    signal,
    waiting: ({ command }) => note(`waits for ${command}, which brings it up or leaves it`),
  });
  if (!lock.ok) return lock;
  if ('release' in lock.value) return ok(lock.value);
  return err({ code: 'machine-busy', message: 'the run that started this one brings the machine up' });
}
