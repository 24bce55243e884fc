/** Puts single files that the user asked for where they belong. Removes nothing: what stood there is moved to the trash. Knows no steps. */
import { err, ok, type Result } from '../base/result.ts';
import { makeHasher } from '../io/hash.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { TreeEntry } from '../model/tree.ts';
import { linkFailure } from './output-links.ts';
import { type Scene, swapIn } from './swap.ts';

/** A file that is to come, beside what is in its place now. */
interface Coming {
  readonly entry: TreeEntry;
  readonly is: 'new' | 'changed' | 'same';
}

/** By content. Reads only. */
export function comingTo(files: Files, root: string, entries: readonly TreeEntry[]): readonly Coming[] {
  const hasher = makeHasher(files);
  const seen = (entry: TreeEntry): Coming['is'] => {
    const full = `${root}/${entry.path}`;
    try {
      const there = files.lstatSync(full, { throwIfNoEntry: false });
      if (there === undefined) return 'new';
      if (entry.kind === 'link') return there.isSymbolicLink() && files.readlinkSync(full) === entry.target ? 'same' : 'changed';
      const alike = there.isFile() && there.size === entry.size && ((there.mode & 0o100) !== 0) === entry.executable;
      const hashed = alike ? hasher.file(full) : undefined;
      return hashed?.ok && hashed.value.digest === entry.digest ? 'same' : 'changed';
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
      return 'changed'; // something stands in the way, or is closed
    }
  };
  return entries.map((entry) => ({ entry, is: seen(entry) }));
}

/** Each of them lies at its path in the stage, which is used up. */
export function putBrought(scene: Scene, stage: string, entries: readonly TreeEntry[]): Result<void, Failure> {
  const { files } = scene.io;
  for (const entry of entries) {
    const failure = entry.kind === 'link' ? linkFailure(files, scene.root, entry.path, entry.target) : undefined;
    if (failure) return err(failure);
  }
  try {
    const staged = entries.map((entry) => ({ entry, staged: `${stage}/${entry.path}` }));
    for (const one of staged) {
      if (one.entry.kind === 'file') files.chmodSync(one.staged, one.entry.executable ? 0o755 : 0o644);
      else files.rmSync(one.staged, { force: true }); // made anew from what was checked
    }
    swapIn(scene, { entries: staged, extra: [], isForeign: () => true, isOwn: () => false });
    return ok(undefined);
  } catch (thrown) {
    return err(fileTrouble(thrown, 'put what was fetched in', scene.root));
  }
}
