/**
 * One holder at a time. The lock is a folder with one file in it, named after the nonce of its holder; without a file it is free. It is taken by
 * renaming a complete folder into its place, which succeeds only where none or an empty one is (rename(2), POSIX), so one of many wins. A nonce is
 * never used twice: who removes the file of a dead holder cannot hit somebody who took the lock since. It is taken only from a holder that is
 * provably dead; in doubt the user decides with `sbx unlock NONCE`. Readers never lock.
 */
import { ok, type Result } from '../base/result.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder } from '../io/replace.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files, Io } from '../model/io.ts';
import { seal, unseal } from './sealed.ts';
import { isProvablyDead, type SelfFacts } from './self.ts';

export interface Holder extends SelfFacts {
  readonly nonce: string;
  /** What it runs, for messages. */
  readonly command: string;
  /** What it starts is tagged with this. */
  readonly run?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface LockWish {
  readonly path: string;
  readonly self: SelfFacts;
  readonly command: string;
  readonly run?: string;
  /** Whether the lock may be taken from this dead holder now; absent: from each. */
  readonly mayTake?: (holder: Holder) => boolean;
}

export interface Waiting {
  readonly signal: AbortSignal;
  /** Called once for each holder that is waited for. */
  readonly waiting: (holder: Holder) => void;
  /** Awaited for each dead holder before the lock is taken from it, so that whoever has the lock finds nothing that it left. */
  readonly dead?: (holder: Holder) => Promise<void>;
}

export interface Lock extends Disposable {
  readonly holder: Holder;
  /** Gives the lock back; nothing if somebody took it away. Never throws. */
  release(): void;
}

type LockEffects = Pick<Io, 'files' | 'clock' | 'nonce'>;

const PAUSE = 200;

/** Waits until the lock is free. Rejects with the signal's reason; a disk that cannot be written is a failure. */
export async function acquireLock(io: LockEffects, wish: LockWish, wait: Waiting): Promise<Result<Lock, Failure>> {
  let named = '';
  const settled = new Set<string>();
  for (;;) {
    wait.signal.throwIfAborted();
    const tried = tryLock(io, { ...wish, mayTake: (holder) => settled.has(holder.nonce) });
    if (!tried.ok) return tried;
    if ('release' in tried.value) return ok(tried.value);
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
  const holder: Holder = { ...self, nonce: io.nonce(), command, ...(run === undefined ? {} : { run }), at: io.clock.now() };
  const mine = `${wish.path}.${holder.nonce}`;
  try {
    makeFolder(files, mine);
    try {
      files.writeFileSync(`${mine}/${holder.nonce}`, `${seal(JSON.stringify(holder))}\n`);
      for (let attempt = 0; attempt < 3; attempt++) {
        if (moved(files, mine, wish.path)) return ok(lockOf(files, wish.path, holder));
        const found = readLock(files, wish.path);
        if (found?.holder && !isProvablyDead(files, found.holder, wish.self)) return ok(found.holder);
        if (found?.holder && wish.mayTake?.(found.holder) === false) return ok(found.holder);
        if (found) removeFrom(files, wish.path, found.nonce);
      }
      return ok({ ...holder, pid: -1, nonce: 'unknown', command: 'another run that starts now' });
    } finally {
      files.rmSync(mine, { recursive: true, force: true });
    }
  } catch (thrown) {
    return { ok: false, error: fileTrouble(thrown, 'lock', wish.path) };
  }
}

/** Takes a lock away from the holder with this nonce, on the user's word. False if another one or nobody holds it. */
export function unlock(files: Files, path: string, nonce: string): boolean {
  if (readLock(files, path)?.nonce !== nonce) return false;
  removeFrom(files, path, nonce);
  return true;
}

/** Who holds the lock; undefined if it is free, or if its file says nothing. Throws if the file cannot be read. */
export function readHolder(files: Files, path: string): Holder | undefined {
  return readLock(files, path)?.holder;
}

/** `sbx run build (process 4711 on host; lock 0123...)`: the whole nonce, as `sbx unlock` wants it. */
export function describeHolder(holder: Holder): string {
  return `${holder.command} (process ${holder.pid} on ${holder.host || 'this computer'}; lock ${holder.nonce})`;
}

/** The file in the lock. It was complete when it came there: if it says nothing, or not what was sealed, a power cut or a disk damaged it, and its holder is gone. */
function readLock(files: Files, path: string): { readonly nonce: string; readonly holder: Holder | undefined } | undefined {
  let nonce: string | undefined;
  let text: string;
  try {
    [nonce] = files.readdirSync(path);
    if (nonce === undefined) return undefined;
    text = readRegular(files, `${path}/${nonce}`).toString('utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined; // given back meanwhile
    if (nonce === undefined || errnoOf(thrown) !== 'EINVAL') throw thrown;
    return { nonce, holder: undefined }; // no file: sbx did not put it there
  }
  return { nonce, holder: parseHolder(text) };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(unseal(text.trimEnd()) ?? '') as Holder;
    return typeof holder.nonce === 'string' && typeof holder.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}

function lockOf(files: Files, path: string, holder: Holder): Lock {
  const release = (): void => {
    try {
      removeFrom(files, path, holder.nonce);
    } catch {
      // The process ends soon, and is then provably dead.
    }
  };
  return { holder, release, [Symbol.dispose]: release };
}

/** Ends the hold of one nonce, of no other. The empty folder goes too, unless somebody has just taken it. */
function removeFrom(files: Files, path: string, nonce: string): void {
  files.rmSync(`${path}/${nonce}`, { recursive: true, force: true });
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
    if (errnoOf(thrown) === 'ENOTDIR') {
      files.unlinkSync(to); // a file stands there: no lock, and unlink(2) never takes one away
      return false;
    }
    throw thrown;
  }
}
