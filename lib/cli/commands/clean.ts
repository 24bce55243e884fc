import { join } from 'node:path';
import { TASK } from '../../../tasks/index.ts';
import type { Action } from '../../model/plan.ts';
import { draftActions } from '../../plan/actions.ts';
import { makeGraph } from '../../plan/graph.ts';
import { select, selectAll } from '../../plan/select.ts';
import { EXIT } from '../../run/exit-code.ts';
import { describeHolder } from '../../run/holder.ts';
import { tryLock } from '../../run/lock.ts';
import { type Memory, openMemory } from '../../run/memory.ts';
import { whoAmI } from '../../run/self.ts';
import { removeEmptyFolders } from '../../run/trash.ts';
import { type Call, complain } from '../call.ts';
import { groundOf } from '../ground.ts';
import { openOrSay, sayFaulty } from '../open.ts';
import type { Ground } from '../sandboxes.ts';

/** Removes what steps made in the project and what is remembered of them there. A file that was edited since is left where it is. */
export async function clean(call: Call): Promise<number> {
  const { words, options } = call;
  const opened = await openOrSay(call, { named: words.operands });
  if (typeof opened === 'number') return opened;
  const { project } = opened;
  const graph = makeGraph(project);
  if (graph.value === undefined) return await sayFaulty(call, graph.diagnostics);
  const selection =
    words.operands.length === 0
      ? { value: selectAll(graph.value), diagnostics: [] }
      : select(project, graph.value, words.operands, { only: true });
  if (selection.value === undefined) return await sayFaulty(call, selection.diagnostics);
  const actions = draftActions(project, selection.value, TASK);
  if (actions.value === undefined) return await sayFaulty(call, actions.diagnostics);
  const ground = groundOf(call, project);
  const { io, folders } = ground;
  const lock = tryLock(io, { path: join(folders.project, 'lock'), self: whoAmI(io.files), command: 'sbx clean' });
  if (!lock.ok) {
    complain(call, lock.error);
    return EXIT.failed;
  }
  if (!('release' in lock.value)) {
    complain(call, { message: `the project is in use by ${describeHolder(lock.value)}` });
    return EXIT.failed;
  }
  try {
    cleanAll(call, ground, actions.value, options.dryRun);
  } finally {
    lock.value.release();
  }
  return EXIT.done;
}

function cleanAll(call: Call, { io, folders, project, surroundings }: Ground, actions: readonly Action[], dryRun: boolean): void {
  const warn = (text: string): void => call.err.write(`warning: ${text}\n`);
  const here = { os: surroundings.os, arch: surroundings.arch };
  const memory = openMemory({ io, root: project.root, folders, here, warn, mode: dryRun ? 'read' : 'write' });
  let removed = 0;
  for (const action of actions) {
    for (const { path, edited } of madeBy(action, memory)) {
      if (edited) {
        call.out.write(`kept     ${path} (edited since ${action.id} made it)\n`);
        continue;
      }
      call.out.write(`${dryRun ? 'would remove' : 'removed'} ${path}\n`);
      removed += 1;
      if (dryRun) continue;
      io.files.rmSync(join(project.root, path), { force: true });
      removeEmptyFolders(io.files, project.root, path);
    }
    if (!dryRun) memory.records.begin(action.id);
  }
  if (!dryRun) memory.records.close();
  if (removed === 0) call.out.write('nothing to remove\n');
}

/** What the newest success of the step made, as far as it is still there. */
function madeBy(action: Action, { records, look }: Memory): readonly { readonly path: string; readonly edited: boolean }[] {
  const newest = action.draft.makes.is === 'files' ? records.newest(action.id) : undefined;
  if (newest?.outputs === undefined || newest.outputs === null) return [];
  const seen = look.outputs(action, newest);
  const missing = new Set(seen.missing);
  const edited = new Set(seen.edited);
  return newest.outputs.entries.filter(({ path }) => !missing.has(path)).map(({ path }) => ({ path, edited: edited.has(path) }));
}
