/**
 * What is remembered of each step of a project: `.sbx/steps`, sealed lines, the last one of a step counts. A step's success is
 * forgotten by a line before it runs and told by a line after all else is written. Columns are parsed when they are asked for: a run in which nothing
 * changed reads 1,000 steps in a few milliseconds.
 */
import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { LastRun, Remembered } from '../model/look.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import { treeFromJson, treeToJson } from './tree-text.ts';

/** How an execution went: milliseconds, and bytes where it transferred. */
export type Measured = readonly [ms: number, bytes: number | null];

export interface StepRecord {
  readonly last: LastRun;
  readonly past: readonly Measured[];
  /** Outputs of the last successes by their keys, newest first. */
  readonly made: readonly (readonly [key: Digest, outputs: Digest])[];
  /** The newest success that can be restored; of an older key than `last` if the step failed since. */
  readonly newest: Remembered | undefined;
  /** The tree of its inputs, where it is small; others lie in files of their own. */
  readonly inputs: Tree | undefined;
  /** The line as it was read or made. */
  readonly line: string;
}

type Head = readonly [
  step: StepId,
  key: Digest,
  is: LastRun['is'],
  at: number,
  ms: number,
  bytes: number | null,
  outputs: Digest | null,
  past: readonly Measured[],
  made: readonly (readonly [Digest, Digest])[],
];

export function stepLine(step: StepId, told: Omit<StepRecord, 'line'>): string {
  const { key, record, is, at, ms, bytes, outputs } = told.last;
  const head: Head = [step, key, is, at, ms, bytes ?? null, outputs ?? null, told.past, told.made];
  const newest = told.newest ? JSON.stringify(rememberedToJson(told.newest)) : '';
  const inputs = told.inputs ? JSON.stringify(treeToJson(told.inputs)) : '';
  return `${JSON.stringify(head)}\t${JSON.stringify(record)}\t${newest}\t${inputs}`;
}

const HOW: ReadonlySet<unknown> = new Set<LastRun['is']>(['succeeded', 'failed', 'cancelled', 'cut-off']);

/** Lines were checked against their seal before: what is wrong here was written so. */
export function parseStepLine(line: string): { readonly step: StepId; readonly record: StepRecord } {
  const [head = '', record = '', newest = '', inputs = ''] = line.split('\t');
  const [step, key, is, at, ms, bytes, outputs, past, made] = JSON.parse(head) as Head;
  if (!HOW.has(is)) throw new Error('written by another version of sbx');
  let parsed: FingerprintRecord | undefined;
  let remembered: Remembered | undefined;
  const last: LastRun = {
    key,
    get record() {
      parsed ??= JSON.parse(record) as FingerprintRecord;
      return parsed;
    },
    is,
    at,
    ms,
    ...(bytes === null ? {} : { bytes }),
    ...(outputs === null ? {} : { outputs }),
  };
  return {
    step,
    record: {
      last,
      past,
      made,
      get newest() {
        if (newest !== '') remembered ??= rememberedFromJson(JSON.parse(newest));
        return remembered;
      },
      get inputs() {
        return inputs === '' ? undefined : treeFromJson(JSON.parse(inputs), true);
      },
      line,
    },
  };
}

function rememberedToJson({ key, outputs, log, at, ms }: Remembered): Json {
  return { key, outputs: outputs && treeToJson(outputs), ...(log === undefined ? {} : { log }), at, ms };
}

function rememberedFromJson(json: { readonly [field: string]: Json } & Omit<Remembered, 'outputs'>): Remembered | undefined {
  const outputs = json.outputs === null ? null : treeFromJson(json.outputs, true);
  return outputs === undefined ? undefined : { ...json, outputs };
}
