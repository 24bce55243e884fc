/** What is still known of earlier runs of a project: in its records, in the store, and in the journals of the newest runs. Looks only when asked. */
import type { Digest } from '../base/digest.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Files } from '../model/io.ts';
import type { PastStep } from '../model/past-run.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import { listRuns, readJournal } from './journal.ts';
import type { Memory } from './memory.ts';
import { pastRun } from './past-run.ts';
import { readSuccess } from './store-listing.ts';

export interface Past {
  /** What counted for the step under this key. */
  record(step: StepId, key: Digest): FingerprintRecord | undefined;
  inputs(digest: Digest): Tree | undefined;
  /** The outputs of this digest, if a success of the step that made them is known; of a step that makes none it is the key: what it reads. */
  made(step: StepId, digest: Digest): Tree | undefined;
}

/** `folder`: the project's `.sbx`. */
export function openPast(files: Files, folder: string, { records, store }: Pick<Memory, 'records' | 'store'>): Past {
  let executed: readonly PastStep[] | undefined;
  const steps = (): readonly PastStep[] => {
    executed ??= listRuns(files, folder).flatMap(({ run }) => {
      const journal = readJournal(files, folder, run);
      return journal ? [...pastRun(run, journal).steps.values()] : [];
    });
    return executed;
  };
  const past: Past = {
    record(step, key) {
      const own = [records.last(step), records.good(step)].find((one) => one?.key === key);
      if (own) return own.record;
      return readSuccess(files, store.folder, key)?.success.record ?? steps().find((one) => one.key === key && one.record)?.record;
    },
    inputs: (digest) => records.formerInputs(digest) ?? steps().find(({ inputs }) => inputs?.digest === digest)?.inputs,
    made(step, digest) {
      const newest = records.newest(step)?.outputs;
      if (newest?.digest === digest) return newest;
      const key = records.keyOf(step, digest);
      if (key !== undefined) return readSuccess(files, store.folder, key)?.success.outputs ?? undefined;
      const inputs = past.record(step, digest)?.inputs;
      return typeof inputs === 'string' ? past.inputs(inputs) : undefined;
    },
  };
  return past;
}
