import { posix } from 'node:path';
import { shellQuote } from '../base/quote.ts';
import type { Result } from '../base/result.ts';
import { INTERPRETERS, shellProgram } from '../io/script.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Job, Terminal } from '../model/sandbox.ts';
import type { Channel, Link } from './link.ts';
import { MarkedStream } from './marked.ts';
import { exitOf, runProgram } from './program.ts';
import { asLine } from './start.ts';
import { SWEEP } from './supervisor.ts';

const ROUND = 50;

/** Runs a job on a terminal of the far side. The user's terminal is as before when this settles, however it ended. */
export async function runOnTerminal(link: Link, io: Io, job: Job, terminal: Terminal, signal: AbortSignal): Promise<Result<Exit, Failure>> {
  const { mark } = job;
  const unwatched = new AbortController().signal;
  if (mark !== undefined) {
    const removed = await runProgram(link, io.nonce(), 'rm -f -- "$1"', [mark.path], { signal });
    if (!removed.ok) return removed;
  }
  const tree = io.nonce();
  const exit = await join(link, io.nonce(), job, tree, terminal, signal);
  if (!exit.ok || signal.aborted) {
    // Closing the terminal hangs up on what runs there; what does not care is ended here, unless the link itself is gone.
    await runProgram(link, io.nonce(), SWEEP, [tree, String(Math.ceil(job.killGrace / ROUND))], { signal: unwatched });
  } else if (mark !== undefined && 'code' in exit.value && exit.value.code === 0) {
    const write = 'mkdir -p -- "$3" && printf %s "$2" >"$1.new" && mv -f -- "$1.new" "$1"';
    const written = await runProgram(link, io.nonce(), write, [mark.path, mark.value, posix.dirname(mark.path)], { signal: unwatched });
    if (!written.ok) return written;
  }
  return exit;
}

async function join(
  link: Link,
  mark: string,
  job: Job,
  tree: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Result<Exit, Failure>> {
  const size = { cols: terminal.columns() || 80, rows: terminal.rows() || 24 };
  const opened = await link.exec(startOnTerminal(mark), signal, { term: terminal.type || 'dumb', ...size });
  if (!opened.ok) return opened;
  const channel = opened.value;
  const over = new AbortController();
  const exit = exitOf(channel, link, signal);
  let marks = 0;
  const screen = new MarkedStream(
    mark,
    (chunk) => {
      if (marks < 2) return; // what start-up files print before the command has the terminal
      if (!terminal.output.write(chunk)) {
        channel.stdout.pause();
        terminal.output.once('drain', () => channel.stdout.resume());
      }
    },
    () => {
      marks++;
      if (marks === 1) channel.stdin.write(terminalLine(job, tree, mark));
      else if (marks === 2) joinInput(channel, terminal, over.signal);
    },
  );
  channel.stdout.on('data', (chunk: Buffer) => screen.push(chunk));
  channel.stderr.on('data', (chunk: Buffer) => terminal.output.write(chunk));
  try {
    return await exit;
  } finally {
    over.abort();
    screen.end();
  }
}

/** Keys go to the far side as they are, Ctrl-C too, until `over` aborts. */
function joinInput(channel: Channel, terminal: Terminal, over: AbortSignal): void {
  if (over.aborted) return;
  const { input } = terminal;
  const keys = (chunk: Buffer | string): void => {
    if (!channel.stdin.write(chunk)) {
      input.pause();
      channel.stdin.once('drain', () => over.aborted || input.resume());
    }
  };
  const ended = (): void => void channel.stdin.end();
  input.setRawMode?.(true);
  over.addEventListener(
    'abort',
    () => {
      input.off('data', keys);
      input.off('end', ended);
      input.setRawMode?.(false);
      input.pause();
    },
    { once: true },
  );
  input.on('data', keys);
  input.on('end', ended);
  input.resume();
  const fit = (): void => channel.resize(terminal.rows() || 24, terminal.columns() || 80);
  terminal.onResize(fit, over);
  fit(); // it may have changed since the channel was opened
}

/**
 * As START, over a terminal: in raw mode no line is too long and nothing is echoed. The first mark says that it reads; the second one, printed
 * by the line itself, that the command has the terminal.
 */
function startOnTerminal(mark: string): string {
  return `exec /bin/sh -c 'sbx_tty=$(stty -g); stty raw -echo; printf %s "$0"; IFS= read -r sbx; stty "$sbx_tty"; eval "$(printf %b "$sbx")"' ${mark}`;
}

function terminalLine(job: Job, tree: string, mark: string): Buffer {
  const [shell] = INTERPRETERS[job.script.shell];
  // An interactive interpreter ends Ctrl-C itself; the shell in between must outlive it, and a trap is not inherited as an ignored signal is.
  const text = `trap : INT QUIT; ${shellProgram(job.script, job.env, job.source)}`;
  const folder = shellQuote(job.cwd);
  return asLine(
    [
      'unset sbx_tty',
      `printf %s ${mark}`,
      `cd -- ${folder} || exit 1`,
      `export SBX_TREE=${tree} SBX_RUN=${shellQuote(job.run)} SBX_ATTEMPT=${shellQuote(job.attempt)}`,
      // By the environment, which others cannot read, and exec, so that the sweep finds this shell too.
      `sbx=${shellQuote(text)}; export sbx`,
      `exec ${shell} -c 'sbx_text=$sbx; unset sbx; eval "$sbx_text"' ${shell}`,
    ].join('\n'),
  );
}
