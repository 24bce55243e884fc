/**
 * What a project remembers between runs, in `.sbx/`: the last execution of each step, its places, trees that were inputs. All of it can be lost
 * at any moment, in part or whole, at the price of work done again: a damaged file is forgotten. One process at a time writes (the project's lock).
 */
import type { Digest } from '../base/digest.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, writeWhole } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';
import type { LastRun, Remembered } from '../model/look.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import { openPlaces, type Places, type Where } from './places.ts';
import { seal, unsealLines } from './sealed.ts';
import { type Good, type Left, parseStepLine, type StepRecord, stepLine } from './step-records.ts';
import type { Warn } from './store.ts';
import { isSmall, openTrees } from './trees.ts';

interface Told {
  /** What can be restored or believed under the key, for a success that is cached. */
  readonly remembered?: Remembered;
  /** The tree that the step read, so that it can be said what changed since. */
  readonly inputs?: Tree;
  readonly left?: Left;
}

export interface Records extends Places {
  last(step: StepId): LastRun | undefined;
  /** The newest success of the step, however it went since. */
  good(step: StepId): LastRun | undefined;
  /** The success under this key of a step that did not run since. */
  local(key: Digest): Remembered | undefined;
  /** The newest success that can be restored, whatever its key. */
  newest(step: StepId): Remembered | undefined;
  left(step: StepId): Left | undefined;
  made(step: StepId, key: Digest): Digest | undefined;
  /** The key under which the step made these outputs, as far as it is known. */
  keyOf(step: StepId, outputs: Digest): Digest | undefined;
  /** Milliseconds of its last successful executions, newest first. */
  past(step: StepId): readonly number[];
  history(step: StepId): { readonly ms: number; readonly bytes?: number } | undefined;
  formerInputs(digest: Digest): Tree | undefined;
  /** Before a step runs: its success is forgotten, on the disk too. `cutOff` is told of a step that never had one, should nobody tell how it ended. */
  begin(step: StepId, cutOff?: LastRun): void;
  /** After a step ran and all that it made is where it belongs. */
  finish(step: StepId, last: LastRun, told?: Told): void;
  /** Whether something could not be written, which was said then. */
  readonly isLossy: boolean;
  /** At the end of a run: compacts what grew. */
  close(): void;
}

const PAST = 10;

