/** Links among outputs: they may point at things of the project, in a way that holds in every checkout, and may not lead outputs out of it. */
import type { GlobSet } from '../base/glob.ts';
import type { Findings, Walker } from '../io/walk.ts';
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

/** What the globs match in the project itself, and the folders that are links, so that what is below them lies elsewhere and is not ours. */
export function ownOutputs(walker: Walker, globs: GlobSet): Findings & { readonly elsewhere: readonly string[] } {
  const findings = walker.globs(globs);
  const elsewhere: string[] = [];
  for (const folder of [...globs.roots, ...globs.literals.map(parentOf)]) {
    const link = walker.linkOnTheWay(folder);
    if (link !== undefined) elsewhere.push(link);
  }
  if (elsewhere.length === 0) return { ...findings, elsewhere };
  const found = findings.found.filter(({ path }) => !elsewhere.some((folder) => path.startsWith(`${folder}/`)));
  return { ...findings, found, elsewhere };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function throughFailure(folder: string): Failure {
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
