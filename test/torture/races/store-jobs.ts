import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { nonce, realClock, realFiles } from '../../../lib/io/io.ts';
import { type TreeEntry, treeOf } from '../../../lib/model/tree.ts';
import { openStore, type Store } from '../../../lib/run/store.ts';
import { collectStore } from '../../../lib/run/store-gc.ts';
import { pause } from '../../rig/patience.ts';
import { successOf } from '../../run/store-fixture.ts';
import type { Answer, Job, StoreJob, Turns } from './job.ts';

const io = { files: realFiles, clock: realClock, nonce };

/** In its record, a blob of one piece, a blob of several. */
const SIZES: readonly number[] = [900, 40_000, 300_000];

/** What each file of a writer holds, computed without sbx. */
function contentOf(writer: number, file: number): Buffer {
  return Buffer.alloc(SIZES[file] ?? 0, `writer ${writer}, file ${file}\n`);
}

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Keeps and remembers its three files under the one key, and takes out what is remembered there now, whoever wrote it. */
export async function writeStore(job: StoreJob, turns: Turns): Promise<Answer> {
  mkdirSync(job.scratch, { recursive: true });
  const seen = witness(job);
  const files = SIZES.map((size, i): TreeEntry => {
    const content = contentOf(job.writer, i);
    writeFileSync(`${job.scratch}/${i}`, content);
    return { kind: 'file', path: `${i}`, digest: sum(content), size, executable: false };
  });
  const success = successOf(treeOf(files), undefined, 'contended');
  let rounds = 0;
  let remembered = 0;
  while (await turns.next()) {
    rounds += 1;
    for (const i of SIZES.keys()) {
      if (seen.store.keepFile(`${job.scratch}/${i}`) === undefined) seen.wrong.push('a file could not be kept');
    }
    if (seen.store.remember(success)) remembered += 1;
    seen.take();
  }
  return { code: rounds, said: '', counts: { ...seen.counts, remembered, rounds }, wrong: seen.wrong };
}

export async function readStore(job: StoreJob, turns: Turns): Promise<Answer> {
  mkdirSync(job.scratch, { recursive: true });
  const seen = witness(job);
  while (await turns.next()) seen.take();
  return { code: 0, said: '', counts: seen.counts, wrong: seen.wrong };
}

/** Takes out what the key remembers and compares every byte with what one and the same writer wrote. */
function witness(job: StoreJob): {
  readonly store: Store;
  readonly counts: { whole: number; missed: number; lost: number };
  readonly wrong: string[];
  take(): void;
} {
  const wrong: string[] = [];
  const counts = { whole: 0, missed: 0, lost: 0 };
  const store = openStore(io, job.store, (text) => wrong.push(`warned: ${text}`));
  const { key } = successOf(null, undefined, 'contended');
  const made = new Map<string, string>();
  for (let writer = 0; writer < job.writers; writer++) for (const i of SIZES.keys()) made.set(sum(contentOf(writer, i)), `${writer} ${i}`);
  const take = (): void => {
    const recalled = store.recall(key);
    if (recalled === undefined) {
      counts.missed += 1;
      return;
    }
    const from = new Set<string>();
    for (const entry of recalled.outputs?.entries ?? []) {
      if (entry.kind !== 'file') throw new Error('only files were remembered');
      const [writer = '', file = ''] = made.get(entry.digest)?.split(' ') ?? [];
      from.add(writer);
      if (file !== entry.path) wrong.push(`${entry.path} is remembered with content that nobody wrote there`);
      const out = `${job.scratch}/out`;
      rmSync(out, { force: true });
      if (!store.copyOut(entry.digest, out, false, key)) {
        counts.lost += 1;
        return;
      }
      if (!readFileSync(out).equals(contentOf(Number(writer), Number(file)))) wrong.push(`${entry.path} came out with other bytes`);
    }
    if (from.size !== 1) wrong.push(`the files of ${from.size} writers under one key`);
    counts.whole += 1;
  };
  return { store, counts, wrong, take };
}

/** Collects over and over: to nothing and without a grace, or as a run does. */
export async function collect(job: Job & { readonly do: 'collect' }, turns: Turns): Promise<Answer> {
  let records = 0;
  let blobs = 0;
  let busy = 0;
  while (await turns.next()) {
    const done =
      job.bounds === 'none'
        ? collectStore(io, job.store, { maxSize: 0, maxAge: 0 }, -1)
        : collectStore(io, job.store, { maxSize: 1e9, maxAge: 86_400_000 });
    if (!done.ok) busy += 1;
    records += done.ok ? done.value.records : 0;
    blobs += done.ok ? done.value.blobs : 0;
    await pause(3);
  }
  return { code: 0, said: '', counts: { records, blobs, busy }, wrong: [] };
}
