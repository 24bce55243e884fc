import { setTimeout } from 'node:timers/promises';
import type { Stamped } from '../../model/event.ts';
import type { Failure } from '../../model/failure.ts';
import type { Files, Folders } from '../../model/io.ts';
import type { Outcome } from '../../model/outcome.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { readJournal } from '../../run/journal.ts';
import { secretsOf } from '../../run/secrets.ts';
import { type Call, complain } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { oneRun } from '../one-run.ts';
import { openOrSay } from '../open.ts';
import { stoppable } from '../stoppable.ts';
import { openView } from '../views.ts';
import { type LeftWork, withLeftWork } from '../works/far.ts';
import { livingHolder, underWay } from '../works/under-way.ts';

/** Between two looks at the journal of a run that lives. Milliseconds. */
const LOOK = 200;
/** Looks after which a run that holds its lock no more has written all that it will. */
const SETTLED = 3;

/** Shows a run from its beginning, and goes on with it until it ends; of a killed one, the work that goes on on far sides. */
export async function attach(call: Call): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  const io = effectsOf(call.surroundings);
  const folders = foldersOf(call.surroundings.environment, opened.project.root);
  const found = oneRun(call, io.files, folders);
  if (typeof found === 'number') return found;
  const { run } = found;
  const left = underWay(io.files, folders).dead.filter((one) => one.run === run && !one.isOver);
  const hidden = new Set(left.flatMap(({ steps }) => steps.map(({ step }) => step)));
  const view = await openView({
    ...call,
    options: { ...call.options, output: call.options.output === 'auto' ? 'plain' : call.options.output },
  });
  // Of work that goes on over there all is shown that it printed: what arrived before is in it.
  const show = (event: Stamped): void => {
    if (event.type !== 'step-output' || !hidden.has(event.step)) view.event(event);
  };
  const { mask, hide } = secretsOf(opened.project.secrets, io);
  const code = await stoppable(call.surroundings, async (signal) => {
    const exit = await whileItLives(io.files, folders, run, show, signal);
    if (exit !== undefined || left.length === 0) return exit ?? sayKilled(call, run);
    return await withLeftWork(call, opened, left, signal, async (asked) => {
      for (const [, failure] of asked.failed) complain(call, failure);
      const outcomes: Outcome[] = asked.failed.map(([, failure]) => ({ is: 'failed', failure }));
      const ended = await Promise.all(asked.left.map((one) => toItsEnd(one, signal)));
      outcomes.push(...ended);
      if (signal.aborted) call.err.write('left: what goes on there has its grace from now on\n');
      if (outcomes.length === 0) return sayKilled(call, run);
      if (signal.aborted) return EXIT.interrupted;
      const is = outcomes.every((outcome) => outcome.is === 'succeeded');
      call.err.write(
        `${run} itself was killed: ${is ? 'what it left has ended well' : 'not all that it left has ended well'}. The next \`sbx run\` runs these steps again, since nobody has looked at their inputs\n`,
      );
      return exitCode(outcomes, undefined);
    });
  });
  await view.end();
  return code;

  async function toItsEnd({ work, works, sandbox }: LeftWork, signal: AbortSignal): Promise<Outcome> {
    const began = io.clock.now();
    let seq = 1e6;
    const tell = (event: Record<string, unknown> & { readonly type: Stamped['type'] }): void =>
      view.event({ ...event, step: work.step, seq: seq++, at: io.clock.now() } as unknown as Stamped);
    const masked = mask();
    const decoder = new TextDecoder();
    const print = (bytes: Uint8Array, stream: boolean): void => {
      const text = decoder.decode(bytes, { stream });
      if (text !== '') tell({ type: 'step-output', text });
    };
    const leave = new AbortController().signal; // whoever leaves does not end it
    const exit = await works.follow(work, {
      signal: leave,
      output: (chunk) => print(masked.push(chunk), true),
      note: (text) => tell({ type: 'step-note', text }),
    });
    print(masked.end(), false);
    if (signal.aborted) return { is: 'cancelled' };
    const failure = exit.ok ? failureOf(exit.value) : exit.error;
    const outcome: Outcome =
      failure === undefined
        ? { is: 'succeeded', cached: false }
        : { is: 'failed', failure: { ...failure, message: hide(failure.message), sandbox } };
    tell({ type: 'step-finished', outcome, ms: io.clock.now() - began });
    return outcome;
  }
}

function failureOf(exit: { readonly code: number } | { readonly signal: string }): Failure | undefined {
  if ('signal' in exit) return { code: 'command-signalled', message: `the command was ended by ${exit.signal}` };
  return exit.code === 0 ? undefined : { code: 'command-failed', message: `the command exited with ${exit.code}`, exitCode: exit.code };
}

function sayKilled(call: Call, run: string): number {
  complain(call, { message: `${run} was killed, and nothing of it goes on` });
  return EXIT.failed;
}

/** Shows what is in the journal and what comes into it; the run's exit code, or undefined once it is dead without one. */
async function whileItLives(
  files: Files,
  folders: Folders,
  run: string,
  show: (event: Stamped) => void,
  signal: AbortSignal,
): Promise<number | undefined> {
  const path = `${folders.project}/runs/${run}/journal.ndjson`;
  for (let shown = 0, size = -1, quiet = 0; ; quiet++) {
    if (livingHolder(files, folders)?.run === run) quiet = 0;
    const now = files.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const events = now === size ? [] : (readJournal(files, folders.project, run)?.events ?? []).slice(shown);
    for (const event of events) {
      show(event);
      if (event.type === 'run-finished') return event.exit;
    }
    size = now;
    shown += events.length;
    if (quiet > SETTLED) return undefined;
    await setTimeout(LOOK, undefined, { signal });
  }
}
