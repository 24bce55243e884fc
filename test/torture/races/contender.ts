// A process of the crew: takes jobs over IPC, one at a time, until its parent ends it.
import { inside } from '../../rig/inside.ts';
import type { Told } from './crew.ts';
import { flip, tick } from './flip-jobs.ts';
import type { Answer, Job, Turns } from './job.ts';
import { collect, readStore, writeStore } from './store-jobs.ts';

let stopped = false;
process.on('message', (told: Job | 'stop') => {
  if (told === 'stop') stopped = true;
  else void answer(told);
});
process.on('disconnect', () => process.exit(0));

async function answer(job: Job): Promise<void> {
  stopped = false;
  try {
    tell({ answer: await work(job, turnsOf()) });
  } catch (thrown) {
    tell({ thrown: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
  }
}

function work(job: Job, turns: Turns): Promise<Answer> {
  switch (job.do) {
    case 'sbx':
      return runSbx(job);
    case 'write':
      return writeStore(job, turns);
    case 'read':
      return readStore(job, turns);
    case 'collect':
      return collect(job, turns);
    case 'flip':
      return flip(job, turns);
    case 'tick':
      return tick(job, turns);
  }
}

async function runSbx({ args, ...invocation }: Job & { readonly do: 'sbx' }): Promise<Answer> {
  const { code, stdout, stderr } = await inside(args, invocation);
  return { code: code ?? -1, said: stdout + stderr, counts: {}, wrong: [] };
}

function turnsOf(): Turns {
  let done = -1;
  return {
    async next() {
      done += 1;
      if (done > 0) tell({ turns: done });
      await new Promise(setImmediate);
      return !stopped;
    },
  };
}

function tell(told: Told): void {
  process.send?.(told);
}
