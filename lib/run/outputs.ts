/** The outputs of a step as they lie in the project. Reads only; never looks into the store. */
import { compileGlobs, type GlobSet, globsBelow } from '../base/glob.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Memo } from '../io/memo.ts';
import type { Found, Walker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { OutputsSeen } from '../model/look.ts';
import type { Action } from '../model/plan.ts';
import type { Tree, TreeEntry } from '../model/tree.ts';
import { ownOutputs } from './output-links.ts';

/** What belongs to a step in the project. */
export interface OutputRules {
  readonly globs: GlobSet;
  /** The tool's own memory: nothing in it is extra, nothing in it is moved away. */
  readonly isState: (path: string) => boolean;
  /** Of what lies there and is not remembered, what others put there: it is no output. */
  readonly isOthers?: (path: string) => boolean;
}

export function outputRules(action: Action): OutputRules {
  const { step, draft } = action;
  const globs = compileGlobs(draft.makes.is === 'files' ? draft.makes.globs : []);
  if (step.state.length === 0) return { globs, isState: () => false };
  return { globs, isState: compileGlobs(globsBelow(step.dir, step.state)).matches };
}

/** The same for what is put in place. A step that puts its files among those of others takes away only what its last success left there. */
export function placingRules(action: Action, left: Tree | undefined): OutputRules {
  const rules = outputRules(action);
  const { makes } = action.draft;
  if (makes.is !== 'files' || makes.amongOthers === undefined) return rules;
  const own = new Set(left?.entries.map(({ path }) => path));
  return { ...rules, isOthers: (path) => !own.has(path) };
}

/** Whether a folder is the step's own: all that could ever be in it would be an output. Others are there for more than that, who knows by whom. */
export function isOwnFolder({ globs }: OutputRules): (folder: string) => boolean {
  return (folder) => globs.matches(`${folder}/\0`);
}

interface Compared extends Pick<OutputsSeen, 'missing' | 'edited' | 'extra'> {
  /** What others put there. */
  readonly others: readonly string[];
}

/** Compares a remembered tree with what lies in the project, by content. */
export function compareOutputs(files: Files, walker: Walker, memo: Memo, rules: OutputRules, tree: Tree): Result<Compared, Failure> {
  const { found, trouble } = ownOutputs(walker, rules.globs);
  if (trouble[0]) return err(trouble[0]);
  const [only, one] = [tree.entries[0], found[0]];
  if (only && one && tree.entries.length === 1 && found.length === 1 && only.path === one.path) {
    const state = stateOf(files, walker.root, memo, only, one);
    if (!state.ok) return state;
    const paths = (wanted: State): readonly string[] => (state.value === wanted ? [only.path] : []);
    return ok({ missing: paths('gone'), edited: paths('other'), extra: [], others: [] });
  }
  const missing: string[] = [];
  const edited: string[] = [];
  const there = new Map(found.map((one) => [one.path, one]));
  for (const entry of tree.entries) {
    const one = there.get(entry.path);
    if (!one) {
      missing.push(entry.path);
      continue;
    }
    there.delete(entry.path);
    const state = stateOf(files, walker.root, memo, entry, one);
    if (!state.ok) return state;
    if (state.value === 'gone') missing.push(entry.path);
    else if (state.value === 'other') edited.push(entry.path);
  }
  const beside = [...there.keys()].filter((path) => !rules.isState(path)).sort();
  const { isOthers = () => false } = rules;
  return ok({ missing, edited, extra: beside.filter((path) => !isOthers(path)), others: beside.filter(isOthers) });
}

/** Whether this file of the project is as it is named, by the stat memo where that can be trusted. */
export function liesAsNamed(files: Files, root: string, memo: Memo, entry: TreeEntry): boolean {
  const seen = files.lstatSync(`${root}/${entry.path}`, { throwIfNoEntry: false });
  if (!seen?.isFile()) return false;
  const state = stateOf(files, root, memo, entry, { path: entry.path, kind: 'file', seen });
  return state.ok && state.value === 'same';
}

type State = 'same' | 'other' | 'gone';

function stateOf(files: Files, root: string, memo: Memo, entry: TreeEntry, one: Found): Result<State, Failure> {
  if (entry.kind !== one.kind) return ok('other');
  const absolute = `${root}/${one.path}`;
  if (entry.kind === 'link') return ok(linkTarget(files, absolute) === entry.target ? 'same' : 'other');
  if (entry.size !== one.seen.size || entry.executable !== isExecutable(one)) return ok('other');
  const digest = memo.digest(one.path, absolute, one.seen);
  if (digest.ok) return ok(digest.value === entry.digest ? 'same' : 'other');
  return files.existsSync(absolute) ? digest : ok('gone'); // taken away since it was listed
}

export function isExecutable(one: Found): boolean {
  return (one.seen.mode & 0o100) !== 0;
}

export function linkTarget(files: Files, path: string): string | undefined {
  try {
    return files.readlinkSync(path);
  } catch {
    return undefined; // replaced since it was listed
  }
}
