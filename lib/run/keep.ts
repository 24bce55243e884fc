import type { Digest } from '../base/digest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import type { Failure } from '../model/failure.ts';
import type { LastRun, PlaceSeen, Remembered } from '../model/look.ts';
import type { Action, PlannedAction } from '../model/plan.ts';
import type { Tree } from '../model/tree.ts';
import { keyOf } from '../plan/fingerprint.ts';
import { digestOfValues, makesValues } from '../plan/given.ts';
import type { Produced } from '../task.ts';
import { changedSince } from './changed-since.ts';
import { foreignOutputs, lostSince, type Spare, seenFiles, spare, unchanged } from './foreign.ts';
import type { Begun, Kept, Ledger, Restored, Spent } from './ledger.ts';
import type { ProjectLook } from './look.ts';
import type { Log } from './output.ts';
import { type OutputRules, outputRules, placingRules } from './outputs.ts';
import { movedNotes, products, SHOWN, touchedNotes } from './products.ts';
import type { Reading } from './reading.ts';
import type { Records } from './records.ts';
import { restoreOutputs } from './restore.ts';
import { removesWorkspace } from './scope.ts';
import type { Warn } from './store.ts';
import type { Scene } from './swap.ts';
import { type Before, moveTouched, seeOutputs } from './touched.ts';

// The ledger over the records and the store. The order of what is written is what makes it safe: the success is forgotten first and told last.

interface KeepInput {
  /** Its name. */
  readonly project: string;
  readonly scene: Scene;
  readonly records: Records;
  readonly look: ProjectLook;
  /** Nothing is put into the store. */
  readonly noCache: boolean;
  readonly warn: Warn;
}

interface Start extends Begun {
  /** Undefined where it makes no files. */
  readonly rules: OutputRules | undefined;
  readonly before: Before | undefined;
  /** Outputs that no success of the step wrote, as they were. Of a step that never had one, all that is there. */
  readonly found: Before;
  /** Copies of those that its last success did not leave. */
  readonly spares: readonly Spare[];
  /** What the step was going to read, of a step that reads files here, with how they looked. */
  readonly reading: Reading | undefined;
}

