import type { Io } from '../model/io.ts';
import type { TreeEntry } from '../model/tree.ts';
import type { Workspace } from './check.ts';
import { DELTA, DELTA_FROM, DELTA_TO, NEAR, NEAR_SHELL } from './delta-program.ts';
import { makePipe, type Pipe } from './pipe.ts';
import { bytesOf, type Progress } from './progress.ts';
import { ourBeginning } from './workspace.ts';

// Makes large files on the far side of what is there and what differs: by rsync on both sides, over a channel of ours. Whatever goes wrong costs time
// and nothing else: what it made is looked at by its digests, and what it did not make is sent whole.

/** What waits for the link. If there is more, there is more to send than that a delta pays. */
const MOST_WAITING = 32 * 2 ** 20;
/** Two that wait for each other say nothing. Milliseconds. */
const SILENCE = 60_000;
/** Words of one command. */
const MOST_FILES = 200;

export async function sendDeltas(
  workspace: Workspace,
  io: Pick<Io, 'spawn' | 'environment'>,
  root: string,
  entries: readonly TreeEntry[],
  progress: Progress,
  silence = SILENCE,
): Promise<void> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(), silence);
  };
  heard();
  const signal = AbortSignal.any([workspace.signal, stop.signal]);
  const [up, down] = [makePipe(), makePipe()];
  const sent = entries.slice(0, MOST_FILES);
  const files = sent.map(({ path }) => `./${path}`);
  const args = [
    '-REI',
    '--progress',
    '--no-implied-dirs',
    `--copy-dest=${DELTA_FROM}`,
    '-e',
    NEAR_SHELL,
    '--',
    ...files,
    `far:${DELTA_TO}`,
  ];
  const words = wordsThen((rest) => {
    heard();
    up.push(rest);
    if (up.waiting() > MOST_WAITING) stop.abort();
  });
  const near = io.spawn(
    {
      file: 'sh',
      args: ['-c', NEAR, 'sh', ...args],
      cwd: root,
      env: [['PATH', io.environment.get('PATH') ?? '/usr/bin:/bin']],
      stdin: down.chunks(),
      killGrace: 0,
    },
    { signal, stdout: words.take, stderr: progressOf(sent, progress) },
  );
  let isOver = false;
  const over = (): void => {
    isOver = true;
    up.end();
  };
  const ended = near.then(over, over);
  const far = await Promise.race([words.said, ended]);
  const take = (chunk: Uint8Array): void => {
    if (isOver) return; // what nobody reads any more is not kept, and no sign of life
    heard();
    down.push(chunk);
  };
  if (far) await runFar(workspace, far.slice(2), up, take, signal).catch(() => {});
  down.end();
  await ended;
  clearTimeout(timer);
  workspace.signal.throwIfAborted();
}

/** Reads what rsync says of each file, again and again: how many bytes of it are done. */
function progressOf(entries: readonly TreeEntry[], progress: Progress): (chunk: Uint8Array) => void {
  const [ofBytes, ofFiles] = [bytesOf(entries), entries.length];
  let [before, bytes, files] = [0, 0, 0];
  progress({ bytes: 0, ofBytes, files, ofFiles });
  return (chunk) => {
    for (const [, digits = ''] of Buffer.from(chunk)
      .toString('latin1')
      .matchAll(/ (\d[\d.,]*) +\d+% /g)) {
      const now = Number(digits.replace(/\D/g, ''));
      if (now < bytes) {
        before += bytes;
        files += 1;
      }
      bytes = now;
    }
    progress({ bytes: Math.min(before + bytes, ofBytes), ofBytes, files: Math.min(files, ofFiles), ofFiles });
  };
}

/** `words` are those of the far half without its host and name. */
async function runFar(
  workspace: Workspace,
  words: readonly string[],
  up: Pipe,
  take: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  const args = [workspace.path, ourBeginning({ id: workspace.checkout }), ...words];
  await workspace.session.program(DELTA, args, { signal, stdin: up.chunks(), stdout: take });
}

/** Reads words that each end in NUL up to an empty one, and gives on what comes after. */
function wordsThen(rest: (chunk: Uint8Array) => void): { readonly said: Promise<readonly string[]>; take(chunk: Uint8Array): void } {
  let head: Buffer | undefined = Buffer.alloc(0);
  let tell: (words: readonly string[]) => void = () => {};
  const said = new Promise<readonly string[]>((resolve) => {
    tell = resolve;
  });
  return {
    said,
    take(chunk) {
      if (!head) return rest(chunk);
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\0\0');
      if (end < 0) return;
      tell(head.subarray(0, end).toString().split('\0'));
      const after = head.subarray(end + 2);
      head = undefined;
      if (after.length > 0) rest(after);
    },
  };
}
