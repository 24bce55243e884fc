import { momentNow } from '../../run/created.ts';
import { EXIT } from '../../run/exit-code.ts';
import { type Call, complain, refuse } from '../call.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { hold } from '../sandbox/hold.ts';
import { sandboxNamed } from '../sandbox/named.ts';
import { documentOfSandbox, lifeOf } from '../sandbox/show.ts';
import { stoppable } from '../stoppable.ts';

/** Its life begins anew: as long as before, or as --ttl says. */
export async function renew(call: Call): Promise<number> {
  const named = sandboxNamed(call, call.words.operands[0] ?? '');
  if (typeof named === 'number') return named;
  return await stoppable(call.surroundings, async (signal) => {
    const { io, store } = createdOf(call);
    const { id } = named;
    const held = await hold(call, id, 'sbx renew', signal);
    if (!held.ok) {
      complain(call, held.error);
      return EXIT.failed;
    }
    using _lock = held.value;
    const created = store.read(id);
    if (created?.state !== 'ready') return refuse(call, `${id} is ${created?.state ?? 'gone'}`, 'only what is ready can live on');
    const { lease, ...rest } = created;
    const ttl = call.options.ttl ?? lease?.ttl;
    const since = momentNow(io);
    const renewed = ttl === undefined || ttl === 'never' ? rest : { ...rest, lease: { ttl, since } };
    store.write(renewed);
    call.out.write(call.options.json ? documentOfSandbox(renewed, since) : `${id}  ${lifeOf(renewed, since)}\n`);
    return EXIT.done;
  });
}
