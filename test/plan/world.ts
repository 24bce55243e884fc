import { type Digest, digestOf } from '../../lib/base/digest.ts';
import { compileGlobs, globsBelow } from '../../lib/base/glob.ts';
import { canonicalJson, type Json } from '../../lib/base/json.ts';
import type { LastRun, Look, OutputsSeen, PlaceSeen, Remembered } from '../../lib/model/look.ts';
import { narrowTree } from '../../lib/model/narrow-tree.ts';
import type { Action, Draft, Makes, PlannedAction, Reads } from '../../lib/model/plan.ts';
import { LOCAL, type Project, type SandboxSpec, type Step, type StepId } from '../../lib/model/project.ts';
import type { Receipt } from '../../lib/model/receipt.ts';
import { type Tree, treeOf } from '../../lib/model/tree.ts';
import type { Task } from '../../lib/task.ts';
import { stepWith } from '../rig/step.ts';

/** A small world in memory: a project's files, a store, records and places, in which steps "run" by writing digests of what they read. */

export function sandbox(name: string, more: Partial<SandboxSpec> = {}): SandboxSpec {
  const kind = name === LOCAL ? 'local' : 'ssh';
  return {
    ...{ name, kind, files: 'all', keep: 'running', onUnreachable: 'fail', probes: [], probeMaxAge: 1, grace: 1, env: [] },
    ...more,
  };
}

export function step(id: StepId, more: Partial<Step> = {}): Step {
  const script = { shell: 'sh', text: `make ${id}`, variables: [], source: `make ${id}` } as const;
  return stepWith({ id, task: 'shell', sandbox: LOCAL, script, ...more });
}

export function project(steps: readonly Step[], more: Partial<Project> & { readonly places?: readonly SandboxSpec[] } = {}): Project {
  const places = more.places ?? [sandbox('vm', { probes: [['ghc', 'ghc --version']] })];
  return {
    ...{
      name: 'p',
      root: '/p',
      file: '/p/Sandboxfile.yaml',
      default: [],
      called: new Map(),
      lacking: new Map(),
      params: new Map(),
      pools: new Map(),
      secrets: [],
    },
    sandboxes: new Map([sandbox(LOCAL), ...places].map((one) => [one.name, one])),
    steps: new Map(steps.map((one) => [one.id, one])),
    cache: { enabled: true, maxSize: 1, maxAge: 1 },
    hub: { interval: 1e9, wait: 1e9 },
    ...more,
  };
}

function task(name: string, draft: (one: Step, downstream: () => readonly string[]) => Partial<Draft>): [string, Task] {
  const plan: Task['plan'] = (one, scope) => ({
    diagnostics: [],
    value: {
      title: name,
      settings: {},
      reads: { is: 'nothing' },
      makes: { is: 'nothing' },
      workspace: 'writes',
      ...draft(one, () => scope.downstream),
    },
  });
  return [name, { name, summary: '', fields: {}, plan, run: () => Promise.reject(new Error('not here')) }];
}

function readsOf({ sandbox: place, inputs, dir }: Step): Reads {
  if (place === LOCAL) return { is: 'files', globs: inputs ? globsBelow(dir, inputs) : ['**'] };
  return { is: 'arrived', globs: inputs };
}

function makesOf(one: Step): Makes {
  if (one.outputs === undefined) return one.task === 'remote-build' ? { is: 'place', globs: [] } : { is: 'nothing' };
  if (one.outputs.length === 0) return { is: 'verdict' };
  return { is: one.sandbox === LOCAL ? 'files' : 'place', globs: globsBelow(one.dir, one.outputs) };
}

export const tasks: ReadonlyMap<string, Task> = new Map([
  task('shell', (one) => ({ reads: readsOf(one), makes: makesOf(one), settings: one.fields })),
  task('remote-build', (one) => ({ reads: readsOf(one), makes: makesOf(one), settings: one.fields })),
  task('sync', (_, downstream) => ({ reads: { is: 'sources', files: 'all', exclude: downstream() }, makes: { is: 'place', globs: [] } })),
  task('fetch-artifacts', (one) => ({ makes: { is: 'files', globs: [String(one.fields.to ?? 'artifacts')] } })),
  task('teardown', () => ({ workspace: 'excludes' })),
]);

export class World implements Look {
  readonly files = new Map<string, string>();
  readonly store = new Map<Digest, Remembered>();
  readonly blobs = new Map<Digest, ReadonlyMap<string, string>>();
  readonly runs = new Map<StepId, LastRun>();
  readonly places = new Map<string, PlaceSeen>();
  readonly receipts = new Map<string, Receipt>();
  readonly trees = new Map<Digest, Tree>();
  readonly toolDigests = new Map<string, string>();
  readonly executed: StepId[] = [];
  /** Steps whose outputs do not depend on what they read. */
  readonly constant = new Set<StepId>();
  readonly failing = new Set<StepId>();
  #time = 0;
  readonly #digests = new Map<string, Digest>();

