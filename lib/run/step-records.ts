/**
 * What is remembered of each step of a project: `.sbx/steps`, sealed lines, the last one of a step counts. A step's success is
 * forgotten by a line before it runs and told by a line after all else is written. Columns are parsed when they are asked for: a run in which nothing
 * changed reads 1,000 steps in a few milliseconds.
 */
import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { LastRun, Remembered } from '../model/look.ts';
import type { Outputs } from '../model/output.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import { treeFromJson, treeToJson } from './tree-text.ts';

/** How an execution went: milliseconds, and bytes where it transferred. */
type Measured = readonly [ms: number, bytes: number | null];

/** The files of a step in the project. */
export interface Left {
  readonly outputs: Tree;
  /** Those of them that were there before and that it did not write. */
  readonly found: readonly string[];
}

/** A success, with the tree of its inputs where it is small. */
export interface Good {
  readonly run: LastRun;
  readonly inputs: Tree | undefined;
}

export interface StepRecord {
  readonly last: LastRun;
  readonly past: readonly Measured[];
  /** Outputs of the last successes by their keys, newest first. */
  readonly made: readonly (readonly [key: Digest, outputs: Digest])[];
  /** The newest success that can be restored; of an older key than `last` if the step failed since. */
  readonly newest: Remembered | undefined;
  /** The tree of its inputs, where it is small; others lie in files of their own. */
  readonly inputs: Tree | undefined;
  /** What its last success left here; undefined where none is known. */
  readonly left: Left | undefined;
  /** The newest success, where `last` is none. */
  readonly good: Good | undefined;
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
  disturbed: true | null,
  values: Outputs | null | undefined,
];

export function stepLine(step: StepId, told: Omit<StepRecord, 'line'>): string {
  const { key, record, is, at, ms, bytes, outputs, values } = told.last;
  const head: Head = [
    step,
    key,
    is,
    at,
    ms,
    bytes ?? null,
    outputs ?? null,
    told.past,
    told.made,
    told.last.disturbed ?? null,
    values ?? null,
  ];
  const newest = told.newest ? JSON.stringify(rememberedToJson(told.newest)) : '';
  const inputs = told.inputs ? JSON.stringify(treeToJson(told.inputs)) : '';
  const good = told.good ? JSON.stringify(goodToJson(told.good)) : '';
  return `${JSON.stringify(head)}\t${JSON.stringify(record)}\t${newest}\t${inputs}\t${leftText(told)}\t${good}`;
}

/** What the newest success says as well is left out. */
function leftText({ left, newest }: Pick<StepRecord, 'left' | 'newest'>): string {
  if (left === undefined) return '';
  const { outputs, found } = left;
  const isNewest = outputs.digest === newest?.outputs?.digest;
  if (isNewest && found.length === 0) return '';
  return JSON.stringify({ found, ...(isNewest ? {} : { outputs: treeToJson(outputs) }) });
}

function leftOf(text: string, newest: Remembered | undefined): Left | undefined {
  const { found, outputs } = text === '' ? { found: [] } : (JSON.parse(text) as { found: readonly string[]; outputs?: Json });
  const tree = outputs === undefined ? (newest?.outputs ?? undefined) : treeFromJson(outputs, true);
  return tree && { outputs: tree, found };
}

const HOW: ReadonlySet<unknown> = new Set<LastRun['is']>(['succeeded', 'failed', 'cancelled', 'cut-off']);

/** Lines were checked against their seal before: what is wrong here was written so. */
export function parseStepLine(line: string): { readonly step: StepId; readonly record: StepRecord } {
  const [head = '', record = '', newest = '', inputs = '', left = '', good = ''] = line.split('\t');
  const [step, key, is, at, ms, bytes, outputs, past, made, disturbed, values] = JSON.parse(head) as Head;
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
    ...(disturbed ? { disturbed } : {}),
    at,
    ms,
    ...(bytes === null ? {} : { bytes }),
    ...(outputs === null ? {} : { outputs }),
    ...(values ? { values } : {}),
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
      get left() {
        return leftOf(left, this.newest);
      },
      get good() {
        return good === '' ? undefined : goodFromJson(JSON.parse(good));
      },
      line,
    },
  };
}

function rememberedToJson({ outputs, ...others }: Remembered): Json {
  return { outputs: outputs && treeToJson(outputs), ...others };
}

function rememberedFromJson(json: { readonly [field: string]: Json } & Omit<Remembered, 'outputs'>): Remembered | undefined {
  const outputs = json.outputs === null ? null : treeFromJson(json.outputs, true);
  return outputs === undefined ? undefined : { ...json, outputs };
}

function goodToJson({ run, inputs }: Good): Json {
  const { key, record, at, ms } = run;
  return { key, record: record as unknown as Json, at, ms, inputs: inputs ? treeToJson(inputs) : null };
}

function goodFromJson({ key, record, at, ms, inputs }: Omit<LastRun, 'is'> & { readonly inputs: Json }): Good {
  return { run: { key, record, is: 'succeeded', at, ms }, inputs: inputs === null ? undefined : treeFromJson(inputs, true) };
}
