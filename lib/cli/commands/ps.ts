import { formatDuration } from '../../base/duration.ts';
import type { SandboxName } from '../../model/project.ts';
import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { rows } from '../../view/rows.ts';
import { type Call, complain } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { openOrSay } from '../open.ts';
import { stoppable } from '../stoppable.ts';
import { withLeftWork } from '../works/far.ts';
import { underWay } from '../works/under-way.ts';

interface Row {
  readonly run: string;
  /** Absent: between its steps. */
  readonly step?: string;
  readonly sandbox?: SandboxName;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** attached: followed by its run; lost: its link is down, and comes back or not; the others are what a killed run left: it goes on there, ended there, was killed there, or nobody knows. */
  readonly state: 'attached' | 'lost' | 'orphaned' | 'ended' | 'gone' | 'unknown';
}

/** What is under way: the run that works here, and what killed runs left on far sides, which are asked. */
export async function ps(call: Call): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  const io = effectsOf(call.surroundings);
  const { living, dead } = underWay(io.files, foldersOf(call.surroundings.environment, opened.project.root));
  const table: Row[] = [];
  if (living !== undefined) {
    const { run, since, steps, lost } = living;
    if (steps.length === 0) table.push({ run, since, state: 'attached' });
    for (const one of steps) table.push({ run, ...one, state: lost.has(one.sandbox) ? 'lost' : 'attached' });
  }
  return await stoppable(call.surroundings, async (signal) => {
    await withLeftWork(call, opened, dead, signal, async ({ left, down, failed }) => {
      for (const { sandbox, work } of left) {
        const { run, step, since, state } = work;
        table.push({ run, step, sandbox, since, state: state === 'on' || state === 'lost' ? 'orphaned' : state });
      }
      const told = (sandbox: SandboxName, state: Row['state']): void => {
        for (const { run, steps } of dead) for (const one of steps) if (one.sandbox === sandbox) table.push({ run, ...one, state });
      };
      for (const sandbox of down) told(sandbox, 'gone');
      for (const [sandbox, failure] of failed) {
        complain(call, failure);
        told(sandbox, 'unknown');
      }
    });
    const now = io.clock.now();
    if (call.options.json) call.out.write(documentOf('under-way', 1, { steps: table }));
    else if (table.length === 0) call.out.write('nothing is under way\n');
    else
      call.out.write(
        `${rows(
          table.map(({ run, step = '', sandbox = '', since, state }) => [
            run,
            step,
            sandbox,
            `for ${formatDuration(Math.max(0, now - since))}`,
            state,
          ]),
          call.columns,
        ).join('\n')}\n`,
      );
    return EXIT.done;
  });
}
