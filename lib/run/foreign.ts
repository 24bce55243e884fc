/** What lies among the outputs of a step and is not as the step left it: somebody's own work, which must not be lost. Moves and removes nothing of it. */
import type { Stats } from 'node:fs';
import { err, ok, type Result } from '../base/result.ts';
import { type FileState, sameFile } from '../io/hash.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import { makeWalker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import type { Tree } from '../model/tree.ts';
import { compareOutputs, type OutputRules } from './outputs.ts';
import type { Scene } from './swap.ts';
import type { Before } from './touched.ts';
import { copyAway } from './trash.ts';

/** A copy in the trash of what a command may be about to write over. */
export interface Spare {
  readonly path: string;
  /** As it was when it was copied. */
  readonly seen: FileState;
  readonly copy: string;
}

/** Outputs that were edited since the step left `tree`, and files that were put beside them. Never state. */
export function foreignOutputs(scene: Scene, rules: OutputRules, tree: Tree): Result<readonly string[], Failure> {
  const { files } = scene.io;
  const compared = compareOutputs(files, makeWalker(files, scene.root), scene.memo, rules, tree);
  return compared.ok ? ok([...compared.value.edited, ...compared.value.extra].filter((path) => !rules.isState(path)).sort()) : compared;
}

/** How files look now; those that are not there are left out. */
export function seenFiles(scene: Scene, paths: readonly string[]): Before {
  return new Map(
    paths.flatMap((path) => {
      const seen = lookAt(scene, path);
      return seen ? [[path, seen]] : [];
    }),
  );
}

/** Those of them that nobody wrote since, not with the same content either. */
export function unchanged(scene: Scene, before: Before): readonly string[] {
  return [...before].flatMap(([path, seen]) => {
    const now = lookAt(scene, path);
    return now && sameFile(seen, now) ? [path] : [];
  });
}

function lookAt({ io, root }: Scene, path: string): Stats | undefined {
  try {
    return io.files.lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return undefined; // a folder above it became something else, or is closed
  }
}

/** Copies files and links to the trash; of what is neither there is nothing to copy. */
export function spare(scene: Scene, paths: readonly string[]): Result<readonly Spare[], Failure> {
  const bin = { folder: scene.folder, run: scene.run, is: 'trash' } as const;
  const spares: Spare[] = [];
  try {
    for (const path of paths) {
      const seen = lookAt(scene, path);
      if (!seen?.isFile() && !seen?.isSymbolicLink()) continue;
      spares.push({ path, seen, copy: copyAway(scene.io.files, scene.root, bin, path) });
    }
  } catch (thrown) {
    return err(fileTrouble(thrown, 'copy to the trash what was edited in', scene.root));
  }
  return ok(spares);
}

/** The paths whose files are not as they were; of the others the copies are removed. */
export function lostSince(scene: Scene, spares: readonly Spare[]): readonly string[] {
  const still = new Set(unchanged(scene, new Map(spares.map(({ path, seen }) => [path, seen]))));
  for (const { path, copy } of spares) if (still.has(path)) scene.io.files.rmSync(copy, { force: true });
  return spares.flatMap(({ path }) => (still.has(path) ? [] : [path]));
}
