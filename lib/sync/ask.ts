import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { ProgramEnd, ProgramStreams, Session } from '../model/sandbox.ts';
import { makeAnswer } from './answer.ts';
import { type Fields, readFields } from './fields.ts';

/** The longest answer that is read: a list of about a million names. */
export const ANSWER_BYTES = 256 * 2 ** 20;

/** Runs a program of ours that answers in fields; any other exit than 0 is a failure with what the far side said. One that answers without end is ended. */
export async function ask(
  session: Pick<Session, 'program'>,
  program: string,
  args: readonly string[],
  streams: Omit<ProgramStreams, 'stdout'>,
  most = ANSWER_BYTES,
): Promise<Result<Fields, Failure>> {
  const answer = makeAnswer(most);
  const signal = AbortSignal.any([streams.signal, answer.full]);
  const asked = finish(session, program, args, { ...streams, signal, stdout: answer.take });
  // A program that we ended ourselves rejects or fails, as its session likes: why is known here.
  const ended = await asked.catch((thrown: unknown) => {
    if (!answer.full.aborted) throw thrown;
  });
  if (ended?.ok === false && !answer.full.aborted) return ended;
  const whole = answer.whole();
  return whole.ok ? ok(readFields(whole.value)) : whole;
}

/** As `ask`, for programs whose output goes elsewhere. */
export async function finish(
  session: Pick<Session, 'program'>,
  program: string,
  args: readonly string[],
  streams: ProgramStreams,
): Promise<Result<ProgramEnd, Failure>> {
  const nul = args.find((arg) => arg.includes('\0'));
  if (nul !== undefined) return err({ code: 'far-side-answer', message: `${JSON.stringify(nul)} holds a NUL and cannot be sent` });
  const ended = await session.program(program, args, streams);
  if (!ended.ok) return ended;
  const { exit, stderr } = ended.value;
  if ('code' in exit && exit.code === 0) return ok(ended.value);
  return err(farTrouble(stderr, 'code' in exit ? `exit ${exit.code}` : exit.signal));
}

/** Exit codes of our programs have their reason in a last line of stderr: `sbx: CODE: sentence`. */
export function farTrouble(stderr: string, how: string): Failure {
  const lastLines = stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-8);
  const said = /^sbx: ([a-z-]+): (.*)$/.exec(lastLines.at(-1) ?? '');
  const code = CODES.find((one) => one === said?.[1]);
  if (said && code) return { code, message: said[2] ?? '', ...hintOf(code) };
  const full = /no space left on device/i.test(stderr) ? 'disk' : /disk quota exceeded/i.test(stderr) ? 'disk quota' : undefined;
  if (full !== undefined)
    return { code: 'far-side-full', message: `the ${full} of the far side is full`, lastLines, hint: 'make room there and run again' };
  const failed: Failure = { code: 'far-side-answer', message: `a program of sbx failed on the far side (${how})`, lastLines };
  return how === 'SIGKILL' || KILLED.test(stderr)
    ? { ...failed, hint: 'something killed it there: often the system, for want of memory' }
    : failed;
}

/** How shells and xargs say it of what they called. */
const KILLED = /^Killed$|: +\d+ Killed\b|signal 9$/m;

const CODES = [
  'far-side-unfit',
  'far-side-full',
  'workspace-foreign',
  'workspace-unsafe',
  'sync-refused',
  'sync-changed',
  'fetch-missing',
] as const;

function hintOf(code: (typeof CODES)[number]): { readonly hint?: string } {
  return code === 'workspace-foreign' ? { hint: 'the workspace changed hands meanwhile: run again' } : {};
}
