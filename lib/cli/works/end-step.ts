import { setTimeout } from 'node:timers/promises';
import type { Folders } from '../../model/io.ts';
import type { Outcome } from '../../model/outcome.ts';
import { askToEnd } from '../../run/ends.ts';
import { EXIT } from '../../run/exit-code.ts';
import { readJournal } from '../../run/journal.ts';
import { type Call, complain, refuse } from '../call.ts';
import { effectsOf } from '../ground.ts';
import { type BegunRun, livingHolder } from './under-way.ts';

const LOOK = 100;
/** A run that works hears sooner, however busy its computer is. Milliseconds. */
const HEARD = 30_000;

/** Lets a run that works end one of its steps, and waits for the end of that step. */
export async function endStep(call: Call, folders: Folders, { run }: BegunRun, step: string, signal: AbortSignal): Promise<number> {
  if (call.options.now) return refuse(call, `${run} works: ${step} has the time that a step has to end`, `sbx kill ${run} ${step}`);
  const io = effectsOf(call.surroundings);
  const before = outcomesOf().length;
  const wish = askToEnd(io, folders.project, run, step);
  const deadline = io.clock.monotonic() + HEARD;
  for (;;) {
    const outcome = outcomesOf()[before];
    if (outcome !== undefined) {
      const isOurs = outcome.is === 'failed' && outcome.failure.code === 'cancelled';
      call.out.write(isOurs ? `ended ${step} of ${run}\n` : `${step} of ${run} had ended by itself\n`);
      return EXIT.done;
    }
    const hears = livingHolder(io.files, folders)?.run === run;
    if (!hears || (io.files.existsSync(wish) && io.clock.monotonic() > deadline)) {
      io.files.rmSync(wish, { force: true });
      complain(call, hears ? { message: `${run} does not hear`, hint: `sbx kill ${run}` } : { message: `${run} has ended meanwhile` });
      return EXIT.failed;
    }
    await setTimeout(LOOK, undefined, { signal });
  }

  function outcomesOf(): readonly Outcome[] {
    const { events } = readJournal(io.files, folders.project, run) ?? { events: [] };
    return events.flatMap((event) => (event.type === 'step-finished' && event.step === step ? [event.outcome] : []));
  }
}
