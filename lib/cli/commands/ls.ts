import { momentNow } from '../../run/created.ts';
import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { rows } from '../../view/rows.ts';
import { type Call, complain } from '../call.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { lifeOf, membersOf, whereIs } from '../sandbox/show.ts';

/** All that `sbx create` made and nobody destroyed, the oldest first. */
export async function ls(call: Call): Promise<number> {
  const { io, store } = createdOf(call);
  const { all, damaged } = store.list();
  const now = momentNow(io);
  if (call.options.json) call.out.write(documentOf('sandboxes', 1, { sandboxes: all.map((one) => membersOf(one, now)), damaged }));
  else {
    const table = all.map((one) => [one.id, one.name ?? '', one.profile, one.state, lifeOf(one, now), whereIs(one)]);
    call.out.write(table.length === 0 ? 'no sandbox was created\n' : `${rows(table, call.columns).join('\n')}\n`);
    for (const file of damaged) complain(call, { message: `${file} is damaged, or of another version of sbx` });
  }
  return EXIT.done;
}