  #digest(text: string): Digest {
    const known = this.#digests.get(text) ?? digestOf(text);
    this.#digests.set(text, known);
    return known;
  }

  write(path: string, content: string): void {
    this.files.set(path, content);
  }

  probe(place: string, probes: { readonly [name: string]: string }): void {
    this.places.set(place, { holds: {}, ...this.places.get(place), probes, at: 0 });
  }

  tree(matches: (path: string) => boolean): Tree {
    const entries = [...this.files].filter(([path]) => matches(path));
    return treeOf(
      entries.map(([path, text]) => ({ kind: 'file', path, digest: this.#digest(text), size: text.length, executable: false })),
    );
  }

  inputs(action: Action, feeding?: Action): Tree | undefined {
    const { reads } = action.draft;
    if (reads.is === 'nothing') return undefined;
    if (reads.is === 'files') return this.tree(compileGlobs(reads.globs).matches);
    if (reads.is === 'sources') {
      const exclude = compileGlobs(reads.exclude.map((one) => one.slice(1)));
      return this.tree((path) => !exclude.matches(path));
    }
    const arrived = feeding ? this.inputs(feeding) : this.receipt(action.step.sandbox)?.tree;
    return arrived && reads.globs ? narrowTree(arrived, compileGlobs(reads.globs).matches) : arrived;
  }

  formerInputs(digest: Digest): Tree | undefined {
    return this.trees.get(digest);
  }
  commands(): undefined {}

  tools(names: readonly string[]): { readonly [tool: string]: string } {
    return Object.fromEntries(names.map((name) => [name, this.toolDigests.get(name) ?? 'v1']));
  }
  place(name: string): PlaceSeen | undefined {
    return this.places.get(name);
  }
  receipt(name: string): Receipt | undefined {
    return this.receipts.get(name);
  }
  last(id: StepId): LastRun | undefined {
    return this.runs.get(id);
  }
  remembered(key: Digest): Remembered | undefined {
    return this.store.get(key);
  }
  made(id: StepId, key: Digest): Digest | undefined {
    const last = this.runs.get(id);
    return last?.is === 'succeeded' && last.key === key ? last.outputs : undefined;
  }
  history(id: StepId): { readonly ms: number } | undefined {
    const last = this.runs.get(id);
    return last && { ms: last.ms };
  }

  outputs(_: Action, { outputs }: Remembered): OutputsSeen {
    const entries = outputs?.entries ?? [];
    const missing = entries.map((entry) => entry.path).filter((path) => !this.files.has(path));
    const edited = entries.flatMap((entry) => {
      const text = this.files.get(entry.path);
      return entry.kind === 'file' && text !== undefined && digestOf(text) !== entry.digest ? [entry.path] : [];
    });
    return { missing, edited, extra: [], restorable: outputs ? this.blobs.has(outputs.digest) : false };
  }

  restore(planned: PlannedAction): void {
    const outputs = this.store.get(planned.key ?? '')?.outputs;
    for (const [path, text] of this.blobs.get(outputs?.digest ?? '') ?? []) this.files.set(path, text);
  }

  /** Runs the step as a runner would; gives the digest of its outputs. */
  execute({ action, record, key }: PlannedAction): { readonly ok: boolean; readonly outputs: Digest | undefined } {
    const { id, draft, step: one } = action;
    this.executed.push(id);
    this.#time += 1;
    const ok = !this.failing.has(id);
    const inputs = this.inputs(action);
    if (inputs) this.trees.set(inputs.digest, inputs);
    const outputs = ok ? this.#make(action, inputs, record?.upstream ?? {}) : undefined;
    if (key !== undefined && record) {
      const digest = outputs ? { outputs: outputs.digest } : {};
      this.runs.set(id, { key, record, is: ok ? 'succeeded' : 'failed', at: this.#time, ms: 10, ...digest });
      const kept = draft.makes.is === 'verdict' || draft.makes.is === 'files';
      if (ok && kept) this.store.set(key, { key, outputs: outputs ?? null, at: this.#time, ms: 10 });
    }
    const seen = this.places.get(one.sandbox);
    if (draft.makes.is === 'place' && seen) {
      const { [id]: _, ...others } = seen.holds;
      const receipt = draft.reads.is === 'sources' ? { receipt: `r${this.#time}` } : {};
      if (inputs && receipt.receipt) this.receipts.set(one.sandbox, { id: receipt.receipt, tree: inputs, workspace: 'w' });
      this.places.set(one.sandbox, { ...seen, ...receipt, holds: ok && key !== undefined ? { ...others, [id]: key } : others });
    }
    return { ok, outputs: outputs?.digest };
  }

  #make(action: Action, inputs: Tree | undefined, upstream: Json): Tree | undefined {
    const { makes, settings } = action.draft;
    if ((makes.is !== 'files' && makes.is !== 'place') || makes.globs.length === 0) return undefined;
    const seed = this.constant.has(action.id)
      ? action.id
      : canonicalJson([action.id, inputs?.digest ?? null, upstream, settings, action.step.env]);
    const made = new Map(makes.globs.map((glob) => [glob, digestOf(`${glob} ${seed}`)]));
    const entries = [...made].map(([path, text]) => ({ kind: 'file' as const, path, digest: digestOf(text), size: 64, executable: false }));
    const tree = treeOf(entries);
    if (makes.is === 'place') return tree;
    for (const [path, text] of made) this.files.set(path, text);
    this.blobs.set(tree.digest, made);
    return tree;
  }
}
