import { posix } from 'node:path';
import { compileGlobs } from '../base/glob.ts';
import { err, ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';

// The files that Packer says it made: whether they are there, and which of them is the image.

/** Files by their paths below a folder, sorted. */
export interface Artifact {
  /** Absolute. */
  readonly folder: string;
  readonly paths: readonly string[];
  /** Which of them it is. */
  readonly image: string;
}

interface Where {
  /** Where Packer ran: its paths count from there. Absolute. */
  readonly cwd: string;
  /** What is outside of it is none of ours. */
  readonly root: string;
  /** All of them are in it afterwards. */
  readonly stage: string;
  /** A file that was written right before the build. */
  readonly before: string;
}

/** What git and sbx keep, which is no output. */
const KEPT = /(^|\/)\.(?:sbx|git)(\/|$)/;

/**
 * Takes the files to the stage where they are not there already, once it is known that all of them can be taken, and which is the image. A folder that is
 * empty then goes: Packer refuses one that is there the next time. A file that was there before the build is named by it and not made: it stays, and is copied.
 */
export function gather(files: Files, where: Where, named: readonly string[], pattern: string | undefined): Result<Artifact, Failure> {
  const { root, stage } = where;
  const there: string[] = [];
  for (const name of named) {
    const seen = placed(files, where, name);
    if (!seen.ok) return seen;
    there.push(seen.value);
  }
  const outside = there.filter((path) => !isBelow(path, stage));
  const from = commonFolder(outside);
  const targets = new Map(outside.map((path) => [path, posix.join(stage, posix.relative(from, path))]));
  const inside = there.map((path) => targets.get(path) ?? path);
  const folder = commonFolder(inside);
  const paths = [...new Set(inside.map((path) => posix.relative(folder, path)))].sort();
  const image = imageOf(paths, pattern);
  if (!image.ok) return image;
  try {
    const began = files.lstatSync(where.before).ctimeMs;
    for (const [path, to] of targets) {
      files.mkdirSync(posix.dirname(to), { recursive: true });
      if (files.lstatSync(path).ctimeMs < began) {
        files.copyFileSync(path, to);
        continue;
      }
      move(files, path, to);
      removeEmpty(files, posix.dirname(path), root);
    }
  } catch (thrown) {
    return err(fileTrouble(thrown, 'take the artifact of Packer from', from));
  }
  return ok({ folder, paths, image: image.value });
}

/** The real path of a file that Packer names, if it can be one of the artifact. */
function placed(files: Files, { cwd, root, stage }: Where, name: string): Result<string, Failure> {
  const path = posix.resolve(cwd, name);
  const seen = lookAt(files, path);
  if (!seen.ok) return seen;
  const above = [stage, root].find((folder) => isBelow(seen.value, folder));
  if (above !== undefined && !KEPT.test(posix.relative(above, seen.value))) return seen;
  const message = `packer made ${path}, which is ${above === undefined ? 'outside of the project' : 'in a folder of git or sbx'}`;
  return err({ code: 'output-outside', message, hint: 'let the template write below the project, or declare `output_directory` in it' });
}

/** The image among the paths: of several the one that `pattern` names, else the one appliance. */
function imageOf(paths: readonly string[], pattern: string | undefined): Result<string, Failure> {
  const matching = pattern === undefined ? undefined : compileGlobs([pattern, `**/${pattern}`]);
  const fitting = matching ? paths.filter((path) => matching.matches(path)) : paths;
  const appliances = fitting.filter((path) => /\.(?:ova|ovf)$/i.test(path));
  const candidates = fitting.length > 1 && appliances.length > 0 ? appliances : fitting;
  const [only, ...more] = candidates;
  if (only !== undefined && more.length === 0) return ok(only);
  const message =
    only === undefined
      ? `no file of the artifact is ${pattern}: ${someOf(paths, 5)}`
      : `the artifact has several files, each of which may be the image: ${someOf(candidates, 5)}`;
  return err({ code: 'output-missing', message, hint: 'name it by `image`, a glob, or build one image only by `only`' });
}

/** Its real path, if it is a regular file. */
function lookAt(files: Files, path: string): Result<string, Failure> {
  try {
    if (files.lstatSync(path).isFile()) return ok(files.realpathSync(path));
    return err({ code: 'output-special', message: `packer says that it made ${path}, which is no regular file` });
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return err({ code: 'output-missing', message: `packer says that it made ${path}, and it is not there` });
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** The deepest folder that holds them all. */
function commonFolder(paths: readonly string[]): string {
  const [first = '/', ...others] = paths.map((path) => posix.dirname(path));
  let folder = first;
  while (!others.every((other) => other === folder || isBelow(other, folder === '/' ? '' : folder))) folder = posix.dirname(folder);
  return folder;
}

function move(files: Files, from: string, to: string): void {
  try {
    if (files.existsSync(to)) throw Object.assign(new Error(`${to} is there already`), { code: 'EEXIST', path: to });
    files.renameSync(from, to);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EXDEV') throw thrown;
    files.copyFileSync(from, to);
    files.unlinkSync(from);
  }
}

function removeEmpty(files: Files, folder: string, root: string): void {
  for (let at = folder; isBelow(at, root); at = posix.dirname(at)) {
    try {
      files.rmdirSync(at);
    } catch {
      return; // not empty
    }
  }
}
