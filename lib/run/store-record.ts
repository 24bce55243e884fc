/** The text of a record in the store: its own digest, then what it says. Any change of any byte makes it unreadable. */
import { type Digest, digestOf, isDigest } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Remembered } from '../model/look.ts';
import type { StepId } from '../model/project.ts';
import { keyOf } from '../plan/fingerprint.ts';
import { treeFromJson, treeToJson } from './tree-text.ts';

/** A success worth remembering: there is no field for an exit code, as there is no record of anything but exit 0. */
export interface Success extends Remembered {
  readonly step: StepId;
  readonly record: FingerprintRecord;
}

export function recordText(success: Success): string {
  const { key, step, record, outputs, log, at, ms } = success;
  const tree = outputs && treeToJson(outputs);
  const body = canonicalJson({ version: 1, key, step, record: record as unknown as Json, outputs: tree, log: log ?? null, at, ms });
  return `${digestOf(body)}\n${body}\n`;
}

/** The success in `text`; undefined unless text, key and fingerprint fit each other. */
export function parseRecord(text: string, key: Digest): Success | undefined {
  if (text.length < 66 || text[64] !== '\n' || !text.endsWith('\n')) return undefined;
  const body = text.slice(65, -1);
  if (digestOf(body) !== text.slice(0, 64)) return undefined;
  const fields = parseFields(body);
  if (fields?.version !== 1 || fields.key !== key) return undefined;
  const { step, record, log, at, ms } = fields;
  if (typeof step !== 'string' || typeof at !== 'number' || typeof ms !== 'number') return undefined;
  if (typeof record !== 'object' || record === null || !fits(record as unknown as FingerprintRecord, key)) return undefined;
  const outputs = fields.outputs === null ? null : treeFromJson(fields.outputs);
  if (outputs === undefined || (log !== null && !(typeof log === 'string' && isDigest(log)))) return undefined;
  return { key, step, record: record as unknown as FingerprintRecord, outputs, ...(log === null ? {} : { log }), at, ms };
}

function fits(record: FingerprintRecord, key: Digest): boolean {
  return typeof record.upstream === 'object' && record.upstream !== null && keyOf(record) === key;
}

function parseFields(body: string): { readonly [field: string]: Json } | undefined {
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === 'object' && fields !== null ? (fields as { readonly [field: string]: Json }) : undefined;
  } catch {
    return undefined;
  }
}

/** Digests of all blobs that a success refers to, with their sizes where they are known. */
export function blobsOf(success: Remembered): ReadonlyMap<Digest, number | undefined> {
  const blobs = new Map<Digest, number | undefined>();
  if (success.log !== undefined) blobs.set(success.log, undefined);
  for (const entry of success.outputs?.entries ?? []) if (entry.kind === 'file') blobs.set(entry.digest, entry.size);
  return blobs;
}
