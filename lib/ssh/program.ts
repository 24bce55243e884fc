import { err, ok, type Result } from '../base/result.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { ProgramEnd, ProgramStreams } from '../model/sandbox.ts';
import { CANCELLED } from './failures.ts';
import type { Channel, Link } from './link.ts';
import { MarkedStream, Tail } from './marked.ts';
import { programLine, START } from './start.ts';

const STDERR_KEPT = 8 * 1024;
/** More than any program of ours answers whose output nobody takes as it comes. Bytes. */
const MOST_KEPT = 64 * 2 ** 20;

/** Runs a short program of ours on a channel of its own. It ends by itself when the link is lost: its streams break. `noisy` gets what came before it. */
export async function runProgram(
  link: Link,
  mark: string,
  text: string,
  args: readonly string[],
  streams: ProgramStreams,
  noisy: (chunk: Uint8Array) => void = () => {},
): Promise<Result<ProgramEnd, Failure>> {
  if (text.includes('\0') || args.some((arg) => arg.includes('\0'))) throw new Error('a word of a program holds NUL');
  const opened = await link.exec(START, streams.signal);
  if (!opened.ok) return opened;
  const channel = opened.value;
  const kept: Uint8Array[] = [];
  const noise = new Tail(1024);
  const stderr = new Tail(STDERR_KEPT);
  let begun = false;
  const full = new AbortController();
  let size = 0;
  const keep = (chunk: Uint8Array): void => {
    size += chunk.length;
    if (size > MOST_KEPT) full.abort();
    else kept.push(chunk);
  };
  const sink = streams.stdout ?? keep;
  const stdout = new MarkedStream(
    mark,
    (chunk) => {
      if (begun) return sink(chunk);
      noise.push(chunk);
      noisy(chunk);
    },
    () => {
      begun = true;
    },
  );
  const errors = new MarkedStream(
    mark,
    (chunk) => stderr.push(chunk),
    () => {
      noisy(Buffer.from(stderr.text()));
      stderr.clear();
    },
  );
  channel.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  channel.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const ended = exitOf(channel, link, AbortSignal.any([streams.signal, full.signal]));
  const fed = feed(channel, programLine(text, args, mark), streams.stdin, ended);
  const exit = await ended;
  stdout.end();
  errors.end();
  await fed; // rejects if the caller's own stream failed
  if (streams.signal.aborted) return err(CANCELLED);
  if (full.signal.aborted) return err({ code: 'far-side-answer', message: `${link.label}: a program of sbx answers without end there` });
  if (!begun && exit.ok) return err(neverBegan(link.label, exit.value, `${noise.text()}${stderr.text()}`));
  return exit.ok ? ok({ exit: exit.value, stdout: Buffer.concat(kept), stderr: stderr.text() }) : exit;
}

/** How the command on a channel ended, once all its output was given. Never hangs: the link's loss and an abort settle it. */
export function exitOf(channel: Channel, link: Link, signal: AbortSignal): Promise<Result<Exit, Failure>> {
  return new Promise((resolve) => {
    const lost = (): void => settle(err(link.failure));
    const stop = (): void => {
      // Asks politely first: a program that neither reads nor writes would not notice that its streams are gone.
      channel.terminate();
      channel.close();
      settle(err(CANCELLED));
    };
    const settle = (result: Result<Exit, Failure>): void => {
      link.lost.removeEventListener('abort', lost);
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    void channel.ended.then((exit) => {
      const why: Failure = { code: 'no-exit-status', message: `${link.label}: the command ended without an exit status` };
      settle(exit !== undefined ? ok(exit) : err(link.lost.aborted ? link.failure : why));
    });
    link.lost.addEventListener('abort', lost, { once: true });
    signal.addEventListener('abort', stop, { once: true });
    if (link.lost.aborted) lost();
    else if (signal.aborted) stop();
  });
}

/** Sends the program's line and then the caller's bytes, no faster than they are taken; stops when the program has ended. */
async function feed(channel: Channel, line: Buffer, stdin: AsyncIterable<Uint8Array> | undefined, ended: Promise<unknown>): Promise<void> {
  const gone = ended.then(() => undefined);
  channel.stdin.write(line);
  const source = stdin?.[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([gone, source?.next()]);
      if (next === undefined || next.done) break;
      if (!channel.stdin.write(next.value))
        await Promise.race([gone, new Promise<void>((resolve) => channel.stdin.once('drain', resolve))]);
    }
  } catch (error) {
    channel.close(); // the caller's stream failed: no end of file, which the program could take for the whole
    throw error;
  } finally {
    source?.return?.()?.catch(() => {});
  }
  channel.stdin.end();
}

function neverBegan(label: string, exit: Exit, said: string): Failure {
  const how = 'code' in exit ? `code ${exit.code}` : exit.signal;
  const last = said.trim().split('\n').slice(-5);
  return {
    code: 'far-side-unfit',
    message: `${label}: the login shell ended (${how}) before it ran the command`,
    hint: 'does a start-up file there (.bashrc, .zshenv, .cshrc) call exit, or is /bin/sh missing?',
    lastLines: last,
  };
}
