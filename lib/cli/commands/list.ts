import { EXIT } from '../../run/exit-code.ts';
import { listJson, listText } from '../../view/list.ts';
import type { Call } from '../call.ts';
import { openOrSay } from '../open.ts';

export async function list(call: Call): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  call.out.write(call.options.json ? listJson(opened.project) : listText(opened.project, await call.paint(), call.columns));
  return EXIT.done;
}
