import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../rig/patience.ts';
import { endAll } from '../../rig/processes.ts';
import type { Phase } from './fault.ts';
import type { RealKind } from './real-kinds.ts';
import { openRealStand, type RealStand } from './real-stand.ts';
import { mountSmall, unmount } from './stand.ts';
import { judge, leftIn, made, PATIENCE, RIGHT, told, workLeftIn } from './verdict.ts';

/** A run with the fault in one phase and OpenSSH over there, and one without it. Says what was wrong. */
export async function strikeReal(kind: RealKind, phase: Phase, folder: string): Promise<string | undefined> {
  mkdirSync(folder);
  try {
    const stand = await openRealStand(folder, kind.retries ?? 0, kind.settings);
    const home = `${stand.sshd.folder}/home`;
    try {
      if (kind.needsMount && !mountSmall(join(folder, 'far'))) return 'no small disk could be made';
      return await struck(stand, kind, phase, home);
    } finally {
      await stand[Symbol.asyncDispose]();
      endAll([`${folder}/`, home]);
    }
  } finally {
    if (kind.needsMount) unmount(join(folder, 'far'));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function struck(stand: RealStand, kind: RealKind, phase: Phase, home: string): Promise<string | undefined> {
  const { project, folder } = stand;
  if (kind.prepare) {
    kind.prepare(stand, phase);
    await stand.sshd.start();
  }
  const blow = kind.strike && phase !== 'connect' ? blowIn(stand, kind, phase) : undefined;
  if (kind.strike && phase === 'connect') await kind.strike(stand, phase);
  let ended = await stand.run(PATIENCE);
  const missed = await blow;
  if (missed !== undefined) return told(`the fault did not strike: ${missed}`, ended);
  // Nobody connects again by himself before the first step: the next run finds it.
  if (kind.breaks && phase === 'first command') {
    const early = judge(ended, { codes: ['link-lost'], says: /the connection was lost/ }, project.root);
    if (early !== undefined) return told(early, ended);
    ended = await stand.run(PATIENCE);
  }
  const wrong = judge(ended, kind, project.root);
  if (wrong !== undefined) return told(wrong, ended);
  if (kind.wasThere?.(stand) === false) return told('the fault was not there', ended);
  await kind.mend?.(stand);
  if (kind.name === 'black hole') {
    const working = await workLeftIn(folder, home);
    if (working.length > 0) return told(`left behind in the silence: ${working.join('; ')}`, ended);
    stand.cut(); // as hours later sshd would
  }
  const left = await leftIn(folder, home);
  if (left.length > 0) return told(`left behind: ${left.join('; ')}`, ended);
  const next = await stand.run(PATIENCE);
  if (next.code === 0 && made(project.root) === RIGHT) return undefined;
  return told(`the next run, without the fault, is not right: ${made(project.root)}`, next);
}

/** Strikes when the phase is there. Says why it could not. */
async function blowIn(stand: RealStand, kind: RealKind, phase: Phase): Promise<string | undefined> {
  const { turnstile, workspace } = stand;
  // The build waits by itself: until the fault is there, or for ever where only the far side can end it.
  const [pace, hold] = ['../pace', '../hold'].map((name) => join(workspace, name)) as [string, string];
  const isLong = (kind.codes ?? []).length > 0 && !kind.needsMount && !kind.mayEndWell;
  if (phase !== 'build') turnstile.close(phase);
  else if (isLong) writeFileSync(pace, '3000');
  else writeFileSync(hold, '');
  try {
    if (phase === 'build') await until('the build is under way', () => existsSync(join(workspace, 'work/started')), PATIENCE);
    else await turnstile.reached(phase);
    rmSync(pace, { force: true });
    await kind.strike?.(stand, phase);
    return undefined;
  } catch (thrown) {
    return String(thrown);
  } finally {
    rmSync(hold, { force: true });
    turnstile.open(phase);
  }
}
