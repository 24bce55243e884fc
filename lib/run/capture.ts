/** Takes the exact outputs of a step that succeeded here into the store. Reads the project and changes nothing in it. */
import type { Digest } from '../base/digest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { fileTrouble } from '../io/trouble.ts';
import { type Found, makeWalker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import { type Tree, type TreeEntry, treeOf } from '../model/tree.ts';
import { linkFailure, ownOutputs, throughFailure } from './output-links.ts';
import { isExecutable, linkTarget, type OutputRules } from './outputs.ts';
import type { Scene } from './swap.ts';

interface Captured {
  readonly tree: Tree;
  /** Whether the store has all of it; if not, the step must not be remembered. */
  readonly kept: boolean;
  readonly bytes: number;
}

/** `keep` false: the store is not filled (`--no-cache`), only the tree is made. */
export function captureOutputs(scene: Scene, rules: OutputRules, keep = true): Result<Captured, Failure> {
  const { files } = scene.io;
  const { found, missing, trouble, elsewhere } = ownOutputs(makeWalker(files, scene.root), rules.globs);
  if (trouble[0]) return err(trouble[0]);
  if (missing[0] !== undefined) return err(missingFailure(missing));
  if (elsewhere[0] !== undefined) return err(throughFailure(elsewhere[0]));
  const entries: TreeEntry[] = [];
  let kept = keep;
  let bytes = 0;
  try {
    for (const one of found) {
      const { path, seen } = one;
      if (one.kind === 'special') return err(specialFailure(path));
      if (one.kind === 'link') {
        const target = linkTarget(files, `${scene.root}/${path}`) ?? '';
        const failure = linkFailure(files, scene.root, path, target);
        if (failure) return err(failure);
        entries.push({ kind: 'link', path, target });
        continue;
      }
      const content = contentOf(scene, one, keep);
      if (!content.ok) return content;
      kept &&= content.value.kept;
      bytes += seen.size;
      entries.push({ kind: 'file', path, digest: content.value.digest, size: seen.size, executable: isExecutable(one) });
    }
  } catch (thrown) {
    return err(fileTrouble(thrown, 'capture outputs in', scene.root));
  }
  return ok({ tree: treeOf(entries), kept, bytes });
}

function contentOf(scene: Scene, { path, seen }: Found, keep: boolean): Result<{ digest: Digest; kept: boolean }, Failure> {
  const { memo, store, io } = scene;
  const absolute = `${scene.root}/${path}`;
  const known = memo.known(path, seen);
  if (known !== undefined && (!keep || store.has(known, seen.size))) return ok({ digest: known, kept: keep });
  const since = io.clock.now();
  const blob = keep ? store.keepFile(absolute) : undefined;
  if (blob && blob.size === seen.size) {
    memo.learn(path, seen, blob.digest, since);
    return ok({ digest: blob.digest, kept: true });
  }
  const digest = memo.digest(path, absolute, seen);
  return digest.ok ? ok({ digest: digest.value, kept: false }) : digest;
}

function missingFailure(missing: readonly string[]): Failure {
  const one = missing.length === 1 ? `the output ${missing[0]}` : `outputs: ${missing.join(', ')}`;
  return {
    code: 'output-missing',
    message: `the command succeeded and did not make ${one}`,
    hint: 'Correct `outputs`, or use a glob for what is not always made.',
  };
}

function specialFailure(path: string): Failure {
  return {
    code: 'output-special',
    message: `the output ${path} is neither a file nor a link: a socket, a pipe or a device cannot be remembered`,
    hint: `Take it away with \`!${path}\` in \`outputs\`.`,
  };
}
