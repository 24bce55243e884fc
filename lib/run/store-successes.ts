/** The successes that a store remembers, for those who look after it: listed, picked by step or key, taken out. */
import type { Digest } from '../base/digest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { suggest } from '../base/suggest.ts';
import type { Failure } from '../model/failure.ts';
import type { Files, Io } from '../model/io.ts';
import type { StepId } from '../model/project.ts';
import { recordPath } from './store.ts';
import { openBlobs, type StoreEffects } from './store-blobs.ts';
import { listRecords, readSuccess } from './store-listing.ts';
import { alone } from './store-lock.ts';
import { blobsOf, type Success } from './store-record.ts';

export interface StoredSuccess {
  readonly success: Success;
  /** Of the record and of the blobs that it refers to; others may refer to them as well. */
  readonly bytes: number;
  /** Last use as far as is known, milliseconds since 1970. */
  readonly used: number;
}

/** Newest first. Damaged records are passed over: `cache verify` finds them. */
export function listSuccesses(io: StoreEffects, folder: string): readonly StoredSuccess[] {
  const blobs = openBlobs(io, folder);
  const sizeOf = (digest: Digest): number => io.files.lstatSync(blobs.path(digest), { throwIfNoEntry: false })?.size ?? 0;
  const all = listRecords(io.files, folder).flatMap(({ digest, size, at }) => {
    const parsed = readSuccess(io.files, folder, digest);
    if (!parsed) return [];
    const apart = [...blobsOf(parsed.success).keys()].filter((blob) => !parsed.smalls.has(blob));
    return [{ success: parsed.success, bytes: apart.reduce((sum, blob) => sum + sizeOf(blob), size), used: at }];
  });
  return all.sort((a, b) => b.success.at - a.success.at || (a.success.key < b.success.key ? -1 : 1));
}

/** Whose steps names mean. */
export interface Whose {
  /** Undefined: of all projects. */
  readonly project: string | undefined;
  /** The steps that a word means; none: there is no such step. */
  readonly called: (word: string) => readonly StepId[];
  readonly known: readonly StepId[];
}

export function ofProject(all: readonly StoredSuccess[], { project }: Whose): readonly StoredSuccess[] {
  return project === undefined ? all : all.filter(({ success }) => success.project === project);
}

/** Why words mean nothing. */
interface Unpicked {
  readonly message: string;
  readonly hint?: string;
}

const KEY = /^[0-9a-f]{4,64}$/;

/** What words mean: steps, or keys by a beginning that no other key of the store has. A name of a step comes first. */
export function pick(all: readonly StoredSuccess[], words: readonly string[], whose: Whose): Result<readonly StoredSuccess[], Unpicked> {
  const picked = new Set<StoredSuccess>();
  for (const word of words) {
    const steps = whose.called(word);
    const found = steps.length > 0 ? ofProject(all, whose).filter(({ success }) => steps.includes(success.step)) : byKey(all, word);
    if (found === undefined) {
      const near = suggest(word, whose.known);
      const hint = near === undefined ? 'a key is given by its first four digits or more' : `did you mean ${near}?`;
      return err({ message: `${word} is neither a step nor a key`, hint });
    }
    if (steps.length === 0 && found.length === 0) return err({ message: `nothing is stored under the key ${word}` });
    if (steps.length === 0 && found.length > 1) return err(ambiguous(word, found));
    for (const one of found) picked.add(one);
  }
  return ok(all.filter((one) => picked.has(one)));
}

function byKey(all: readonly StoredSuccess[], word: string): readonly StoredSuccess[] | undefined {
  return KEY.test(word) ? all.filter(({ success }) => success.key.startsWith(word)) : undefined;
}

function ambiguous(word: string, found: readonly StoredSuccess[]): Unpicked {
  const names = found.slice(0, 5).map(({ success }) => `${success.key.slice(0, word.length + 4)} (${success.step})`);
  return {
    message: `${word} begins ${found.length} keys`,
    hint: `${names.join(', ')}${found.length > 5 ? ', ...' : ''}`,
  };
}

/** Takes records out; what only they referred to goes with a collection. Gives how many were there. A failure if the lock of the store is not to be had. */
export function removeSuccesses(
  io: Pick<Io, 'files' | 'clock' | 'nonce'>,
  folder: string,
  keys: readonly Digest[],
): Result<number, Failure> {
  return alone(io, folder, 'sbx cache rm', () => keys.filter((key) => removed(io.files, recordPath(folder, key))).length);
}

function removed(files: Files, path: string): boolean {
  const was = files.existsSync(path);
  files.rmSync(path, { force: true });
  return was;
}
