/** Links among outputs: they may point at things of the project, in a way that holds in every checkout, and may not lead outputs out of it. */
import type { GlobSet } from '../base/glob.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';

/** Why a link at `path` cannot be an output; undefined if it can. */
export function linkFailure(files: Files, root: string, path: string, target: string): Failure | undefined {
  if (!target.startsWith('/') && staysInside(path, target) && leadsInside(files, root, path)) return undefined;
  return {
    code: 'output-outside',
    message: `the output ${path} is a link to ${target}, which ${target.startsWith('/') ? 'is an absolute path' : 'lies outside the project'}`,
    hint: 'Make it a relative link to something in the project, or a copy.',
  };
}

/** Why what the globs name lies elsewhere, because a folder on the way is a link; undefined if it does not. */
export function outsideFailure(files: Files, root: string, globs: GlobSet): Failure | undefined {
  const sound = new Set<string>();
  for (const path of [...globs.roots, ...globs.literals.map((literal) => literal.slice(0, Math.max(0, literal.lastIndexOf('/'))))]) {
    for (let slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
      const folder = slash < 0 ? path : path.slice(0, slash);
      if (folder !== '' && !sound.has(folder)) {
        sound.add(folder);
        const isLink = files.lstatSync(`${root}/${folder}`, { throwIfNoEntry: false })?.isSymbolicLink();
        if (isLink) return throughFailure(folder);
      }
      if (slash < 0) break;
    }
  }
  return undefined;
}

function throughFailure(folder: string): Failure {
  return {
    code: 'output-outside',
    message: `${folder} is a link, so that the outputs below it lie elsewhere`,
    hint: `Make ${folder} a folder, or name what it links to.`,
  };
}

function staysInside(path: string, target: string): boolean {
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

/** A link that dangles is judged by its words alone. */
function leadsInside(files: Files, root: string, path: string): boolean {
  try {
    const real = files.realpathSync(`${root}/${path}`);
    return real === root || real.startsWith(`${root}/`);
  } catch {
    return true;
  }
}
