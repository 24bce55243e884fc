import { compileGlobs } from '../base/glob.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import { type Tree, treeOf } from '../model/tree.ts';
import type { Workspace } from './check.ts';
import { takeInventory } from './inventory.ts';
import { CAPS } from './manifest.ts';

/** The products that a step left in the workspace, with digests made there. A declared path of which there is nothing is `output-missing`. */
export async function placedTree(workspace: Workspace, globs: readonly string[]): Promise<Result<Tree, Failure>> {
  const wanted = { globs: compileGlobs(globs), excluded: () => false, whole: isWhole(globs), caps: CAPS };
  const inventory = await takeInventory(workspace, wanted);
  if (!inventory.ok) return inventory;
  const { entries, missing, special } = inventory.value;
  const [gone] = missing;
  if (gone !== undefined) return err({ code: 'output-missing', message: `the step succeeded, but there is no ${gone} in the workspace` });
  const [odd] = special;
  if (odd !== undefined) return err({ code: 'output-special', message: `${odd} is neither a file nor a link` });
  return ok(treeOf(entries));
}

/** Whether each of the globs names a path, so that all below it is wanted. */
export function isWhole(globs: readonly string[]): boolean {
  return globs.every((glob) => !/[*?[{!\\]/.test(glob));
}
