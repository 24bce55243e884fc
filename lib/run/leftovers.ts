/**
 * What a process leaves that was killed between making a file under a name of its own and giving it its real name: temp files, locks that were not taken yet.
 * Nobody reads them; they only take room. Knows the names that sbx gives, and no others.
 */
import type { Io } from '../model/io.ts';
import { entriesIn, removeEntries } from './entries.ts';

/** Of replaceFile, of a lock or a document, of the machine id: a nonce at the end. */
const UNFINISHED = /\.[0-9a-f]{12}\.tmp$|\.[0-9a-f]{32}$|^machine-id\.[0-9a-f]{12}$/;

/** What stood in place of a bin: nobody's work, but moved out of the way and not deleted. */
const DAMAGED = /^(trash|replaced)\..*\.damaged$/;
const DAMAGED_KEPT = 14 * 86_400_000;

/** Longer than any process is at it: what is younger may be somebody's who lives. */
const OLD = 3_600_000;

/** Removes them from the folders of a project or a user. Never throws for what a disk does: the rest is tried again another day. */
export function sweepLeftovers(io: Pick<Io, 'files' | 'clock'>, folders: readonly string[]): void {
  for (const folder of folders) {
    sweep(io, folder, OLD, (name) => UNFINISHED.test(name));
    sweep(io, folder, DAMAGED_KEPT, (name) => DAMAGED.test(name));
  }
}

/** The folders of the store that are not listed with its blobs. Documents that lie there for longer than `maxAge` (ms) go too: they are read anew. */
export function sweepStoreLeftovers(io: Pick<Io, 'files' | 'clock'>, store: string, maxAge: number): void {
  sweepLeftovers(io, [store, `${store}/documents`]);
  sweep(io, `${store}/documents`, Math.max(OLD, maxAge), () => true);
}

function sweep({ files, clock }: Pick<Io, 'files' | 'clock'>, folder: string, age: number, isMeant: (name: string) => boolean): void {
  const now = clock.now();
  removeEntries(
    files,
    entriesIn(files, folder).filter(({ name, at }) => isMeant(name) && now - at > age),
  );
}
