/** Outputs that a failed step touched: they are moved away, so that nobody takes them for results. State is never among them. */
import { err, ok, type Result } from '../base/result.ts';
import { type FileState, sameFile } from '../io/hash.ts';
import { fileTrouble } from '../io/trouble.ts';
import { makeWalker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import { ownOutputs } from './output-links.ts';
import type { OutputRules } from './outputs.ts';
import type { Scene } from './swap.ts';
import { type Bin, moveAway } from './trash.ts';

/** Outputs as they were before a step ran. */
export type Before = ReadonlyMap<string, FileState>;

export function seeOutputs(scene: Pick<Scene, 'io' | 'root'>, rules: OutputRules): Before {
  const { found } = ownOutputs(makeWalker(scene.io.files, scene.root), rules.globs);
  return new Map(found.flatMap(({ path, seen }) => (rules.isState(path) ? [] : [[path, seen] as const])));
}

/** What was moved away, and where to. */
export interface MovedAway {
  readonly path: string;
  readonly bin: Bin;
}

/** Moves away what is not as it was, and leaves the folders: a step beside this one may be about to write into them. What no step ever made may have been written by somebody while the step ran. */
export function moveTouched(
  scene: Scene,
  rules: OutputRules,
  before: Before,
  isForeign: (path: string) => boolean,
): Result<readonly MovedAway[], Failure> {
  const moved: MovedAway[] = [];
  try {
    for (const [path, seen] of seeOutputs(scene, rules)) {
      const was = before.get(path);
      if (was && sameFile(was, seen)) continue;
      const bin = isForeign(path) ? 'trash' : 'replaced';
      moveAway(scene.io.files, scene.root, { folder: scene.folder, run: scene.run, is: bin }, path);
      moved.push({ path, bin });
    }
  } catch (thrown) {
    return err(fileTrouble(thrown, 'move away outputs of', scene.root));
  }
  return ok(moved.sort((a, b) => (a.path < b.path ? -1 : 1)));
}
