/**
 * One holder at a time. The lock is a folder with one file in it, whose name says who holds it and begins with a nonce; without such a file it is free. It is
 * taken by renaming a complete folder into its place, which succeeds only where none or an empty one is (rename(2), POSIX), so one of many wins. A nonce is
 * never used twice: who removes the file of a dead holder cannot hit somebody who took the lock since. It is taken only from a holder that is
 * provably dead; in doubt the user decides with `sbx unlock NONCE`. Readers never lock.
 * What others put there (an editor, a file browser) holds nothing and is moved to the trash beside the lock. What may be the lock of another version of sbx,
 * or a damaged one, is refused: of formats before this one nothing is read.
 */
import { shellQuote } from '../base/quote.ts';
import { err, ok, type Result } from '../base/result.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder } from '../io/replace.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files, Io } from '../model/io.ts';
import { contentOf, type Holder, holderNamed, mayBeHolder, nameOf } from './holder.ts';
import { runName } from './run-name.ts';
import { isProvablyDead, isWithin, type SelfFacts } from './self.ts';
import { moveAway } from './trash.ts';

interface LockWish {
  readonly path: string;
  readonly self: SelfFacts;
  readonly command: string;
  readonly run?: string;
  /** Whether the lock may be taken from this dead holder now; absent: from each. */
  readonly mayTake?: (holder: Holder) => boolean;
}

interface Waiting {
  readonly signal: AbortSignal;
  /** Called once for each holder that is waited for. */
  readonly waiting: (holder: Holder) => void;
  /** Awaited for each dead holder before the lock is taken from it, so that whoever has the lock finds nothing that it left. */
  readonly dead?: (holder: Holder) => Promise<void>;
}

export interface Lock extends Disposable {
  readonly holder: Holder;
  /** The file in it, and when it was written: milliseconds since 1970. */
  readonly file: string;
  readonly at: number;
  /** Gives the lock back; nothing if somebody took it away. Never throws. */
  release(): void;
}

type LockEffects = Pick<Io, 'files' | 'clock' | 'nonce'>;

const PAUSE = 200;

/**
 * Waits until the lock is free; gives the holder instead if that one started this process, and so waits for it. Rejects with the signal's reason; a disk that
 * cannot be written is a failure.
 */
export async function acquireLock(io: LockEffects, wish: LockWish, wait: Waiting): Promise<Result<Lock | Holder, Failure>> {
  let named = '';
  const settled = new Set<string>();
  for (;;) {
    wait.signal.throwIfAborted();
    const tried = tryLock(io, { ...wish, mayTake: (holder) => settled.has(holder.nonce) });
    if (!tried.ok) return tried;
    if ('release' in tried.value || isWithin(io.files, tried.value, wish.self)) return tried;
    if (!settled.has(tried.value.nonce) && isProvablyDead(io.files, tried.value, wish.self)) {
      await wait.dead?.(tried.value);
      settled.add(tried.value.nonce);
      continue;
    }
    if (tried.value.nonce !== named) wait.waiting(tried.value);
    named = tried.value.nonce;
    await io.clock.sleep(PAUSE, wait.signal);
  }
}

/** The lock, or who holds it. Does not wait. */
export function tryLock(io: LockEffects, wish: LockWish): Result<Lock | Holder, Failure> {
  const { files } = io;
  const { self, command, run } = wish;
  const holder: Holder = { ...self, nonce: io.nonce(), command, ...(run === undefined ? {} : { run }) };
  const name = nameOf(holder);
  const mine = `${wish.path}.${holder.nonce}`;
  try {
    makeFolder(files, mine);
    try {
      const taken = noFolder(files, wish.path);
      if (taken !== undefined) return err(taken);
      const at = io.clock.now();
      files.writeFileSync(`${mine}/${name}`, contentOf(holder));
      for (let attempt = 0; attempt < 4; attempt++) {
        if (moved(files, mine, wish.path)) return ok(lockOf(io, wish.path, { holder, name, at }));
        const found = readLock(files, wish.path);
        if (found === undefined) {
          takeOut(
            io,
            wish.path,
            namesInLock(files, wish.path).filter((stranger) => !mayBeHolder(stranger)),
          );
          continue;
        }
        if (found.holder === undefined) return err(unreadable(wish.path, found.name));
        if (!isProvablyDead(files, found.holder, wish.self)) return ok(found.holder);
        if (wish.mayTake?.(found.holder) === false) return ok(found.holder);
        takeOut(io, wish.path, [found.name]);
      }
      return ok({ ...holder, pid: -1, nonce: 'unknown', command: 'another run that starts now' });
    } finally {
      files.rmSync(mine, { recursive: true, force: true });
    }
  } catch (thrown) {
    return err(fileTrouble(thrown, 'lock', wish.path));
  }
}

