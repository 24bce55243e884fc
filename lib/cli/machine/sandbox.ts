import { err, ok, type Result } from '../../base/result.ts';
import { setClock } from '../../machine/behind/guest-clock.ts';
import { raise } from '../../machine/behind/raise.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { LinkNews, Sandbox, Session } from '../../model/sandbox.ts';
import type { DeedScope, SandboxMachine } from '../../model/sandbox-machine.ts';
import { type Hold, holdOn, oneByOne } from './one-by-one.ts';
import { type MachinePlace, machineTarget, type OpenMachine, openMachine } from './open.ts';

/** A place that is a machine: brought up when it is reached, and left as `keep` says when its last user is gone. */
export interface MachineSandbox extends Sandbox {
  /** The machine itself, for steps that bring it up, save it or take it down. */
  machine(signal: AbortSignal): Promise<Result<SandboxMachine, Failure>>;
}

const NEVER = new AbortController().signal;
/** Whoever wanted it wants it no more. */
const CANCELLED: Failure = { code: 'cancelled', message: 'cancelled' };

export function machineSandbox(place: MachinePlace): MachineSandbox {
  const { spec, io } = place;
  const hold = holdOn(io);
  let opening: Promise<Result<OpenMachine, Failure>> | undefined;
  let hears: (news: LinkNews) => void = () => {};
  const open = async (signal: AbortSignal): Promise<Result<OpenMachine, Failure>> => {
    if (signal.aborted) return err(CANCELLED);
    const isFirst = opening === undefined;
    opening ??= openMachine({ ...place, news: (news) => hears(news) }, signal);
    const mine = opening;
    const opened = await mine;
    if (!opened.ok && opening === mine) opening = undefined; // another step may have more luck
    // It ended with the step that began it.
    return opened.ok || isFirst || opened.error.code !== 'cancelled' ? opened : open(signal);
  };
  // Who only called one of its steps wants it to stay as that left it.
  let isReached = false;
  return {
    name: spec.name,
    kind: 'machine',
    target: machineTarget(place),
    machine: async (signal) => {
      const opened = await open(signal);
      return opened.ok ? ok(oneByOne(opened.value.machine, opened.value.lock, hold)) : opened;
    },
    connect: async (signal, note = () => {}, _known = undefined, link = () => {}) => {
      hears = link;
      const opened = await open(signal);
      if (!opened.ok) return opened;
      isReached = true;
      const entered = await enter(opened.value, io, hold, { signal, note });
      if (!entered.ok && entered.error.code === 'link-lost') {
        // That with the computer of its hypervisor may be the one that was lost: the next try makes it anew.
        opening = undefined;
        opened.value.use.end();
        await opened.value.session[Symbol.asyncDispose]();
      }
      return entered;
    },
    leave: async (note, hurry = NEVER) => {
      const opened = await opening;
      opening = undefined;
      if (!opened?.ok) return;
      const left = await leave(opened.value, isReached ? spec.keep : 'running', hold, { signal: hurry, note }).catch((thrown: unknown) => {
        if (!hurry.aborted) throw thrown;
        return err<Failure>({ code: 'cancelled', message: 'that was not waited for' });
      });
      if (!left.ok) note(`is not left as \`keep: ${spec.keep}\` says: ${left.error.message}`);
    },
  };
}

/** Whoever leaves it looks, under the same lock, whether anybody else is there. */
function enter({ ground, lock }: OpenMachine, io: Io, hold: Hold, scope: DeedScope): Promise<Result<Session, Failure>> {
  return hold(lock, scope, async () => {
    const up = await raise(ground, scope);
    if (!up.ok) return up;
    await setClock(up.value, io.clock, scope.signal);
    return up;
  });
}

async function leave(
  { machine, use, session, lock, renew }: OpenMachine,
  keep: SandboxSpec['keep'],
  hold: Hold,
  scope: DeedScope,
): Promise<Result<unknown, Failure>> {
  const { clone } = machine.spec;
  try {
    renew();
    if (keep === 'running' && !clone) return ok(use.end());
    return await hold(lock, scope, async (): Promise<Result<unknown, Failure>> => {
      use.end();
      const others = clone ? [] : use.others();
      if (others.length > 0) return ok(scope.note(`stays: ${others.join(', ')} is there as well`));
      const left = clone || keep === 'none' ? await machine.remove(scope) : await machine.stop(scope);
      if (left.ok) for (const did of left.value.did) scope.note(did);
      return left;
    });
  } finally {
    use.end();
    await session[Symbol.asyncDispose]();
  }
}
