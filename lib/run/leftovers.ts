/**
 * What a process leaves that was killed between making a file under a name of its own and giving it its real name: temp files, locks that were not taken yet.
 * Nobody reads them; they only take room. Knows the names that sbx gives, and no others.
 */
import { errnoOf } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';
import { namesIn } from './store-listing.ts';

/** Of replaceFile, of a lock or a document, of the machine id: a nonce at the end. */
const UNFINISHED = /\.[0-9a-f]{12}\.tmp$|\.[0-9a-f]{32}$|^machine-id\.[0-9a-f]{12}$/;

/** Longer than any process is at it: what is younger may be somebody's who lives. */
const OLD = 3_600_000;

/** Removes them from the folders of a project or a user. Never throws for what a disk does: the rest is tried again another day. */
export function sweepLeftovers(io: Pick<Io, 'files' | 'clock'>, folders: readonly string[]): void {
  for (const folder of folders) sweep(io, folder, OLD, (name) => UNFINISHED.test(name));
}

/** The folders of the store that are not listed with its blobs. Documents that lie there for longer than `maxAge` (ms) go too: they are read anew. */
export function sweepStoreLeftovers(io: Pick<Io, 'files' | 'clock'>, store: string, maxAge: number): void {
  sweepLeftovers(io, [store, `${store}/documents`]);
  sweep(io, `${store}/documents`, Math.max(OLD, maxAge), () => true);
}

function sweep({ files, clock }: Pick<Io, 'files' | 'clock'>, folder: string, age: number, isMeant: (name: string) => boolean): void {
  const now = clock.now();
  try {
    for (const name of namesIn(files, folder).filter(isMeant)) {
      const path = `${folder}/${name}`;
      const seen = files.lstatSync(path, { throwIfNoEntry: false });
      if (seen && now - seen.mtimeMs > age) files.rmSync(path, { recursive: true, force: true });
    }
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}
