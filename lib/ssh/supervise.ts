import { err, ok, type Result } from '../base/result.ts';
import { INTERPRETERS, shellProgram } from '../io/script.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Job, JobStreams } from '../model/sandbox.ts';
import { CANCELLED, lostFailure } from './failures.ts';
import { type Followed, follow } from './follow.ts';
import { TAKE_UP } from './kept-programs.ts';
import type { Patience } from './patience.ts';
import { runProgram } from './program.ts';
import { signalName } from './signal-names.ts';
import { asLine, programLine, START_PROGRAM } from './start.ts';
import { SUPERVISOR, SWEEP } from './supervisor.ts';
import type { Tether } from './tether.ts';

/** Milliseconds of one round of waiting in the supervisor. */
const ROUND = 50;
/** Linux takes no longer word or variable. */
const LONGEST_WORD = 128 * 1024 - 1;
/** Channels in a row that may end without a word and without a byte while the link itself is whole. */
const MOST_SILENT = 3;

/** Work on the far side: what names it there, and what tells its output from all else. */
interface Work {
  readonly tree: string;
  readonly mark: string;
}

/** Runs a job under the supervisor of the far side; see lib/ssh/supervisor.ts. */
export async function superviseJob(
  tether: Tether,
  io: Io,
  patience: Patience,
  job: Job,
  streams: JobStreams,
): Promise<Result<Exit, Failure>> {
  const long = tooLong(job);
  if (long !== undefined) return err(long);
  const work: Work = { mark: io.nonce(), tree: io.nonce() };
  const first = programLine(SUPERVISOR, supervisorWords(job, patience, work), work.mark);
  return await stayWith(tether, io, patience, work, job, streams, first);
}

/** Follows work to its end, over as many links as it takes: nothing of its output is given twice, nothing is left out. `first` starts it; absent: it goes on there. */
export async function stayWith(
  tether: Tether,
  io: Io,
  patience: Patience,
  work: Work,
  job: Pick<Job, 'script' | 'cwd' | 'killGrace' | 'mark'>,
  streams: JobStreams,
  first?: Buffer,
): Promise<Result<Exit, Failure>> {
  const { signal, note = () => {} } = streams;
  // The far side may have noticed the loss later than we did.
  const most = patience.grace + Math.min(patience.grace, patience.silence);
  let [given, silent] = [0, 0];
  let begun = first === undefined;
  let last: Followed | undefined;
  let lost: Failure | undefined;
  const giveUp = (failure: Failure): Result<Exit, Failure> => {
    patience.claim?.givenUp.add(work.tree);
    return err(failure);
  };
  const output = (chunk: Uint8Array): void => {
    given += chunk.length;
    silent = 0;
    streams.output(chunk);
  };
  for (;;) {
    const link = await tether.whole(signal, most);
    if (!link.ok) return giveUp(signal.aborted && last !== undefined ? unheard(last.label, 'the connection is lost') : link.error);
    const start = last === undefined ? first : undefined;
    const line = start ?? programLine(TAKE_UP, [patience.owner, work.tree, work.mark, String(given)], work.mark);
    const followed = await follow(link.value, io, patience, work, job.killGrace, { ...streams, output }, line, start === undefined);
    if (!followed.ok) {
      if (followed.error.code !== 'link-lost' || last === undefined) return giveUp(followed.error);
      continue;
    }
    last = followed.value;
    const { label, end } = last;
    if (start !== undefined) begun = last.begun;
    switch (end.is) {
      case 'unheard':
        return giveUp(unheard(label, 'the far side does not say that it did'));
      case 'said':
        if (end.word === 'parted') continue;
        if (end.word.endsWith(' cut')) note(`a part of the output was not kept in ${label}: no room for it`);
        if (end.word === 'none') {
          const left = await abandon(tether, io, patience, work, job);
          if (left !== undefined) return giveUp(left);
          if (lost === undefined) return err(noWord(label, begun, job, last.noise));
          return err(begun ? lostFailure(label, NOT_KEPT) : lost);
        }
        return verdict(end.word.replace(/ cut$/, ''), label, job, signal.aborted);
      case 'lost':
        lost = end.failure;
        continue;
      case 'silent': {
        if (signal.aborted) return giveUp(CANCELLED);
        if (begun && ++silent < MOST_SILENT) continue;
        const left = await abandon(tether, io, patience, work, job);
        return left === undefined ? err(noWord(label, begun, job, last.noise)) : giveUp(left);
      }
    }
  }

  /** Whoever stopped it must know that it goes on. */
  function unheard(label: string, why: string): Failure {
    const seconds = Math.ceil(patience.grace / 1000);
    note(`told to stop, but ${why}: it goes on there, for ${seconds} s at most after the link is gone; \`sbx kill\` ends it before`);
    return { code: 'cancelled', message: `${label}: told to stop, but ${why}` };
  }
}

const NOT_KEPT = 'nothing of the command was kept there, so that it cannot be taken up again: what was left of it was ended';

/** Whatever may be left of it is ended, so that no other attempt works beside it; why not, if that cannot be told. */
async function abandon(
  tether: Tether,
  io: Io,
  patience: Patience,
  { tree }: Work,
  { killGrace }: Pick<Job, 'killGrace'>,
): Promise<Failure | undefined> {
  const { signal } = new AbortController();
  const link = await tether.whole(signal, patience.silence);
  if (!link.ok) return link.error;
  const swept = await runProgram(link.value, io.nonce(), SWEEP, [tree, String(Math.ceil(killGrace / ROUND))], { signal });
  if (!swept.ok) return swept.error;
  const { exit } = swept.value;
  return 'code' in exit && exit.code === 0 ? undefined : lostFailure(link.value.label, 'what is left of the command there cannot be ended');
}

function noWord(label: string, begun: boolean, job: Pick<Job, 'script'>, lastLines: readonly string[]): Failure {
  const why = begun ? 'the command ended without an exit status' : 'the login shell ended before the command was started';
  return { code: 'no-exit-status', message: `${label}: ${why}`, command: job.script.source, lastLines };
}

function supervisorWords(job: Job, patience: Patience, { mark, tree }: Work): string[] {
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
    String(Math.ceil(patience.kept / 512)),
    job.step ?? '',
    job.lasts ? '' : (patience.claim?.id ?? ''),
    job.mark?.path ?? '',
    job.mark?.value ?? '',
    shell,
    START_PROGRAM,
    asLine(text).toString('latin1').trimEnd(),
  ];
}

function verdict(said: string, label: string, job: Pick<Job, 'script' | 'cwd' | 'mark'>, aborted: boolean): Result<Exit, Failure> {
  const fail = (code: Failure['code'], message: string, hint?: string): Result<Exit, Failure> =>
    err({ code, message: `${label}: ${message}`, command: job.script.source, ...(hint === undefined ? {} : { hint }) });
  switch (said) {
    case 'stopped':
      return aborted
        ? err(CANCELLED)
        : err(lostFailure(label, 'the far side heard nothing for longer than the grace and ended the command'));
    case 'stuck':
      return err({ code: 'cancelled', message: `${label}: stopped, but a process there cannot be killed` });
    case 'rebooted':
      return err(lostFailure(label, 'the machine was rebooted meanwhile, and the command ended with it'));
    case 'gone':
      return fail('no-exit-status', 'the supervisor of the command was killed there: what was left of the command was ended');
    case 'elsewhere':
      return fail('no-exit-status', 'somebody else followed the command too, and was told how it ended');
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
