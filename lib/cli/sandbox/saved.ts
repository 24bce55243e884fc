import type { Failure } from '../../model/failure.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { type Call, complain, refuse } from '../call.ts';
import { stoppable } from '../stoppable.ts';
import { createdOf, openCreatedGround, placeOf } from './created-ground.ts';
import { hold } from './hold.ts';
import { sandboxNamed } from './named.ts';
import { withMachine } from './with-machine.ts';

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
    const { id } = named;
    const held = await hold(call, id, `sbx ${deed}`, signal);
    if (!held.ok) return failed(held.error);
    using _lock = held.value;
    const created = createdOf(call).store.read(id); // as it is now that nobody else changes it
    if (created?.state !== 'ready') return refuse(call, `${id} is ${created?.state ?? 'gone'}`, `only what is ready has a ${deed}`);
    const spec = placeOf(created);
    if (spec?.machine === undefined) {
      const message = `${id} has no machine of its own: it was attached to one, or only made something`;
      return failed({ code: 'capability-missing', message, hint: 'what is in a VM that is not ours is not ours to save' });
    }
    const note = (text: string): void => call.err.write(`note: ${text}\n`);
    const ground = await openCreatedGround(call, created);
    if (!ground.ok) return failed(ground.error);
    const done = await withMachine(spec, ground.value, signal, (machine) => machine[deed](name, { signal, note }));
    if (!done.ok) return failed(done.error);
    const did = done.value.did.length === 0 ? [`it was saved as ${name} already`] : done.value.did;
    for (const one of did) call.out.write(`${one}\n`);
    return EXIT.done;
  });
}
