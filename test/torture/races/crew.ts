import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Job } from './job.ts';

/** What a job is doing, seen from outside its process. */
export interface Work {
  /** How far it said it came. */
  readonly turns: number;
  /** What it answered; undefined if its process was killed. What it threw is thrown. */
  readonly ended: Promise<Answer | undefined>;
  /** Asks it to end; jobs that end by themselves do not listen. */
  stop(): void;
  /** SIGKILL, wherever it is. */
  kill(): void;
}

/** Processes that race with each other. One process does one job at a time, and many one after the other: starting node is what costs. */
export interface Crew extends AsyncDisposable {
  start(job: Job): Work;
}

export interface Told {
  readonly turns?: number;
  readonly answer?: Answer;
  readonly thrown?: string;
}

export function openCrew(): Crew {
  const script = fileURLToPath(new URL('contender.js', import.meta.url));
  const free: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const hire = (): ChildProcess => {
    const known = free.pop();
    if (known) return known;
    const child = fork(script, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    all.add(child);
    child.once('exit', () => {
      all.delete(child);
      if (free.includes(child)) free.splice(free.indexOf(child), 1);
    });
    return child;
  };
  return {
    start(job) {
      const child = hire();
      let turns = 0;
      const ended = new Promise<Answer | undefined>((resolve, reject) => {
        const over = (): void => {
          child.off('message', heard);
          child.off('exit', gone);
        };
        const gone = (code: number | null): void => {
          over();
          if (code === null) resolve(undefined);
          else reject(new Error(`the process of ${job.do} ended with ${code}`));
        };
        const heard = (told: Told): void => {
          if (told.turns !== undefined) turns = told.turns;
          if (told.answer === undefined && told.thrown === undefined) return;
          over();
          free.push(child);
          if (told.answer === undefined) reject(new Error(told.thrown));
          else resolve(told.answer);
        };
        child.on('message', heard);
        child.on('exit', gone);
      });
      child.send(job);
      return {
        get turns() {
          return turns;
        },
        ended,
        stop: () => void (child.connected && child.send('stop')),
        kill: () => void child.kill('SIGKILL'),
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        [...all].map(async (child) => {
          const exit = once(child, 'exit');
          child.kill('SIGKILL');
          await exit;
        }),
      );
    },
  };
}
