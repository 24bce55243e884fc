/**
 * The world as the planner may ask about it: files by the memo, successes by the records and the store, places by what was seen of them last. Looks
 * only when asked, once for each question, and writes nothing. What cannot be looked at is told by `trouble`, and the action's answer is then undefined.
 */
import type { Digest } from '../base/digest.ts';
import { compileExcludes } from '../base/excludes.ts';
import { compileGlobs } from '../base/glob.ts';
import { ok, type Result } from '../base/result.ts';
import { gitFiles } from '../io/git.ts';
import type { Memo } from '../io/memo.ts';
import { toolMark } from '../io/tools.ts';
import { type Findings, type Found, makeWalker, type Walker } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { Look, OutputsSeen, PlaceSeen, Remembered } from '../model/look.ts';
import { narrowTree } from '../model/narrow-tree.ts';
import type { Action, Reads } from '../model/plan.ts';
import { LOCAL, type SandboxName, type StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import type { CommandInputs } from './input-commands.ts';
import { compareOutputs, placingRules } from './outputs.ts';
import { type Reading, readInputs, treeOfSources } from './reading.ts';
import type { Records } from './records.ts';
import type { Store } from './store.ts';

interface LookSetting {
  readonly files: Files;
  /** From then on `files` looks by itself: until then it may know. */
  readonly drop?: (() => void) | undefined;
  /** Real path of the project. */
  readonly root: string;
  readonly environment: ReadonlyMap<string, string>;
  /** What `local` is, e.g. `linux` and `x64`. */
  readonly here: { readonly os: string; readonly arch: string };
  readonly memo: Memo;
  readonly store: Store;
  readonly records: Records;
}

export interface ProjectLook extends Look {
  /** What a sync with these settings would send now. */
  sources(files: 'git' | 'all', exclude: readonly string[]): Result<Tree, Failure>;
  /** The files of that one by one, each looked at when it is its turn: `sources` looks at none of them again. */
  each(files: 'git' | 'all', exclude: readonly string[]): Iterable<Found>;
  /** What a step of this computer reads, and how its files looked; undefined if it reads no files here. */
  reading(action: Action): Reading | undefined;
  /** What the commands among inputs printed. */
  hear(commands: CommandInputs): void;
  /** Why something that the action reads or made could not be looked at. Such an action must fail, whatever was decided. */
  trouble(action: Action): Failure | undefined;
  /** Forgets what was seen of files and the store: they are looked at anew when asked for. After each step that may have written something. */
  refresh(): void;
}

const NOTHING_SEEN: OutputsSeen = { missing: [], edited: [], extra: [], restorable: true };

export function makeLook(setting: LookSetting): ProjectLook {
  const { files, root, environment, here, memo, store, records } = setting;
  let heard: CommandInputs = new Map();
  let walker: Walker = makeWalker(files, root);
  let troubles = new Map<StepId, Failure>();
  let listed: ReturnType<typeof gitFiles> | undefined;
  let found = new Map<string, Findings>();
  let byGlobs = new Map<readonly string[] | string, Result<Reading, Failure>>();
  let sent = new Map<string, Result<Tree, Failure>>();
  let narrowed = new Map<string, Tree>();
  let marks = new Map<string, string>();
  let recalled = new Map<Digest, Remembered | undefined>();

  const inputsOf = (globs: readonly string[]): Result<Reading, Failure> => {
    const known = byGlobs.get(globs);
    if (known) return known;
    const read = once(byGlobs, globs.join('\0'), () => readInputs(files, memo, root, walker.globs(compileGlobs(globs))));
    byGlobs.set(globs, read);
    return read;
  };

  const pathsOf = (which: 'git' | 'all'): Result<readonly string[] | undefined, Failure> => {
    if (which === 'all') return ok(undefined);
    listed ??= gitFiles({ files, environment }, root);
    return listed;
  };

  function* each(which: 'git' | 'all', exclude: readonly string[]): Generator<Found> {
    const paths = pathsOf(which);
    if (paths.ok) found.set(nameOf(which, exclude), yield* walker.each(compileExcludes(exclude), paths.value));
  }

  const sources = (which: 'git' | 'all', exclude: readonly string[]): Result<Tree, Failure> =>
    once(sent, nameOf(which, exclude), () => {
      const paths = pathsOf(which);
      if (!paths.ok) return paths;
      const findings = found.get(nameOf(which, exclude)) ?? walker.all(compileExcludes(exclude), paths.value);
      return treeOfSources(files, memo, root, findings);
    });

  const arrived = (
    sandbox: SandboxName,
    globs: readonly string[] | undefined,
    feeding: Reads | undefined,
  ): Result<Tree, Failure> | undefined => {
    const receipt = records.receipt(sandbox)?.tree;
    const whole = feeding?.is === 'sources' ? sources(feeding.files, feeding.exclude) : receipt && ok(receipt);
    if (!whole?.ok || globs === undefined) return whole;
    const key = `${whole.value.digest}\0${globs.join('\0')}`;
    let tree = narrowed.get(key);
    if (!tree) {
      tree = narrowTree(whole.value, compileGlobs(globs).matches);
      narrowed.set(key, tree);
    }
    return ok(tree);
  };

  const read = (action: Action, feeding: Action | undefined): Result<Tree, Failure> | undefined => {
    const { reads } = action.draft;
    if (reads.is === 'nothing') return undefined;
    if (reads.is === 'files') {
      const inputs = inputsOf(reads.globs);
      return inputs.ok ? ok(inputs.value.tree) : inputs;
    }
    return reads.is === 'sources' ? sources(reads.files, reads.exclude) : arrived(action.step.sandbox, reads.globs, feeding?.draft.reads);
  };

  return {
    sources,
    each,
    trouble: (action) => troubles.get(action.id),
    refresh() {
      setting.drop?.();
      walker = makeWalker(files, root);
      troubles = new Map();
      listed = undefined;
      found = new Map();
      byGlobs = new Map();
      sent = new Map();
      narrowed = new Map();
      marks = new Map();
      recalled = new Map();
    },
    inputs(action, feeding) {
      const tree = read(action, feeding);
      if (tree && !tree.ok) troubles.set(action.id, tree.error);
      return tree?.ok ? tree.value : undefined;
    },
    reading(action) {
      const { reads } = action.draft;
      const read = reads.is === 'files' ? inputsOf(reads.globs) : undefined;
      if (read && !read.ok) troubles.set(action.id, read.error);
      return read?.ok ? read.value : undefined;
    },
    hear(commands) {
      heard = commands;
    },
    commands(step) {
      const said = heard.get(step);
      if (said && !said.ok) troubles.set(step, said.error);
      return said?.ok ? said.value : undefined;
    },
    tools(names) {
      for (const name of names) if (!marks.has(name)) marks.set(name, toolMark(files, memo, environment.get('PATH') ?? '', name));
      return Object.fromEntries(names.map((name) => [name, marks.get(name) as string]));
    },
    place(sandbox) {
      const seen = records.place(sandbox);
      return sandbox === LOCAL ? localPlace(here, seen) : seen;
    },
    remembered(key) {
      const local = records.local(key);
      if (local) return local;
      if (!recalled.has(key)) recalled.set(key, store.recall(key));
      return recalled.get(key);
    },
    outputs(action, { key, outputs: tree }) {
      if (tree === null) return NOTHING_SEEN;
      const seen = compareOutputs(files, walker, memo, placingRules(action, records.left(action.id)?.outputs), tree);
      if (!seen.ok) {
        troubles.set(action.id, seen.error);
        return { ...NOTHING_SEEN, restorable: false, unreadable: seen.error.message };
      }
      const { others: _, ...compared } = seen.value;
      if (compared.missing.length + compared.edited.length === 0) return { ...compared, restorable: true };
      const wanted = new Set([...compared.missing, ...compared.edited]);
      const isThere = tree.entries.every(
        (entry) => entry.kind === 'link' || !wanted.has(entry.path) || store.has(entry.digest, entry.size, key),
      );
      return { ...compared, restorable: isThere };
    },
    receipt: records.receipt,
    last: records.last,
    made: (step, key) => records.made(step, key),
    history: records.history,
    formerInputs: records.formerInputs,
  };
}

function nameOf(files: 'git' | 'all', exclude: readonly string[]): string {
  return `${files}\0${exclude.join('\0')}`;
}

function once<Key, T>(made: Map<Key, T>, key: Key, make: () => T): T {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}

function localPlace(here: LookSetting['here'], seen: PlaceSeen | undefined): PlaceSeen {
  return { at: 0, holds: {}, ...seen, probes: { ...seen?.probes, os: here.os, arch: here.arch } };
}
