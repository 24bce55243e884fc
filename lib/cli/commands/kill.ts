import { kill as send } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { suggest } from '../../base/suggest.ts';
import { EXIT } from '../../run/exit-code.ts';
import type { Holder } from '../../run/holder.ts';
import { isProvablyAlive, whoAmI } from '../../run/self.ts';
import { type Call, complain, refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { type Opened, openOrSay } from '../open.ts';
import { stoppable } from '../stoppable.ts';
import { endStep } from '../works/end-step.ts';
import { withLeftWork } from '../works/far.ts';
import { type BegunRun, underWay } from '../works/under-way.ts';

const LOOK = 50;
/** What the far side says of work that was stopped. */
const CANCELLED = 'cancelled';

/** Ends a run that works, as Ctrl-C does, or what a killed one left on far sides. */
export async function kill(call: Call): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  const { files } = effectsOf(call.surroundings);
  const folders = foldersOf(call.surroundings.environment, opened.project.root);
  const { living, dead } = underWay(files, folders);
  const [run, step] = call.words.operands;
  const known = [...(living ? [living] : []), ...dead];
  const meant = call.options.all ? known : known.filter((one) => one.run === run);
  if (run === undefined && !call.options.all) return refuse(call, 'which run?', hintOf(known.map((one) => one.run)));
  if (meant.length === 0) {
    const near = suggest(
      run ?? '',
      known.map((one) => one.run),
    );
    if (call.options.all) call.out.write('nothing is under way\n');
    else complain(call, { message: `${run} is not under way`, hint: near ? `did you mean ${near}?` : hintOf(known.map((one) => one.run)) });
    return call.options.all ? EXIT.done : EXIT.failed;
  }
  if (step !== undefined) {
    const steps = meant.flatMap((one) => one.steps.map((begun) => begun.step));
    const near = suggest(step, steps);
    if (!steps.includes(step)) {
      complain(call, { message: `${step} of ${run} is not under way`, hint: near ? `did you mean ${near}?` : hintOf(steps) });
      return EXIT.failed;
    }
  }
  return await stoppable(call.surroundings, async (signal) => {
    const left = meant.filter((one) => one !== living);
    if (living && meant.includes(living)) {
      if (step !== undefined) return await endStep(call, folders, living, step, signal);
      await endRun(living.holder, call.options.now, signal);
      call.out.write(`ended ${living.run}\n`);
    }
    return await endLeft(call, opened, left, step, signal);
  });

  /** As Ctrl-C, or as two. Waits until it has gone: its steps get their time. */
  async function endRun(holder: Holder, now: boolean, signal: AbortSignal): Promise<void> {
    const self = whoAmI(files);
    for (let told = 0; isProvablyAlive(files, holder, self); told++) {
      if (told === 0 || (told === 1 && now)) send(holder.pid, 'SIGTERM');
      await setTimeout(LOOK, undefined, { signal });
    }
  }
}

async function endLeft(
  call: Call,
  opened: Opened,
  runs: readonly BegunRun[],
  step: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  if (runs.length === 0) return EXIT.done;
  return await withLeftWork(call, opened, runs, signal, async ({ left, failed }) => {
    for (const [, failure] of failed) complain(call, failure);
    const wanted = left.filter(({ work }) => step === undefined || work.step === step);
    const stopped = AbortSignal.abort(new Error('killed'));
    const stuck = await Promise.all(
      wanted.map(async ({ sandbox, work, works }) => {
        const streams = { signal: stopped, output: () => {}, ...(call.options.now ? { hurry: stopped } : {}) };
        const ended = await works.follow(work, streams);
        const isEnded = ended.ok || work.state === 'gone' || ended.error.message === CANCELLED || ended.error.code === 'no-exit-status';
        if (isEnded) call.out.write(`ended ${work.step} of ${work.run} in ${sandbox}\n`);
        else if (!ended.ok) complain(call, ended.error);
        return !isEnded;
      }),
    );
    if (wanted.length === 0 && failed.length === 0) call.out.write('nothing of it goes on any more\n');
    return failed.length > 0 ? EXIT.unreachable : stuck.some(Boolean) ? EXIT.failed : EXIT.done;
  });
}

function hintOf(known: readonly string[]): string {
  return known.length === 0 ? 'nothing is under way' : `under way: ${known.join(', ')}`;
}
