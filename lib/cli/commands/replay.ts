import { EXIT } from '../../run/exit-code.ts';
import { listRuns, readJournal } from '../../run/journal.ts';
import { type Call, complain } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';
import { openView } from '../views.ts';

export async function replay(call: Call): Promise<number> {
  const folders = projectFolders(call);
  if (typeof folders === 'number') return folders;
  const io = effectsOf(call.surroundings);
  const runs = listRuns(io.files, folders.project);
  const run = call.words.operands[0] ?? runs[0]?.run;
  const journal = run === undefined ? undefined : readJournal(io.files, folders.project, run);
  if (journal === undefined) {
    const known = runs.slice(0, 10).map((one) => one.run);
    complain(call, {
      message: run === undefined ? 'nothing was run here yet' : `there is no run ${run}`,
      ...(known.length > 0 ? { hint: `the newest: ${known.join(', ')}` } : {}),
    });
    return EXIT.failed;
  }
  const view = await openView({
    ...call,
    options: { ...call.options, output: call.options.output === 'auto' ? 'plain' : call.options.output },
  });
  for (const event of journal.events) view.event(event);
  await view.end();
  if (!journal.whole) call.err.write(`the journal of ${run} ends early: the run was killed, or the file was damaged\n`);
  return EXIT.done;
}
