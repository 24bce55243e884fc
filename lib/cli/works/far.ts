import type { Failure } from '../../model/failure.ts';
import { LOCAL, type SandboxName } from '../../model/project.ts';
import type { KeptWork, Works } from '../../model/sandbox.ts';
import type { Call } from '../call.ts';
import { groundOf } from '../ground.ts';
import type { Opened } from '../open.ts';
import { machineIn, sandboxOf } from '../sandboxes.ts';
import type { BegunRun } from './under-way.ts';

/** Work that a killed run left in a place. */
export interface LeftWork {
  readonly sandbox: SandboxName;
  readonly work: KeptWork;
  readonly works: Works;
}

interface Asked {
  readonly left: readonly LeftWork[];
  /** Machines that do not run: what was left there went with them. They are not brought up to be asked. */
  readonly down: readonly SandboxName[];
  /** Places that could not be asked, and why. */
  readonly failed: readonly (readonly [SandboxName, Failure])[];
}

/** Asks the places of killed runs what is kept there of them, and gives the answers to `use` while they are connected. What goes on there is not touched. */
export async function withLeftWork<T>(
  call: Call,
  opened: Opened,
  runs: readonly BegunRun[],
  signal: AbortSignal,
  use: (asked: Asked) => Promise<T>,
): Promise<T> {
  const ground = groundOf(call, opened);
  const names = new Set(runs.flatMap(({ steps }) => steps.map(({ sandbox }) => sandbox)).filter((name) => name !== LOCAL));
  const ours = new Set(runs.map(({ run }) => run));
  const left: LeftWork[] = [];
  const down: SandboxName[] = [];
  const failed: [SandboxName, Failure][] = [];
  await using sessions = new AsyncDisposer();
  await Promise.all(
    [...names].map(async (sandbox) => {
      const spec = opened.project.sandboxes.get(sandbox);
      if (spec === undefined) return;
      const place = sandboxOf(spec, ground);
      if (spec.machine !== undefined) {
        const machine = await machineIn(new Map([[sandbox, place]]), sandbox, signal);
        const runs = machine.ok ? await machine.value.runs({ signal }) : machine;
        if (!runs.ok) return void failed.push([sandbox, runs.error]);
        if (!runs.value) return void down.push(sandbox);
      }
      const session = await place.connect(signal, (text) => call.err.write(`${sandbox}: ${text}\n`));
      if (session.ok) sessions.add(session.value);
      const works = session.ok ? session.value.works : undefined;
      const list = session.ok ? await works?.list(signal) : session;
      if (list?.ok === false) failed.push([sandbox, list.error]);
      else if (works && list) left.push(...list.value.filter(({ run }) => ours.has(run)).map((work) => ({ sandbox, work, works })));
    }),
  );
  // Whoever is told to stop lets go of what it has.
  signal.addEventListener('abort', () => void sessions[Symbol.asyncDispose](), { once: true });
  for (const name of down) call.err.write(`${name}: its machine does not run: what was left there ended with it\n`);
  return await use({ left, down, failed });
}

class AsyncDisposer implements AsyncDisposable {
  readonly #all: AsyncDisposable[] = [];

  add(one: AsyncDisposable): void {
    this.#all.push(one);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.splice(0).map((one) => one[Symbol.asyncDispose]()));
  }
}