/** A record that cannot be written is said once and costs only that the step runs again. */
export function openRecords(io: Pick<Io, 'files' | 'nonce'>, folder: string, warn: Warn, where: Where): Records {
  const { files } = io;
  const path = `${folder}/steps`;
  const trees = openTrees(io, folder);
  const read = readSteps(io, path);
  const { steps } = read;
  let { lines, isTorn } = read;
  /** Made when first asked for, then kept up: a run asks and tells by turns. */
  let byKey: Map<Digest, StepId> | undefined;
  let byInputs: Map<Digest, () => Tree | undefined> | undefined;
  let fd: number | undefined;
  let complained = false;

  const writing = (write: () => void): boolean => {
    try {
      write();
      return true;
    } catch (thrown) {
      const trouble = fileTrouble(thrown, 'write to', folder);
      if (!complained) warn(`this run is not remembered: ${trouble.message}`);
      complained = true;
      return false;
    }
  };

  const compact = (): void => {
    if (fd !== undefined) files.closeSync(fd);
    fd = undefined;
    makeFolder(files, folder);
    replaceFile(io, path, [...steps.values()].map(({ line }) => `${seal(line)}\n`).join(''));
    lines = steps.size;
    isTorn = false;
  };

  /** The record is in `steps` already; it goes to the disk as a line of its own, or with all others where the file is torn. */
  const append = (line: string): void => {
    const isKept = writing(() => {
      if (isTorn) return compact();
      if (fd === undefined) makeFolder(files, folder);
      fd ??= files.openSync(path, 'a', 0o644);
      isTorn = true; // until the line is written whole
      writeWhole(files, fd, Buffer.from(`${seal(line)}\n`));
      isTorn = false;
      lines += 1;
    });
    // What cannot be told must not be believed later: an older success of this step would be.
    if (!isKept) writing(() => files.rmSync(path, { force: true }));
  };

  const put = (step: StepId, told: Omit<StepRecord, 'line'>): void => {
    const line = stepLine(step, told);
    const record = { ...told, line };
    const { last, inputs } = told;
    const before = steps.get(step)?.last.key;
    if (before !== undefined && byKey?.get(before) === step) byKey.delete(before);
    if (last.is === 'succeeded') byKey?.set(last.key, step);
    if (inputs) byInputs?.set(inputs.digest, () => inputs);
    steps.set(step, record);
    append(line);
  };

  return {
    ...openPlaces(io, folder, where),
    last: (step) => steps.get(step)?.last,
    good: (step) => goodOf(steps.get(step))?.run,
    local(key) {
      byKey ??= new Map([...steps].flatMap(([step, { last }]) => (last.is === 'succeeded' ? [[last.key, step]] : [])));
      const newest = steps.get(byKey.get(key) ?? '')?.newest;
      return newest?.key === key ? newest : undefined;
    },
    newest: (step) => steps.get(step)?.newest,
    left: (step) => steps.get(step)?.left,
    made: (step, key) => steps.get(step)?.made.find(([of]) => of === key)?.[1],
    keyOf: (step, outputs) => steps.get(step)?.made.find(([, made]) => made === outputs)?.[0],
    past: (step) => (steps.get(step)?.past ?? []).map(([ms]) => Math.round(ms)),
    history(step) {
      const past = steps.get(step)?.past ?? [];
      const bytes = median(past.flatMap(([, sent]) => (sent === null ? [] : [sent])));
      const ms = median(past.map(([took]) => took));
      return ms === undefined ? undefined : { ms, ...(bytes === undefined ? {} : { bytes }) };
    },
    formerInputs(digest) {
      byInputs ??= new Map([...steps.values()].flatMap(inputsIn));
      const small = byInputs.get(digest)?.();
      return small?.digest === digest ? small : trees.read(digest);
    },
    get isLossy() {
      return complained;
    },
    begin(step, cutOff) {
      const known = steps.get(step);
      if (known?.last.is === 'cut-off') return;
      const good = goodOf(known);
      if (known && good) put(step, { ...known, last: { ...good.run, is: 'cut-off' }, inputs: good.inputs, good: undefined });
      else if (cutOff)
        put(step, { made: [], newest: undefined, left: undefined, ...known, past: [], last: cutOff, inputs: undefined, good: undefined });
    },
    finish(step, last, told = {}) {
      const known = steps.get(step);
      const { inputs, remembered } = told;
      if (inputs && !isSmall(inputs)) writing(() => trees.write(inputs));
      const success = last.is === 'succeeded';
      const made = known?.made.filter(([key]) => key !== last.key) ?? [];
      put(step, {
        last,
        past: success ? [[last.ms, last.bytes ?? null] as const, ...(known?.past ?? [])].slice(0, PAST) : (known?.past ?? []),
        made: (success && last.outputs !== undefined ? [[last.key, last.outputs] as const, ...made] : made).slice(0, PAST),
        newest: remembered ?? known?.newest,
        left: told.left ?? known?.left,
        inputs: inputs && isSmall(inputs) ? inputs : undefined,
        good: success && !last.disturbed ? undefined : goodOf(known),
      });
    },
    close() {
      writing(() => {
        if (lines > 2 * steps.size + 100 || (isTorn && steps.size > 0)) compact();
        if (fd !== undefined) files.closeSync(fd);
        fd = undefined;
        trees.prune(() => new Set([...steps.values()].flatMap(inputsIn).map(([digest]) => digest)));
      });
    },
  };
}

function readSteps(io: Pick<Io, 'files'>, path: string): { steps: Map<StepId, StepRecord>; lines: number; isTorn: boolean } {
  const steps = new Map<StepId, StepRecord>();
  try {
    const { lines, state } = unsealLines(readRegular(io.files, path).toString('utf8'));
    for (const line of lines) {
      const { step, record } = parseStepLine(line);
      steps.set(step, record);
    }
    return { steps, lines: lines.length, isTorn: state !== 'whole' };
  } catch {
    return { steps: new Map(), lines: 0, isTorn: true }; // nothing there, or nothing that can be believed: it is written anew
  }
}

/** What was cut off is told by the success that it took back, if there ever was one. Of a disturbed one it is not known what it read. */
function goodOf(record: StepRecord | undefined): Good | undefined {
  if (record === undefined) return undefined;
  const { last, past } = record;
  const isToldBySuccess = last.is === 'succeeded' ? !last.disturbed : last.is === 'cut-off' && past.length > 0;
  if (!isToldBySuccess) return record.good;
  return { run: { ...record.last, is: 'succeeded' }, inputs: record.inputs };
}

/** The input trees that a record names. */
function inputsIn(record: StepRecord): (readonly [Digest, () => Tree | undefined])[] {
  const { last, good } = record;
  const trees = [[last.record.inputs ?? '', () => record.inputs] as const];
  return good ? [[good.run.record.inputs ?? '', () => good.inputs] as const, ...trees] : trees;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
