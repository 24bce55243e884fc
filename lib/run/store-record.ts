/**
 * A record of the store as bytes: the digest of what it says, what it says, and then the small blobs that it refers to. One file a step: making files is
 * the dearest thing a store does. Any change of any byte makes the record, or the blob it fell upon, unreadable.
 */
import { type Digest, digestOf, isDigest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Remembered } from '../model/look.ts';
import type { Outputs } from '../model/output.ts';
import type { StepId } from '../model/project.ts';
import { keyOf } from '../plan/fingerprint.ts';
import { treeFromJson, treeToJson } from './tree-text.ts';

/** A success worth remembering: there is no field for an exit code, as there is no record of anything but exit 0. */
export interface Success extends Remembered {
  readonly step: StepId;
  /** Name of its project, for those who look after the store: another project finds it as well. */
  readonly project: string;
  readonly record: FingerprintRecord;
}

/** Small blobs by their digests. Those of a record that was read are not verified yet. */
type Smalls = ReadonlyMap<Digest, Uint8Array>;

export interface ParsedRecord {
  readonly success: Success;
  readonly smalls: Smalls;
}

const FRONT = 65; // the digest and a line break

export function recordBytes(success: Success, smalls: Smalls): Uint8Array {
  const { key, step, project, record, outputs, values, log, at, ms } = success;
  const tree = outputs && treeToJson(outputs);
  const small = [...smalls].map(([digest, bytes]) => [digest, bytes.length]);
  const body = JSON.stringify({ version: 1, key, step, project, record, outputs: tree, values, log: log ?? null, at, ms, small });
  return Buffer.concat([Buffer.from(`${digestOf(body)}\n${body}\n`), ...smalls.values()]);
}

/** The success in `bytes`; undefined unless text, key and fingerprint fit each other. */
export function parseRecord(bytes: Uint8Array, key: Digest): ParsedRecord | undefined {
  const end = bytes.indexOf(10, FRONT);
  const body = bytes.subarray(FRONT, end);
  if (end < 0 || `${digestOf(body)}\n` !== Buffer.from(bytes.subarray(0, FRONT)).toString('latin1')) return undefined;
  const fields = parseFields(body);
  if (fields?.version !== 1 || fields.key !== key) return undefined;
  const { step, project = '', record, log, at, ms } = fields;
  if (typeof step !== 'string' || typeof project !== 'string' || typeof at !== 'number' || typeof ms !== 'number') return undefined;
  if (typeof record !== 'object' || record === null || !fits(record as unknown as FingerprintRecord, key)) return undefined;
  const outputs = fields.outputs === null ? null : treeFromJson(fields.outputs);
  if (outputs === undefined || (log !== null && !(typeof log === 'string' && isDigest(log)))) return undefined;
  const values = fields.values as Outputs | undefined; // declared in the record, which fits the key: whoever asks looks for each of them
  const smalls = cut(bytes.subarray(end + 1), fields.small);
  if (!smalls) return undefined;
  const success = {
    key,
    step,
    project,
    record: record as unknown as FingerprintRecord,
    outputs,
    ...(values === undefined ? {} : { values }),
    ...(log === null ? {} : { log }),
    at,
    ms,
  };
  return { success, smalls };
}

/** Digests of all blobs that a success refers to, with their sizes where they are known. */
export function blobsOf(success: Remembered): ReadonlyMap<Digest, number | undefined> {
  const blobs = new Map<Digest, number | undefined>();
  if (success.log !== undefined) blobs.set(success.log, undefined);
  for (const entry of success.outputs?.entries ?? []) if (entry.kind === 'file') blobs.set(entry.digest, entry.size);
  return blobs;
}

function cut(bytes: Uint8Array, small: Json | undefined): Smalls | undefined {
  if (!Array.isArray(small)) return undefined;
  const smalls = new Map<Digest, Uint8Array>();
  let at = 0;
  for (const [digest, size] of small as readonly (readonly [Digest, number])[]) {
    smalls.set(digest, bytes.subarray(at, at + size));
    at += size;
  }
  return at === bytes.length ? smalls : undefined;
}

function parseFields(body: Uint8Array): { readonly [field: string]: Json } | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof fields === 'object' && fields !== null ? (fields as { readonly [field: string]: Json }) : undefined;
  } catch {
    return undefined;
  }
}

function fits(record: FingerprintRecord, key: Digest): boolean {
  return typeof record.upstream === 'object' && record.upstream !== null && keyOf(record) === key;
}
