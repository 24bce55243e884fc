import { EXIT } from '../../run/exit-code.ts';
import type { Call } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';
import { oneRun, sayTorn } from '../one-run.ts';
import { openView } from '../views.ts';

export async function replay(call: Call): Promise<number> {
  const folders = projectFolders(call);
  if (typeof folders === 'number') return folders;
  const found = oneRun(call, effectsOf(call.surroundings).files, folders);
  if (typeof found === 'number') return found;
  const view = await openView({
    ...call,
    options: { ...call.options, output: call.options.output === 'auto' ? 'plain' : call.options.output },
  });
  for (const event of found.journal.events) view.event(event);
  await view.end();
  sayTorn(call, found);
  return EXIT.done;
}
