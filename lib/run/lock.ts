/**
 * One holder at a time. The lock is a complete file, linked into place, that says who holds it. It is taken from a holder only if that one is
 * provably dead; in doubt the user decides with `sbx unlock NONCE`. Readers never lock.
 */
import { ok, type Result } from '../base/result.ts';
import { makeFolder, replaceFile } from '../io/replace.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files, Io } from '../model/io.ts';
import { isProvablyDead, type SelfFacts } from './self.ts';

export interface Holder extends SelfFacts {
  readonly nonce: string;
  /** What it runs, for messages. */
  readonly command: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface LockWish {
  readonly path: string;
  readonly self: SelfFacts;
  readonly command: string;
}

export interface Waiting {
  readonly signal: AbortSignal;
  /** Called once for each holder that is waited for. */
  readonly waiting: (holder: Holder) => void;
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
  for (;;) {
    wait.signal.throwIfAborted();
    const tried = tryLock(io, wish);
    if (!tried.ok) return tried;
    if ('release' in tried.value) return ok(tried.value);
    if (tried.value.nonce !== named) wait.waiting(tried.value);
    named = tried.value.nonce;
    await io.clock.sleep(PAUSE, wait.signal);
  }
}

/** The lock, or who holds it. Does not wait. */
export function tryLock(io: LockEffects, wish: LockWish): Result<Lock | Holder, Failure> {
  const { files } = io;
  const holder: Holder = { ...wish.self, nonce: io.nonce(), command: wish.command, at: io.clock.now() };
  const mine = `${wish.path}.${holder.nonce}`;
  try {
    makeFolder(files, wish.path.slice(0, wish.path.lastIndexOf('/')));
    replaceFile(io, mine, `${JSON.stringify(holder)}\n`);
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        if (linked(files, mine, wish.path)) return ok(lockOf(files, wish.path, holder));
        const other = readHolder(files, wish.path);
        if (other && !isProvablyDead(files, other, wish.self)) return ok(other);
        removeDead(files, wish, mine, other?.nonce);
      }
      return ok(readHolder(files, wish.path) ?? { ...holder, pid: -1, nonce: 'unknown', command: 'another run that starts now' });
    } finally {
      files.rmSync(mine, { force: true });
    }
  } catch (thrown) {
    return { ok: false, error: fileTrouble(thrown, 'lock', wish.path) };
  }
}

/** Takes a lock away from the holder with this nonce, on the user's word. False if another one or nobody holds it. */
export function unlock(files: Files, path: string, nonce: string): boolean {
  if (readHolder(files, path)?.nonce !== nonce) return false;
  files.rmSync(path, { force: true });
  return true;
}

/**
 * Who holds the lock; undefined if it is free, or if its file says nothing: it was complete when it was linked, so a power cut emptied it
 * and its holder is gone. Throws if the file cannot be read.
 */
export function readHolder(files: Files, path: string): Holder | undefined {
  let text: string;
  try {
    text = files.readFileSync(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.nonce === 'string' && typeof holder.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** `sbx run build (process 4711 on host; lock 0123...)`: the whole nonce, as `sbx unlock` wants it. */
export function describeHolder(holder: Holder): string {
  return `${holder.command} (process ${holder.pid} on ${holder.host || 'this computer'}; lock ${holder.nonce})`;
}

function lockOf(files: Files, path: string, holder: Holder): Lock {
  const release = (): void => {
    try {
      unlock(files, path, holder.nonce);
    } catch {
      // The process ends soon, and is then provably dead.
    }
  };
  return { holder, release, [Symbol.dispose]: release };
}

function linked(files: Files, from: string, to: string): boolean {
  try {
    files.linkSync(from, to);
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

/**
 * Removes the lock of a dead holder. Several may want to at once, and one of them may have taken the lock since it was judged: so only who holds the
 * guard removes, and only what it sees then.
 */
function removeDead(files: Files, wish: LockWish, mine: string, nonce: string | undefined): void {
  const guard = `${wish.path}.guard`;
  if (linked(files, mine, guard)) {
    try {
      if (readHolder(files, wish.path)?.nonce === nonce) files.rmSync(wish.path, { force: true });
    } finally {
      files.rmSync(guard, { force: true });
    }
    return;
  }
  const other = readHolder(files, guard);
  if (!other || isProvablyDead(files, other, wish.self)) files.rmSync(guard, { force: true });
}
