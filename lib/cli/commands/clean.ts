import { join } from 'node:path';
import { ok, type Result } from '../../base/result.ts';
import { makeWalker } from '../../io/walk.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { Action } from '../../model/plan.ts';
import { draftActions } from '../../plan/actions.ts';
import { makeGraph } from '../../plan/graph.ts';
import { select, selectAll } from '../../plan/select.ts';
import { EXIT } from '../../run/exit-code.ts';
import { describeHolder } from '../../run/holder.ts';
import { tryLock } from '../../run/lock.ts';
import { type Memory, openMemory } from '../../run/memory.ts';
import { compareOutputs, isOwnFolder, outputRules } from '../../run/outputs.ts';
import { runName } from '../../run/run-name.ts';
import { whoAmI } from '../../run/self.ts';
import { moveAway, removeEmptyFolders } from '../../run/trash.ts';
import { type Call, complain } from '../call.ts';
import { groundOf } from '../ground.ts';
import { openOrSay, sayFaulty } from '../open.ts';
import type { Ground } from '../sandboxes.ts';

/**
 * Removes what steps made in the project and what is remembered of them there. A file that was edited since is left where it is; what a step found among its
 * outputs and did not write is moved to the trash.
 */
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
  const actions = draftActions(project, selection.value, opened.tasks);
  if (actions.value === undefined) return await sayFaulty(call, actions.diagnostics);
  const ground = groundOf(call, opened);
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
  const memory = openMemory({ io, project, folders, here, warn, mode: dryRun ? 'read' : 'write' });
  const bin = { folder: folders.project, run: runName(io), is: 'trash' } as const;
  let removed = 0;
  for (const action of actions) {
    const isOwn = isOwnFolder(outputRules(action));
    const left = leftBy(action, memory, io, project.root);
    if (!left.ok) warn(left.error.message);
    for (const [path, is] of left.ok ? left.value : []) {
      if (is === 'edited') {
        call.out.write(`kept     ${path} (edited since ${action.id} made it)\n`);
        continue;
      }
      removed += 1;
      if (is === 'made') call.out.write(`${dryRun ? 'would remove' : 'removed'} ${path}\n`);
      else call.out.write(`${dryRun ? 'would move' : 'moved'} ${path} to .sbx/trash/${bin.run} (${action.id} did not make it)\n`);
      if (dryRun) continue;
      if (is === 'made') io.files.rmSync(join(project.root, path), { force: true });
      else moveAway(io.files, project.root, bin, path);
      removeEmptyFolders(io.files, project.root, path, isOwn);
    }
    if (!dryRun && memory.records.last(action.id)?.is === 'succeeded') memory.records.begin(action.id);
  }
  if (!dryRun) memory.records.close();
  if (removed === 0) call.out.write('nothing to remove\n');
}

type Fate = 'made' | 'edited' | 'found';

/** What the last success of the step left, as far as it is still there. */
function leftBy(
  action: Action,
  { records, memo }: Memory,
  io: Io,
  root: string,
): Result<readonly (readonly [path: string, Fate])[], Failure> {
  const left = action.draft.makes.is === 'files' ? records.left(action.id) : undefined;
  if (left === undefined) return ok([]);
  const seen = compareOutputs(io.files, makeWalker(io.files, root), memo, outputRules(action), left.outputs);
  if (!seen.ok) return seen;
  const missing = new Set(seen.value.missing);
  const edited = new Set(seen.value.edited);
  const found = new Set(left.found);
  const there = left.outputs.entries.filter(({ path }) => !missing.has(path));
  return ok(there.map(({ path }) => [path, edited.has(path) ? 'edited' : found.has(path) ? 'found' : 'made'] as const));
}
