/** node hooked.js PLAN ARGS...: the built program, which dies by SIGKILL at one of its changes of the disk. */
import { createRequire } from 'node:module';
import { type CrashPoint, dying } from './dying.ts';
import { unwatched, watchDisk } from './watch.ts';

export interface Plan {
  /** The program. */
  readonly sbx: string;
  readonly base: string;
  readonly point: CrashPoint;
  /** A file that is made if the point was not on the way this time: it dies at its very end then. */
  readonly missed: string;
}

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
process.argv = [process.execPath, plan.sbx, ...process.argv.slice(3)];
const watcher = { base: plan.base, at: dying(plan.point, die) };
watchDisk(() => watcher);
process.on('exit', () => {
  unwatched.writeFileSync(plan.missed, '');
  die();
});
createRequire(import.meta.url)(plan.sbx);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
