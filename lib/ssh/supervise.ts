import { err, ok, type Result } from '../base/result.ts';
import { INTERPRETERS, shellProgram } from '../io/script.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Job, JobStreams } from '../model/sandbox.ts';
import { CANCELLED, lostFailure } from './failures.ts';
import type { Channel, Link } from './link.ts';
import { MarkedStream, Tail } from './marked.ts';
import type { Patience } from './patience.ts';
import { signalName } from './signal-names.ts';
import { asLine, programLine, START, START_PROGRAM } from './start.ts';
import { SUPERVISOR } from './supervisor.ts';

/** Milliseconds of one round of waiting in the supervisor, and beyond its own patience before it counts as lost. */
const ROUND = 50;
const STOP_MARGIN = 15_000;
/** Linux takes no longer word or variable. */
const LONGEST_WORD = 128 * 1024 - 1;

/** Runs a job under the supervisor of the far side; see lib/ssh/supervisor.ts. */
export async function superviseJob(link: Link, io: Io, patience: Patience, job: Job, streams: JobStreams): Promise<Result<Exit, Failure>> {
  const long = tooLong(job);
  if (long !== undefined) return err(long);
  const opened = await link.exec(START, streams.signal);
  if (!opened.ok) return opened;
  const channel = opened.value;
  const mark = io.nonce();
  const noise = new Tail(2048);
  const ending: string[] = [];
  let marks = 0;
  const stdout = new MarkedStream(
    mark,
    (chunk) => {
      if (marks === 1) streams.output(chunk);
      else if (marks === 0) noise.push(chunk);
      else ending.push(Buffer.from(chunk).toString('latin1'));
    },
    () => {
      marks++;
    },
  );
  const errors = new MarkedStream(
    mark,
    (chunk) => noise.push(chunk),
    () => noise.clear(),
  );
  const told = new Promise<string | undefined>((resolve) => {
    channel.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      const line = ending.join('');
      if (line.includes('\n')) resolve(line.trim());
    });
    channel.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    void channel.ended.then(() => resolve(undefined));
  });
  channel.stdin.write(programLine(SUPERVISOR, supervisorWords(job, patience, mark, io.nonce()), mark));
  const end = await follow(told, channel, link, io, patience, job, streams);
  if (!end.ok) return end;
  if (end.value !== undefined) return verdict(end.value, link.label, job, streams.signal.aborted);
  if (streams.signal.aborted) return err(CANCELLED);
  const why = marks === 0 ? 'the login shell ended before the command was started' : 'the command ended without an exit status';
  const lastLines = noise.text().trim().split('\n').slice(-5);
  return err({ code: 'no-exit-status', message: `${link.label}: ${why}`, command: job.script.source, lastLines });
}

/** Waits for the supervisor's last word: beats meanwhile, tells it to stop when aborted, gives up when the link is lost. */
async function follow(
  told: Promise<string | undefined>,
  channel: Channel,
  link: Link,
  io: Io,
  patience: Patience,
  job: Job,
  { signal, hurry }: Pick<JobStreams, 'signal' | 'hurry'>,
): Promise<Result<string | undefined, Failure>> {
  const over = new AbortController();
  const beating = (async () => {
    for (;;) {
      await io.clock.sleep(patience.beat, over.signal);
      if (channel.stdin.writable) channel.stdin.write('beat\n');
    }
  })().catch(() => {});
  const lost = new Promise<Result<undefined, Failure>>((resolve) => {
    const settle = (): void => resolve(err(link.failure));
    if (link.lost.aborted) settle();
    else link.lost.addEventListener('abort', settle, { once: true, signal: over.signal });
  });
  const unheard: Failure = {
    code: 'cancelled',
    message: `${link.label}: told to stop, but the far side does not say that it did`,
    hint: `it ends what is left ${Math.ceil(patience.grace / 1000)} s after the link is gone`,
  };
  const stopped = new Promise<Result<undefined, Failure>>((resolve) => {
    const unheardAfter = (ms: number): void => {
      io.clock.sleep(ms, over.signal).then(
        () => resolve(err(unheard)),
        () => {},
      );
    };
    const kill = (): void => {
      if (channel.stdin.writable) channel.stdin.write('kill\n');
      unheardAfter(STOP_MARGIN);
    };
    const stop = (): void => {
      if (channel.stdin.writable) channel.stdin.write('stop\n');
      unheardAfter(job.killGrace + STOP_MARGIN);
      if (hurry?.aborted) kill();
      else hurry?.addEventListener('abort', kill, { once: true, signal: over.signal });
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over.signal });
  });
  const first = await Promise.race([told.then((line) => ok(line)), lost, stopped]);
  over.abort();
  channel.close();
  await beating;
  // A channel is closed by a lost link too, just before the link says so.
  if (first.ok && first.value === undefined && link.lost.aborted) return err(link.failure);
  return first;
}

function supervisorWords(job: Job, patience: Patience, mark: string, tree: string): string[] {
  const seconds = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1000)));
  const [shell] = INTERPRETERS[job.script.shell]; // with -c none reads start-up files
  const text = `unset sbx; exec </dev/null; ${shellProgram(job.script, job.env, job.source)}`;
  return [
    mark,
    tree,
    job.attempt,
    job.run,
    patience.owner,
    seconds(patience.grace),
    seconds(patience.silence),
    String(Math.ceil(job.killGrace / ROUND)),
    job.cwd,
    job.mark?.path ?? '',
    job.mark?.value ?? '',
    shell,
    START_PROGRAM,
    asLine(text).toString('latin1').trimEnd(),
  ];
}

function verdict(said: string, label: string, job: Job, aborted: boolean): Result<Exit, Failure> {
  const fail = (code: Failure['code'], message: string, hint?: string): Result<Exit, Failure> =>
    err({ code, message: `${label}: ${message}`, command: job.script.source, ...(hint === undefined ? {} : { hint }) });
  switch (said) {
    case 'stopped':
      return aborted
        ? err(CANCELLED)
        : err(lostFailure(label, 'the far side heard nothing for longer than the grace and ended the command'));
    case 'stuck':
      return err({ code: 'cancelled', message: `${label}: stopped, but a process there cannot be killed` });
    case 'folder':
      return fail('far-side-answer', `the folder ${job.cwd} is not there`);
    case 'shell':
      return fail('command-missing', `there is no ${job.script.shell} there`);
    case 'mark':
      return fail('far-side-full', `cannot write ${job.mark?.path}`, 'is the disk there full, or the folder not writable?');
  }
  if (!/^\d{1,3}$/.test(said)) return fail('no-exit-status', 'the command ended without an exit status');
  const code = Number(said);
  const name = code > 128 ? signalName(code - 128) : undefined;
  return ok(name === undefined ? { code } : { signal: name });
}

function tooLong(job: Job): Failure | undefined {
  const words = job.script.shell === 'argv' ? job.script.words : [];
  const texts = [...words, ...job.env.map(([name, value]) => `${name}=${value}`)];
  if (texts.every((text) => Buffer.byteLength(text) < LONGEST_WORD)) return undefined;
  const message = 'a word or a variable of the command is longer than 128 KiB, more than Linux takes';
  return { code: 'command-too-long', message, command: job.script.source };
}
