import type { Failure } from '../../model/failure.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { type Call, complain } from '../call.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { forget } from '../sandbox/forget.ts';
import { hold } from '../sandbox/hold.ts';
import { sandboxNamed } from '../sandbox/named.ts';
import { takeDown } from '../sandbox/take-down.ts';
import { stoppable } from '../stoppable.ts';

/** Each of the named sandboxes; what goes wrong with one does not hold up the others. */
export async function destroy(call: Call): Promise<number> {
  return await stoppable(call.surroundings, async (signal) => {
    const destroyed: { readonly id: string; readonly did: readonly string[] }[] = [];
    const codes: number[] = [];
    const failures: Failure[] = [];
    for (const word of new Set(call.words.operands)) {
      const created = sandboxNamed(call, word);
      if (typeof created === 'number') {
        codes.push(created);
        continue;
      }
      const { id } = created;
      const held = await hold(call, id, 'sbx destroy', signal);
      using _lock = held.ok ? held.value : undefined;
      const now = createdOf(call).store.read(id);
      const gone = !held.ok
        ? held
        : now === undefined
          ? { ok: true as const, value: [] }
          : await (call.options.forget ? forget(call, now) : takeDown(call, now, signal));
      signal.throwIfAborted();
      if (gone.ok) {
        destroyed.push({ id, did: gone.value });
        if (!call.options.json)
          call.out.write(`${[`${call.options.forget ? 'forgot' : 'destroyed'} ${id}`, ...gone.value].join('\n  ')}\n`);
      } else {
        complain(call, { message: `${id}: ${gone.error.message}`, hint: gone.error.hint ?? 'sbx reap tries it again' });
        failures.push(gone.error);
      }
    }
    if (call.options.json) call.out.write(documentOf('destroyed', 1, { destroyed }));
    return (
      exitCode(
        failures.map((failure) => ({ is: 'failed', failure })),
        undefined,
      ) ||
      (codes[0] ?? EXIT.done)
    );
  });
}
