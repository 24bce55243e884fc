import { suggest } from '../base/suggest.ts';
import type { Failure } from '../model/failure.ts';
import { LOCAL, type SandboxName, type SandboxSpec } from '../model/project.ts';
import type { Sandbox, Session } from '../model/sandbox.ts';
import { lackingDiagnostics } from '../plan/lacking.ts';
import { exitCode } from '../run/exit-code.ts';
import { type Arrival, arrive } from '../sync/arrive.ts';
import { type Call, complain, refuse } from './call.ts';
import { groundOf } from './ground.ts';
import { openOrSay, sayFaulty } from './open.ts';
import { checkoutIn, type Ground, sandboxOf } from './sandboxes.ts';
import { stoppable } from './stoppable.ts';

/** A place that a command other than `run` works in. */
export interface Visit {
  readonly ground: Ground;
  readonly spec: SandboxSpec;
  readonly sandbox: Sandbox;
  readonly session: Session;
  readonly arrival: Arrival;
  readonly signal: AbortSignal;
}

/** Reaches the named sandbox, the only one if none is named, lets `use` work there and leaves. Says what is wrong and gives the exit code. `unfit`: why nobody needs to go there. */
export async function visit(
  call: Call,
  name: SandboxName | undefined,
  use: (place: Visit) => Promise<number>,
  unfit: (name: SandboxName) => number | undefined = () => undefined,
): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  const { project } = opened;
  const far = [...project.sandboxes.values()].filter(({ kind }) => kind !== 'local');
  const spec = name === undefined && far.length === 1 ? far[0] : far.find((one) => one.name === name);
  if (spec === undefined)
    return refuseName(
      call,
      name,
      far.map((one) => one.name),
    );
  const refused = unfit(spec.name);
  if (refused !== undefined) return refused;
  if (spec.lacks)
    return await sayFaulty(call, lackingDiagnostics(project, new Map(spec.lacks.map((lack) => [lack, `the sandbox ${spec.name}`]))));
  const ground: Ground = groundOf(call, opened);
  const sandbox = sandboxOf(spec, ground);
  const note = (text: string): void => call.err.write(`${spec.name}: ${text}\n`);
  return await stoppable(call.surroundings, async (signal) => {
    const failed = (failure: Failure): number => {
      if (!signal.aborted) complain(call, failure); // who stopped it knows why
      return exitCode([{ is: 'failed', failure }], undefined);
    };
    const visiting = async (): Promise<number> => {
      const session = await sandbox.connect(signal, note);
      if (!session.ok) return failed(session.error);
      for (const { message } of sandbox.chosen?.()?.passed ?? []) note(`is ${sandbox.chosen?.()?.target}, since ${message}`);
      await using connected = session.value;
      const request = { project, sandbox: spec, checkout: checkoutIn(ground), now: ground.io.clock.now(), signal };
      const arrival = await arrive(connected, request);
      if (!arrival.ok) return failed(arrival.error);
      return await use({ ground, spec: sandbox.chosen?.()?.spec ?? spec, sandbox, session: connected, arrival: arrival.value, signal });
    };
    return await visiting().finally(() => sandbox.leave?.(note));
  });
}

/** A name that is none of the sandboxes that may be meant, or no name where there are several. */
export function refuseName(call: Call, name: SandboxName | undefined, known: readonly SandboxName[]): number {
  if (known.length === 0) return refuse(call, 'this project has no sandbox but this computer', 'declare one under `sandboxes:`');
  if (name === undefined) return refuse(call, 'which sandbox?', `one of ${known.join(', ')}`);
  if (name === LOCAL) return refuse(call, `${LOCAL} is this computer`, `one of ${known.join(', ')}`);
  const near = suggest(name, known);
  return refuse(call, `there is no sandbox ${name}`, near === undefined ? `one of ${known.join(', ')}` : `did you mean ${near}?`);
}
