import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause, until } from '../../rig/patience.ts';
import type { Asked, Said } from '../../rig/peer.ts';
import { endAll } from '../../rig/processes.ts';
import { type Kind, PROGRAM, type Spot } from './kinds.ts';
import { mountSmall, openStand, type Stand, unmount } from './stand.ts';
import { judge, leftIn, made, PATIENCE, RIGHT, told } from './verdict.ts';

/** A run with the fault in one phase, and one without it. Says what was wrong. */
export async function strikeIn(kind: Kind, phase: Spot, delay: number, folder: string): Promise<string | undefined> {
  mkdirSync(folder);
  try {
    const stand = await openStand(folder, { connect: 10, alive: 2 }, kind.retries ?? 0);
    if (kind.needsMount && !mountSmall(join(folder, 'far'))) return 'no small disk could be made';
    try {
      return await struckIn(stand, kind, phase, delay);
    } finally {
      await stand[Symbol.asyncDispose]();
      endAll([`${folder}/`]);
    }
  } finally {
    if (kind.needsMount) unmount(join(folder, 'far'));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function struckIn(stand: Stand, kind: Kind, phase: Spot, delay: number): Promise<string | undefined> {
  const { peer, project, workspace, folder } = stand;
  let struck = kind.answer === undefined && kind.strike === undefined;
  kind.prepare?.(stand, phase);
  // A build that the link is taken from goes on by itself for ever: only the far side can end it.
  const pace = join(workspace, '../pace');
  const isLong = phase === 'build' && kind.strike !== undefined && (kind.codes ?? []).length > 0 && !kind.needsMount;
  if (isLong) writeFileSync(pace, '3000');
  // One that it survives goes on only when the fault is there.
  const hold = join(workspace, '../hold');
  if (phase === 'build' && kind.strike !== undefined && !isLong) writeFileSync(hold, '');
  const atOnce = phase === 'connect' && kind.answer === undefined && kind.strike !== undefined;
  if (atOnce) {
    struck = true;
    await kind.strike?.(stand, phase, 0);
  }
  let missed: unknown;
  const blow = async (asked: Asked): Promise<Said | undefined> => {
    if (kind.answer !== undefined) return kind.answer(asked, stand, phase);
    const ran = asked.program === 'job' ? asked.honest() : undefined;
    if (ran !== undefined) await until('the build is under way', () => existsSync(join(workspace, 'work/started')));
    if (delay > 0) await pause(delay);
    rmSync(pace, { force: true });
    await kind.strike?.(stand, phase, 0);
    rmSync(hold, { force: true });
    return ran;
  };
  peer.lie = async (asked) => {
    if (struck || asked.program !== PROGRAM[phase]) return undefined;
    struck = true;
    return await blow(asked).catch((thrown: unknown) => {
      missed = thrown;
      return { stdout: Buffer.alloc(0) };
    });
  };
  let ended = await stand.run(PATIENCE);
  // Nobody connects again by himself before the first step: the next run finds it.
  const again = kind.breaks && phase === 'first command';
  if (again) {
    const early = judge(ended, { ...kind, codes: ['link-lost'], says: /the connection was lost/ }, project.root);
    if (early !== undefined) return told(early, ended);
    ended = await stand.run(PATIENCE);
  }
  if (missed !== undefined) return told(`the fault did not strike: ${missed}`, ended);
  const wrong = struck ? judge(ended, kind, project.root) : 'the fault did not strike';
  if (wrong !== undefined) return told(wrong, ended);
  peer.lie = undefined;
  // Where nobody tells the far side that the link is gone, it finds that out by the silence.
  const late = kind.name === 'black hole' ? await leftIn(folder) : [];
  if (late.length > 0) return told(`left behind in the silence: ${late.join('; ')}`, ended);
  await kind.mend?.(stand);
  if (existsSync(join(folder, 'unstruck'))) return told('the fault did not strike', ended);
  peer.grants = () => true;
  const left = await leftIn(folder);
  if (left.length > 0) return told(`left behind: ${left.join('; ')}`, ended);
  const next = await stand.run(PATIENCE);
  if (next.code !== 0 || made(project.root) !== RIGHT)
    return told(`the next run, without the fault, is not right: ${made(project.root)}`, next);
  return undefined;
}
