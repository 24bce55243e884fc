/** Takes what a fetch staged into the store and into the project. The stage is believed no more than the far side is: every file is hashed here. */
import { dirname } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { makeHasher } from '../io/hash.ts';
import { makeFolder } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import { makeWalker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import { type Tree, type TreeEntry, treeOf } from '../model/tree.ts';
import type { Fetched } from '../task.ts';
import { linkFailure } from './output-links.ts';
import { compareOutputs, isOwnFolder, type OutputRules } from './outputs.ts';
import type { Swapped } from './restore.ts';
import { type Scene, type Swap, swapIn } from './swap.ts';

interface Placed extends Swapped {
  /** With paths relative to the project. */
  readonly tree: Tree;
  /** Whether the store has all of it. */
  readonly kept: boolean;
}

/** `isForeign`: see Swap. Files that are in place already are left alone. The stage is used up, and left to its owner to be removed. */
export function placeFetched(
  scene: Scene,
  rules: OutputRules,
  fetched: Fetched,
  keep = true,
  isForeign: Swap['isForeign'] = () => true,
): Result<Placed, Failure> {
  const { files } = scene.io;
  const taken = takeStage(scene, fetched, keep);
  if (!taken.ok) return taken;
  const prefix = fetched.to === '.' || fetched.to === '' ? '' : `${fetched.to}/`;
  const tree = treeOf(fetched.tree.entries.map((entry) => ({ ...entry, path: prefix + entry.path })));
  for (const entry of tree.entries) {
    const failure = entry.kind === 'link' ? linkFailure(files, scene.root, entry.path, entry.target) : undefined;
    if (failure) return err(failure);
  }
  const seen = compareOutputs(files, makeWalker(files, scene.root), scene.memo, rules, tree);
  if (!seen.ok) return seen;
  const { missing, edited, extra, others } = seen.value;
  const wanted = new Set([...missing, ...edited]);
  const entries = tree.entries
    .filter(({ path }) => wanted.has(path))
    .map((entry) => ({ entry, staged: `${fetched.stage}/${entry.path.slice(prefix.length)}` }));
  let inTheWay: readonly string[];
  try {
    for (const { entry, staged } of entries) {
      if (!isStaged(scene, entry, staged)) return err(changedHere(entry.path));
      if (entry.kind === 'file') files.chmodSync(staged, entry.executable ? 0o755 : 0o644);
      else files.rmSync(staged, { force: true }); // made anew from what was checked
    }
    inTheWay = swapIn(scene, { entries, extra, isForeign, isOwn: isOwnFolder(rules), drops: fetched.stays === true });
  } catch (thrown) {
    return err(fileTrouble(thrown, 'place what was fetched in', scene.root));
  }
  let bytes = 0;
  for (const { entry } of entries) if (entry.kind === 'file') bytes += entry.size;
  return ok({ tree, kept: taken.value, files: entries.length, bytes, edited, extra, others, inTheWay });
}

/** What is not in the stage lay in its place a moment ago, and is in the store: it comes from there. */
function isStaged({ io: { files }, store }: Scene, entry: TreeEntry, staged: string): boolean {
  if (entry.kind === 'link' || files.lstatSync(staged, { throwIfNoEntry: false }) !== undefined) return true;
  makeFolder(files, dirname(staged));
  return store.copyOut(entry.digest, staged, entry.executable);
}

function changedHere(path: string): Failure {
  return { code: 'fetch-refused', message: `${path} was changed here while it was fetched`, hint: 'fetch again' };
}

/** Whether the store has all of it now. */
function takeStage({ io: { files }, store }: Scene, { stage, tree }: Fetched, keep: boolean): Result<boolean, Failure> {
  const hasher = makeHasher(files);
  let kept = keep;
  for (const entry of tree.entries) {
    if (entry.kind !== 'file') continue;
    const staged = `${stage}/${entry.path}`;
    // Left out of the stage: it lies in its place, which is looked at again before anything is put there.
    if (store.pathOf(entry.digest) !== undefined && !files.lstatSync(staged, { throwIfNoEntry: false })) continue;
    const blob = keep ? store.keepFile(staged, 'alone') : undefined;
    let digest = blob?.digest;
    if (digest === undefined) {
      kept = false;
      const hashed = hasher.file(staged);
      if (!hashed.ok) return hashed;
      digest = hashed.value.digest;
    }
    if (digest !== entry.digest) {
      return err({ code: 'fetch-refused', message: `what arrived of ${entry.path} is not what the far side said it would send` });
    }
  }
  return ok(kept);
}
