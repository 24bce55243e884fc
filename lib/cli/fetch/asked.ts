import { resolve } from 'node:path';
import { destinationOf } from '../../../tasks/destination.ts';
import { compileExcludes } from '../../base/excludes.ts';
import { compileGlobs, type GlobSet, globsBelow } from '../../base/glob.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Action } from '../../model/plan.ts';
import { LOCAL } from '../../model/project.ts';
import type { Refusal } from '../alone.ts';

// What `sbx fetch STEP PATH...` means. Pure.

export interface AskedFiles {
  /** All that the step leaves in its place, whether it is asked for or not. */
  readonly globs: GlobSet;
  /** Of these, what is not asked for. */
  readonly excluded: (path: string) => boolean;
  readonly links: 'refuse' | 'contained' | 'skip';
  /** For each PATH, what it names. */
  readonly named: readonly { readonly path: string; readonly matches: (path: string) => boolean }[];
  /** Where it goes, absolute, and the path below that. */
  readonly root: string;
  readonly rename: (path: string) => string;
}

interface Where {
  /** Of the project. */
  readonly root: string;
  readonly cwd: string;
  /** `--to`. */
  readonly to: string | undefined;
}

export function askedFiles(action: Action, paths: readonly string[], where: Where): Result<AskedFiles, Refusal> {
  const { step } = action;
  const { from, state, exclude, to, links } = leftBy(action);
  if (step.sandbox === LOCAL) return err({ message: `${step.id} runs here: there is nothing to fetch` });
  if (from.length + state.length === 0)
    return err({
      message: `${step.id} names nothing that it leaves in ${step.sandbox}`,
      hint: 'fetch from a step with `outputs` or `state`',
    });
  if (from.length === 0 && paths.length === 0)
    return err({
      message: `which files of ${step.id}? It has no outputs`,
      hint: `its state is ${state.join(', ')}: sbx fetch ${step.id} PATH...`,
    });
  const odd = paths.find((path) => path === '' || path.startsWith('/') || path.split('/').includes('..'));
  if (odd !== undefined)
    return err({ message: `${JSON.stringify(odd)} is not a path of ${step.id}`, hint: 'write it as it is seen from the workspace' });
  const globs = globsBelow(step.dir, paths.map(plain));
  const named = paths.map((path, i) => ({ path, matches: compileGlobs(globs.slice(i, i + 1)).matches }));
  const excludes = compileExcludes(exclude);
  const all = compileGlobs([...from, ...state]);
  const products = compileGlobs(from).matches;
  const asked = (path: string): boolean => (named.length === 0 ? products(path) : named.some(({ matches }) => matches(path)));
  const common = { globs: all, excluded: (path: string) => !asked(path) || excludes(path, false), links, named };
  if (where.to !== undefined)
    return ok({ ...common, root: resolve(where.cwd, where.to), rename: destinationOf(globs.length > 0 ? globs : from) });
  if (to === undefined) return ok({ ...common, root: where.root, rename: (path) => path });
  const below = destinationOf(from);
  return ok({ ...common, root: where.root, rename: (path) => (to === '.' ? below(path) : `${to}/${below(path)}`) });
}

interface Left extends Pick<AskedFiles, 'links'> {
  readonly from: readonly string[];
  readonly state: readonly string[];
  readonly exclude: readonly string[];
  readonly to?: string;
}

function leftBy({ step, draft: { settings } }: Action): Left {
  if (step.task === 'fetch-artifacts') {
    const { from, to, exclude, links } = settings as { from: string[]; to: string | null; exclude: string[]; links: AskedFiles['links'] };
    return { from, state: [], exclude, links, ...(to === null ? {} : { to: to.replace(/\/+$/, '') }) };
  }
  const below = (globs: readonly string[]): readonly string[] => globsBelow(step.dir, globs);
  return { from: below(step.outputs ?? []), state: below(step.state), exclude: [], links: 'contained' };
}

/** As one types it: `./out/`. */
function plain(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/(?<=.)\/+$/, '');
}
