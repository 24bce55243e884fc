/**
 * What a process leaves that was killed between making a file under a name of its own and giving it its real name: temp files, locks that were not taken yet.
 * Nobody reads them; they only take room. Knows the names that sbx gives, and no others.
 */
import type { Io } from '../model/io.ts';
import { type Entry, entriesIn, removeEntries } from './entries.ts';
import { timeOfRun } from './run-name.ts';
import { recordFolder } from './store.ts';
import { quarantineFolder } from './store-blobs.ts';
import { traceFolder } from './trace-path.ts';

/** What goes from a folder once it was not written for `age` milliseconds. */
interface Leftovers {
  readonly folder: string;
  readonly names: RegExp;
  readonly age: number;
  /** Since when, if the name says it: a file that was moved is as old as it was before. */
  readonly since?: (name: string) => number | undefined;
}

/** Of replaceFile, of a lock or a document, of the machine id: a nonce at the end. */
const UNFINISHED = /\.[0-9a-f]{12}\.tmp$|\.[0-9a-f]{32}$|^machine-id\.[0-9a-f]{12}$/;
const ALL = /^/;
const NO_DIGEST = /^(?![0-9a-f]{64}$)/;
/** What stood in place of a bin: nobody's work, but moved out of the way by a run, which it is named after, and not deleted. */
const DAMAGED = /^(?:trash|replaced)\.(.*)\.damaged$/;

/** Longer than any process is at it: what is younger may be somebody's who lives. */
const OLD = 3_600_000;
const TWO_WEEKS = 14 * 86_400_000;

export function leftoversOfProject(project: string, state: string): readonly Leftovers[] {
  const folders = [project, `${project}/receipts`, `${project}/trees`];
  const since = (name: string): number | undefined => timeOfRun(DAMAGED.exec(name)?.[1] ?? '');
  return [
    ...folders.map((folder) => ({ folder, names: UNFINISHED, age: OLD })),
    ...leftoversOfState(state),
    { folder: project, names: DAMAGED, age: TWO_WEEKS, since },
    { folder: traceFolder(project), names: ALL, age: OLD },
  ];
}

export function leftoversOfState(state: string): readonly Leftovers[] {
  return [state, `${state}/locks`, `${state}/sandboxes`].map((folder) => ({ folder, names: UNFINISHED, age: OLD }));
}

/** Documents that lie there for longer than `maxAge` (ms) go too: they are read anew. */
export function leftoversOfStore(store: string, maxAge: number): readonly Leftovers[] {
  return [
    { folder: store, names: UNFINISHED, age: OLD },
    { folder: `${store}/documents`, names: UNFINISHED, age: OLD },
    { folder: `${store}/documents`, names: ALL, age: Math.max(OLD, maxAge) },
    { folder: `${store}/tmp`, names: ALL, age: OLD },
    { folder: recordFolder(store), names: NO_DIGEST, age: OLD },
    { folder: quarantineFolder(store), names: ALL, age: maxAge },
    { folder: `${store}/trash`, names: ALL, age: TWO_WEEKS },
  ];
}

/** Removes them and says what there was. Never throws for what a disk does: the rest is tried again another day. */
export function sweepLeftovers({ files, clock }: Pick<Io, 'files' | 'clock'>, leftovers: readonly Leftovers[]): readonly Entry[] {
  const now = clock.now();
  return leftovers.flatMap(({ folder, names, age, since }) => {
    const old = entriesIn(files, folder).filter(({ name, at }) => names.test(name) && now - (since?.(name) ?? at) > age);
    removeEntries(files, old);
    return old;
  });
}
