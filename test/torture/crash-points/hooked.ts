/** node hooked.js PLAN ARGS...: the built program, which dies by SIGKILL at one of its changes of the disk. */
import { createRequire } from 'node:module';
import { type CrashPoint, dying } from './dying.ts';
import { watchDisk } from './watch.ts';

export interface Plan {
  /** The program. */
  readonly sbx: string;
  readonly base: string;
  readonly point: CrashPoint;
}

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
process.argv = [process.execPath, plan.sbx, ...process.argv.slice(3)];
const watcher = { base: plan.base, at: dying(plan.point, die) };
watchDisk(() => watcher);
createRequire(import.meta.url)(plan.sbx);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
