import { compileGlobs } from '../lib/base/glob.ts';

// Where fetched files lie, seen from the folder `to`. Like `cp -r`: a path named in full goes by its last name, what a glob finds by the rest.

const WILD = /[*?[{\\]/;

/** The path below `to` of a path in the workspace. Of several that name it the first one counts. */
export function destinationOf(from: readonly string[]): (path: string) => string {
  const rules = from
    .filter((glob) => !glob.startsWith('!'))
    .map((glob) => ({ base: baseOf(glob), names: compileGlobs([glob.replace(/\/+$/, '')]).matches }));
  const [only] = rules;
  if (rules.length === 1 && only !== undefined) return (path) => path.slice(only.base.length);
  return (path) => path.slice(rules.find(({ names }) => names(path))?.base.length ?? 0);
}

/** Globs of what is fetched, where it lies in the project. */
export function localGlobs(from: readonly string[], to: string | undefined, exclude: readonly string[]): readonly string[] {
  const folder = to === undefined || to === '.' ? '' : `${to.replace(/\/+$/, '')}/`;
  const take = (glob: string): string => (to === undefined ? glob : folder + glob.slice(baseOf(glob).length));
  const taken = from.map((glob) => (glob.startsWith('!') ? `!${take(glob.slice(1))}` : take(glob)));
  return [...taken, ...exclude.map((pattern) => excludeGlob(pattern, to === undefined ? '' : folder))];
}

/** The folders that are left behind: all but the last name of a path, the fixed beginning of a glob. Ends in a slash, or is empty. */
function baseOf(glob: string): string {
  const parts = glob.replace(/\/+$/, '').split('/');
  const wild = parts.findIndex((part) => WILD.test(part));
  const kept = wild < 0 ? parts.slice(0, -1) : parts.slice(0, wild);
  return kept.length === 0 ? '' : `${kept.join('/')}/`;
}

/** An exclude of .gitignore's kind as a glob that takes away. */
function excludeGlob(pattern: string, folder: string): string {
  const back = pattern.startsWith('!');
  const plain = (back ? pattern.slice(1) : pattern).replace(/\/+$/, '');
  const tied = plain.includes('/');
  const glob = tied && folder === '' ? plain.replace(/^\//, '') : `${folder}**/${plain.split('/').at(-1)}`;
  return back ? glob : `!${glob}`;
}
