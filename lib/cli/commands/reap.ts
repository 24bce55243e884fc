import { makeFolder } from '../../io/replace.ts';
import { EXIT } from '../../run/exit-code.ts';
import { describeHolder } from '../../run/holder.ts';
import { tryLock } from '../../run/lock.ts';
import { whoAmI } from '../../run/self.ts';
import { documentOf } from '../../view/document.ts';
import { neutral } from '../../view/neutral.ts';
import { type Call, complain } from '../call.ts';
import { reapStacks } from '../compose/reap.ts';
import { reapMachines } from '../machine/reap.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import type { Reaped } from '../sandbox/in-turn.ts';
import { reapSandboxes } from '../sandbox/reap.ts';
import { stoppable } from '../stoppable.ts';

/** For cron and a timer of systemd: what could not be done now is left for the next time, and is no failure. */
export async function reap(call: Call): Promise<number> {
  const { options, surroundings } = call;
  const { io, state } = createdOf(call);
  const path = `${state}/locks/reap`;
  makeFolder(io.files, `${state}/locks`, 0o700);
  const held = tryLock(io, { path, self: whoAmI(io.files), command: 'sbx reap' });
  if (!held.ok) {
    complain(call, held.error);
    return EXIT.failed;
  }
  if (!('release' in held.value)) {
    call.err.write(`${describeHolder(held.value)} is at it\n`);
    return EXIT.done;
  }
  using _lock = held.value;
  return await stoppable(surroundings, async (signal) => {
    const dry = options.dryRun;
    const named = call.words.operands;
    const all = named.length > 0 ? await reapMachines({ call, dry, named }, signal) : await reapAll(call, dry, signal);
    if (all.length < named.length) {
      const hint = 'those that it knows go by `sbx destroy`, or by a teardown in their projects; sbx doctor names the others';
      complain(call, { message: `not all of ${named.join(', ')} are machines that sbx made and its journal does not know`, hint });
    }
    const [ended, left] = [all.filter(({ is }) => is === 'ended'), all.filter(({ is }) => is === 'left')];
    if (options.json) call.out.write(documentOf('reap', 1, { dryRun: dry, ended, left }));
    else {
      for (const one of ended) call.out.write(`${dry ? 'would end' : 'ended'} ${lineOf(one)}\n`);
      for (const one of left) call.out.write(`left ${lineOf(one)}\n`);
      if (all.length === 0 && named.length === 0 && options.level !== 'quiet') call.out.write('there is nothing to end\n');
    }
    return all.length < named.length ? EXIT.failed : EXIT.done;
  });
}

async function reapAll(call: Call, dry: boolean, signal: AbortSignal): Promise<readonly Reaped[]> {
  // The machines of sandboxes go with them; what is there afterwards is of projects.
  const sandboxes = await reapSandboxes({ call, dry }, signal);
  const stacks = await reapStacks(call, dry, signal);
  return [...sandboxes, ...stacks, ...(await reapMachines({ call, dry }, signal))];
}

function lineOf({ id, why, did, failure }: Reaped): string {
  return [`${id}: ${why}`, ...did.map((one) => `  ${one}`), ...(failure ? [`  ${failure.message}`] : [])]
    .map((line) => neutral(line))
    .join('\n');
}