/** Takes a lock away from the holder with this nonce, on the user's word. False if another one or nobody holds it. */
export function unlock(io: LockEffects, path: string, nonce: string): boolean {
  const found = readLock(io.files, path);
  if (found?.nonce !== nonce) return false;
  takeOut(io, path, [found.name]);
  return true;
}

/** What is in a lock. */
interface Found {
  /** Of the file. */
  readonly name: string;
  /** What the user calls it: the whole name if it says nothing. */
  readonly nonce: string;
  /** Undefined if the name does not say it. */
  readonly holder: Holder | undefined;
}

/** Undefined if nobody holds the lock. Throws if its folder cannot be read. */
export function readLock(files: Files, path: string): Found | undefined {
  const names = namesInLock(files, path).filter(mayBeHolder);
  const name = names.find((one) => holderNamed(one) !== undefined) ?? names[0];
  if (name === undefined) return undefined;
  const holder = holderNamed(name, contentIn(files, `${path}/${name}`));
  return { name, nonce: holder?.nonce ?? name, holder };
}

function namesInLock(files: Files, path: string): readonly string[] {
  try {
    return files.readdirSync(path);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []; // given back meanwhile
    throw thrown;
  }
}

function contentIn(files: Files, file: string): string {
  try {
    return readRegular(files, file).toString('utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return '';
  }
}

function unreadable(path: string, name: string): Failure {
  const hint = `if no sbx works here, whatever its version: sbx unlock ${shellQuote(name)}`;
  return { code: 'local-io', message: `${path} holds ${JSON.stringify(name)}, which does not say whose lock it is`, hint };
}

/** Whether something else stands in the place of the lock: nobody can have it then, and whose it is nobody knows. */
export function noFolder(files: Files, path: string): Failure | undefined {
  if (files.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return undefined;
  const hint = `if no sbx works here, whatever its version, move it away: mv ${shellQuote(path)} ${shellQuote(`${path}.old`)}`;
  return { code: 'local-io', message: `${path} is not a folder, and so does not say whose lock it is`, hint };
}

function lockOf(
  io: LockEffects,
  path: string,
  { holder, name, at }: { readonly holder: Holder; readonly name: string; readonly at: number },
): Lock {
  const release = (): void => {
    try {
      takeOut(io, path, [name]);
    } catch {
      // The process ends soon, and is then provably dead.
    }
  };
  return { holder, file: `${path}/${name}`, at, release, [Symbol.dispose]: release };
}

/**
 * Ends the hold of these entries, of no others. What sbx did not put there goes to the trash, each time to a folder of its own: its age is that of what came last.
 * The empty folder goes too, unless somebody has just taken it.
 */
function takeOut(io: LockEffects, path: string, names: readonly string[]): void {
  const { files } = io;
  const [folder, lock] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const bin = { folder, run: runName(io), is: 'trash' } as const;
  for (const name of names) {
    const entry = files.lstatSync(`${path}/${name}`, { throwIfNoEntry: false });
    if (entry !== undefined && (holderNamed(name) === undefined || entry.isDirectory())) moveAway(files, folder, bin, `${lock}/${name}`);
    else files.rmSync(`${path}/${name}`, { force: true });
  }
  try {
    files.rmdirSync(path);
  } catch {
    // Taken, or gone already: a lock that is an empty folder is free as well.
  }
}

function moved(files: Files, from: string, to: string): boolean {
  try {
    files.renameSync(from, to);
    return true;
  } catch (thrown) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errnoOf(thrown) ?? '')) return false;
    throw thrown;
  }
}
