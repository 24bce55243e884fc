import type { Failure } from '../../model/failure.ts';
import { holdSandbox } from '../../run/created.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { describeHolder } from '../../run/holder.ts';
import { type Call, complain, refuse } from '../call.ts';
import { machineIn, sandboxOf } from '../sandboxes.ts';
import { stoppable } from '../stoppable.ts';
import { createdOf, groundOfCreated, placeOf } from './created-ground.ts';
import { sandboxNamed } from './named.ts';

/** Saves the machine of a created sandbox under a name, or takes it back to what was saved. */
export async function save(call: Call, deed: 'snapshot' | 'restore'): Promise<number> {
  const [word = '', name = ''] = call.words.operands;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    return refuse(call, `"${name}" cannot be the name of a snapshot`, 'letters, digits, ., _ and -');
  const named = sandboxNamed(call, word);
  if (typeof named === 'number') return named;
  return await stoppable(call.surroundings, async (signal) => {
    const failed = (failure: Failure): number => {
      complain(call, failure);
      return exitCode([{ is: 'failed', failure }], undefined);
    };
    const { io, state } = createdOf(call);
    const waiting = (holder: Parameters<typeof describeHolder>[0]): void => call.err.write(`waiting for ${describeHolder(holder)}\n`);
    const held = await holdSandbox(io, { state, id: named.id, command: `sbx ${deed}` }, { signal, waiting });
    if (!held.ok) return failed(held.error);
    using _lock = held.value;
    const spec = placeOf(named);
    if (spec?.machine === undefined) {
      const message = `${named.id} has no machine of its own: it was attached to one, or only made something`;
      return failed({ code: 'capability-missing', message, hint: 'what is in a VM that is not ours is not ours to save' });
    }
    const sandbox = sandboxOf(spec, groundOfCreated(call, named));
    const machine = await machineIn(new Map([[spec.name, sandbox]]), spec.name);
    if (!machine.ok) return failed(machine.error);
    const done = await machine.value[deed](name, { signal, note: (text) => call.err.write(`note: ${text}\n`) });
    await sandbox.leave?.(() => {});
    if (!done.ok) return failed(done.error);
    const did = done.value.did.length === 0 ? [`it was saved as ${name} already`] : done.value.did;
    for (const one of did) call.out.write(`${one}\n`);
    return EXIT.done;
  });
}
