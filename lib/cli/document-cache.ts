import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digestOf } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import { realFiles } from '../io/io.ts';
import { readRegular } from '../io/read-regular.ts';

// Parsed documents by the bytes of their files. Reading YAML costs a hundred times what reading this costs. Losing it costs that and nothing else.

/** What was read from exactly these bytes by this version of sbx; undefined if nothing is kept or it is damaged. */
export function cachedDocument(folder: string, version: string, bytes: Uint8Array): Json | undefined {
  const path = pathOf(folder, version, bytes);
  let text: string;
  try {
    text = readRegular(realFiles, path).toString('utf8');
  } catch {
    return undefined;
  }
  const seal = text.slice(0, 64);
  const body = text.slice(65);
  return sealOf(path, body) === seal ? (JSON.parse(body) as Json) : undefined;
}

/** Never throws: a document that cannot be kept is read again. */
export function keepDocument(folder: string, version: string, bytes: Uint8Array, document: Json, nonce: string): void {
  const body = JSON.stringify(document);
  const path = pathOf(folder, version, bytes);
  const temporary = `${path}.${nonce}`;
  try {
    mkdirSync(join(folder, 'documents'), { recursive: true });
    writeFileSync(temporary, `${sealOf(path, body)}\n${body}`, { flag: 'wx' });
    renameSync(temporary, path);
  } catch {
    // full, read-only or somebody else's
  }
}

function pathOf(folder: string, version: string, bytes: Uint8Array): string {
  return join(folder, 'documents', digestOf(`${version}\n${digestOf(bytes)}`));
}

/** Of the name too: what was read from other bytes is whole as well, and must not be taken for this. */
function sealOf(path: string, body: string): string {
  return digestOf(`${basename(path)}\n${body}`);
}
