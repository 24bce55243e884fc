import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../rig/cli.ts';
import type { Answer, Asked } from './messages.ts';

const CHILD = join(REPOSITORY, '.build/test/torture/front-end/child.js');
/** Seconds of processor time. Nothing takes a tenth of it; what takes this long does not end. */
const MOST = 60;
const LOOK = 1000;
const TICKS = 100;

/** A process that reads files, and is replaced when it dies or hangs. */
export class Reader implements AsyncDisposable {
  #child: ChildProcess | undefined;

  /** Undefined: it had to be killed, or died. */
  ask(asked: Asked): Promise<Answer | { readonly is: 'lost'; readonly why: string }> {
    const child =
      this.#child ??
      fork(CHILD, [], { execArgv: ['--enable-source-maps', '--max-old-space-size=1024'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    return new Promise((settle) => {
      const end = (answer: Answer | { readonly is: 'lost'; readonly why: string }): void => {
        clearInterval(timer);
        child.removeAllListeners();
        settle(answer);
      };
      const before = usedBy(child.pid);
      const timer = setInterval(() => {
        if (usedBy(child.pid) - before < MOST) return;
        this.#child = undefined;
        child.kill('SIGKILL');
        end({ is: 'lost', why: `no end within ${MOST} s of processor time` });
      }, LOOK);
      child.on('message', (answer: Answer) => end(answer));
      child.on('exit', (code, signal) => {
        this.#child = undefined;
        end({ is: 'lost', why: `the process died: ${signal ?? code}` });
      });
      child.send(asked);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((settle) => child.once('exit', settle));
    child.kill('SIGKILL');
    await gone;
  }
}

/** Seconds of processor time: on a busy computer nothing else tells slow from endless. */
function usedBy(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0; // it has just ended
  }
}
