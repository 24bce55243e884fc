import { momentNow } from '../../run/created.ts';
import { EXIT } from '../../run/exit-code.ts';
import { rows } from '../../view/rows.ts';
import type { Call } from '../call.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { sandboxNamed } from '../sandbox/named.ts';
import { documentOfSandbox, lifeOf, membersOf, whereIs } from '../sandbox/show.ts';

/** What is recorded of a created sandbox; nothing is connected to. */
export async function inspect(call: Call): Promise<number> {
  const created = sandboxNamed(call, call.words.operands[0] ?? '');
  if (typeof created === 'number') return created;
  const now = momentNow(createdOf(call).io);
  if (call.options.json) {
    call.out.write(documentOfSandbox(created, now));
    return EXIT.done;
  }
  const { placement, created: since } = membersOf(created, now);
  const table: readonly (readonly [string, string])[] = [
    ['id', created.id],
    ['name', created.name ?? ''],
    ['profile', created.profile],
    ['state', created.state],
    ['why', created.failure?.message ?? ''],
    ['created', since],
    ['life', lifeOf(created, now)],
    ['placement', Object.values(placement).join(' ')],
    ['where', whereIs(created)],
    ...Object.entries(created.inputs).map(([input, value]) => [`input ${input}`, String(value ?? '')] as const),
  ];
  const known = table.filter(([, value]) => value !== '');
  call.out.write(`${rows(known, call.columns).join('\n')}\n`);
  return EXIT.done;
}
