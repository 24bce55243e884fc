/** Brings remembered outputs back into the project: each blob is verified while it is staged, and nothing is touched before all of them are good. */
import { err, ok, type Result } from '../base/result.ts';
import { makeFolder } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import { makeWalker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import type { Remembered } from '../model/look.ts';
import { compareOutputs, isOwnFolder, type OutputRules } from './outputs.ts';
import { type Scene, type Swap, swapIn } from './swap.ts';

export interface Swapped {
  /** Files and links that were put in place, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Paths whose content was another one, and paths that the record does not know: both were moved away. */
  readonly edited: readonly string[];
  readonly extra: readonly string[];
  /** What others put beside it: it was left where it is. */
  readonly others: readonly string[];
  /** What is no output and stood where one belongs: in the trash now. */
  readonly inTheWay: readonly string[];
}

/** `miss`: a blob is gone or was damaged, and the project is as it was. `isForeign`: see Swap. */
export function restoreOutputs(
  scene: Scene,
  rules: OutputRules,
  remembered: Pick<Remembered, 'key' | 'outputs'>,
  isForeign: Swap['isForeign'] = () => true,
): Result<Swapped | 'miss', Failure> {
  const { files } = scene.io;
  const { key, outputs: tree } = remembered;
  if (tree === null) return ok({ files: 0, bytes: 0, edited: [], extra: [], others: [], inTheWay: [] });
  const seen = compareOutputs(files, makeWalker(files, scene.root), scene.memo, rules, tree);
  if (!seen.ok) return seen;
  const { missing, edited, extra, others } = seen.value;
  const wanted = new Set([...missing, ...edited]);
  try {
    return inStage(scene, (stage) => {
      const entries: Swap['entries'][number][] = [];
      let bytes = 0;
      for (const entry of tree.entries) {
        if (!wanted.has(entry.path)) continue;
        const staged = `${stage}/${entries.length}`;
        entries.push({ entry, staged });
        if (entry.kind !== 'file') continue;
        if (!scene.store.copyOut(entry.digest, staged, entry.executable, key)) return ok('miss' as const);
        bytes += entry.size;
      }
      const inTheWay = swapIn(scene, { entries, extra, isForeign, isOwn: isOwnFolder(rules) });
      return ok({ files: entries.length, bytes, edited, extra, others, inTheWay });
    });
  } catch (thrown) {
    return err(fileTrouble(thrown, 'restore outputs in', scene.root));
  }
}

/** A folder of its own on the file system of the project, gone afterwards. */
function inStage<T>(scene: Scene, use: (stage: string) => T): T {
  const { files } = scene.io;
  const stage = `${scene.folder}/stage/${scene.io.nonce().slice(0, 16)}`;
  makeFolder(files, stage, 0o700);
  try {
    return use(stage);
  } finally {
    files.rmSync(stage, { recursive: true, force: true });
  }
}