export function makeLedger(input: KeepInput): Ledger {
  const { project, scene, records, look, noCache, warn } = input;

  /** A place whose record cannot be written is believed less the next time, no more. */
  const setPlace = (action: Action, change: (seen: PlaceSeen) => PlaceSeen): void => {
    const seen = records.place(action.step.sandbox);
    if (seen === undefined) return;
    try {
      records.setPlace(action.step.sandbox, change(seen));
    } catch (thrown) {
      warn(`what ${action.step.sandbox} holds is not remembered: ${(thrown as Error).message}`);
    }
  };

  const lastRun = (
    planned: PlannedAction,
    spent: Partial<Spent> & Pick<Spent, 'at' | 'ms'>,
    more: Pick<LastRun, 'is' | 'disturbed' | 'outputs' | 'values'>,
  ): LastRun => {
    const { record, key } = planned;
    const bytes = spent.bytes === undefined ? {} : { bytes: spent.bytes };
    return { key: key ?? keyOf(record), record, at: spent.at, ms: spent.ms, ...bytes, ...more };
  };

  /** Of the outputs in the project those that no step made: somebody's own work, which must be named when it is moved away. */
  const foreignIn = (action: Action): ((path: string) => boolean) => {
    const left = records.left(action.id);
    const foreign = left && foreignOutputs(scene, outputRules(action), left.outputs);
    if (!foreign?.ok) return () => true;
    const paths = new Set(foreign.value);
    return (path) => paths.has(path);
  };

  /** What no success of the step that is known has made. Of a step that never had one, all that it leaves is taken for its own. */
  const neverMade = (action: Action): ((path: string) => boolean) => {
    const left = records.left(action.id);
    const made = new Set(left?.outputs.entries.map(({ path }) => path));
    return (path) => left !== undefined && !made.has(path);
  };

  /** What a command may write over is copied before it does. Who only puts files in place moves away what is there. */
  const spareOutputs = (action: Action, rules: OutputRules, before: Before): Result<Pick<Start, 'found' | 'spares'>, Failure> => {
    const left = records.left(action.id);
    if (action.step.script === undefined) return ok({ found: new Map(), spares: [] });
    if (left === undefined) return ok({ found: before, spares: [] });
    const foreign = foreignOutputs(scene, rules, left.outputs);
    if (!foreign.ok) return foreign;
    const spares = spare(scene, foreign.value);
    return spares.ok ? ok({ found: seenFiles(scene, [...left.found, ...foreign.value]), spares: spares.value }) : spares;
  };

  const spareNote = (paths: readonly string[]): string =>
    `changed or added since it last succeeded, a copy is in .sbx/trash/${scene.run}: ${someOf(paths, SHOWN)}`;

  const restoreTree = (planned: PlannedAction, { key, values }: Remembered, tree: Tree): Result<Restored | 'miss', Failure> => {
    const { action } = planned;
    const isForeign = foreignIn(action);
    const restored = restoreOutputs(scene, placingRules(action, records.left(action.id)?.outputs), { key, outputs: tree }, isForeign);
    look.refresh();
    if (!restored.ok || restored.value === 'miss') return restored as Result<'miss', Failure>;
    const { files, bytes } = restored.value;
    return ok({ files, bytes, outputs: tree.digest, values, tree, notes: movedNotes(scene, restored.value, isForeign) });
  };

  return {
    reads: ({ action }) => look.reading(action),

    begin(planned, reads, at) {
      const { action } = planned;
      const rules = action.draft.makes.is === 'files' ? outputRules(action) : undefined;
      const before = rules && seeOutputs(scene, rules);
      const spared = rules && before ? spareOutputs(action, rules, before) : ok({ found: new Map(), spares: [] });
      if (!spared.ok) return spared;
      records.begin(action.id, lastRun(planned, { at, ms: 0 }, { is: 'cut-off' }));
      if (action.draft.makes.is === 'place') {
        setPlace(action, ({ holds, ...seen }) => ({ ...seen, holds: without(holds, action.id) }));
      }
      const inputs = reads?.tree ?? (action.draft.reads.is === 'files' ? undefined : look.inputs(action));
      return ok({ rules, before, ...spared.value, inputs, reading: reads } satisfies Start);
    },

    succeed(planned, begun, produced, spent) {
      const { action, key, record } = planned;
      look.refresh();
      if (produced.receipt !== undefined) {
        const stored = storeReceipt(records, action, produced);
        if (!stored.ok) return stored;
      }
      if (removesWorkspace(action)) forgetPlace(records, action);
      const { rules, inputs, found, spares, reading } = begun as Start;
      const made = products(scene, action, rules && placingRules(action, records.left(action.id)?.outputs), produced, noCache, foreignIn);
      if (!made.ok) return made;
      const { tree, kept } = made.value;
      const notes = [...made.value.notes];
      if (spares.length > 0) notes.push(spareNote(spares.map(({ path }) => path)));
      const there = produced.disturbed && { paths: produced.disturbed, isPutBack: false };
      const { paths: disturbed, isPutBack } = there ?? changedSince(planned, reading, look);
      const why = isPutBack ? ' and has the same content again (a step that touches, links or rewrites what it reads is never fresh)' : '';
      if (disturbed.length > 0)
        notes.push(`${someOf(disturbed, SHOWN)} changed while it ran${why}: the result stands and is not remembered`);
      const sound = key !== undefined && disturbed.length === 0;
      const { values } = produced;
      const outputs = tree?.digest ?? produced.placed?.digest ?? (values && makesValues(action) ? digestOfValues(values) : undefined);
      const own = values === undefined ? {} : { values };
      const told = disturbed.length > 0 ? { disturbed: true as const } : { ...own, ...(outputs === undefined ? {} : { outputs }) };
      let remembered: Remembered | undefined;
      if (sound && kept && (action.draft.makes.is === 'files' || action.draft.makes.is === 'verdict')) {
        const log = keptLog(scene, spent.log);
        remembered = { key, outputs: tree ?? null, at: spent.at, ms: spent.ms, ...own, ...(log === undefined ? {} : { log }) };
        scene.store.remember({ ...remembered, step: action.id, project, record });
      }
      // A sync is known by its receipt; the place itself keeps no hold of it.
      if (sound && action.draft.makes.is === 'place' && produced.receipt === undefined)
        setPlace(action, (seen) => ({ ...seen, holds: { ...seen.holds, [action.id]: key } }));
      const last = lastRun(planned, spent, { is: 'succeeded', ...told });
      const left = tree && { left: { outputs: tree, found: unchanged(scene, found) } };
      records.finish(action.id, last, { ...(remembered ? { remembered } : {}), ...(inputs ? { inputs } : {}), ...left });
      const cached = remembered !== undefined || (sound && action.draft.makes.is === 'place');
      return ok({ cached, key: sound ? key : undefined, outputs, values, tree, notes } satisfies Kept);
    },

    fail(planned, begun, spent, is) {
      look.refresh();
      const { rules, before, inputs, spares } = begun as Start;
      const lost = lostSince(scene, spares);
      const moved = rules && before ? moveTouched(scene, rules, before, neverMade(planned.action)) : ok([]);
      if (!moved.ok) warn(moved.error.message, moved.error.hint);
      records.finish(planned.action.id, lastRun(planned, spent, { is }), inputs ? { inputs } : {});
      const told = touchedNotes(scene, moved.ok ? moved.value : [], is);
      return lost.length > 0 ? [...told, spareNote(lost)] : told;
    },

    restore(planned) {
      const { key, record, action } = planned;
      const remembered = key === undefined ? undefined : look.remembered(key);
      if (key === undefined || remembered === undefined || remembered.outputs === null) return 'miss';
      const found = seenFiles(scene, records.left(action.id)?.found ?? []);
      const restored = restoreTree(planned, remembered, remembered.outputs);
      if (!restored.ok) return restored.error;
      if (restored.value === 'miss') return 'miss';
      // What lies there now is the result of these inputs: the next explanation compares with them.
      const inputs = look.inputs(action);
      const last = { key, record, is: 'succeeded' as const, at: remembered.at, ms: remembered.ms, outputs: remembered.outputs.digest };
      const { values } = remembered;
      const left = { outputs: remembered.outputs, found: unchanged(scene, found) };
      records.finish(action.id, values === undefined ? last : { ...last, values }, { remembered, left, ...(inputs ? { inputs } : {}) });
      return restored.value;
    },

    restoreNewest(planned) {
      const newest = records.newest(planned.action.id);
      if (newest === undefined || newest.outputs === null) return undefined;
      const restored = restoreTree(planned, newest, newest.outputs);
      return restored.ok && restored.value !== 'miss' ? { ...restored.value, at: newest.at } : undefined;
    },
  };
}

function keptLog({ store }: Scene, log: Log | undefined): Digest | undefined {
  if (log === undefined) return undefined;
  return log.is === 'bytes' ? store.keepBytes(log.bytes) : store.keepFile(log.path)?.digest;
}

/** The workspace is gone: nothing that it held can be believed. */
function forgetPlace(records: Records, { step: { sandbox } }: Action): void {
  const seen = records.place(sandbox);
  records.setReceipt(sandbox, undefined);
  if (seen !== undefined) records.setPlace(sandbox, { probes: seen.probes, at: seen.at, holds: {} });
}

function storeReceipt(records: Records, action: Action, { receipt }: Produced): Result<void, Failure> {
  const { sandbox } = action.step;
  if (receipt === undefined) return ok(undefined);
  try {
    records.setReceipt(sandbox, receipt);
    const seen = records.place(sandbox);
    if (seen !== undefined && seen.receipt !== receipt.id) records.setPlace(sandbox, { ...seen, receipt: receipt.id });
    return ok(undefined);
  } catch (thrown) {
    return err({ code: 'local-io', message: `the receipt of ${sandbox} cannot be written: ${(thrown as Error).message}` });
  }
}

function without<T>(object: { readonly [name: string]: T }, name: string): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}
