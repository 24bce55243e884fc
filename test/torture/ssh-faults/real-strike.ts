import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../rig/patience.ts';
import { endAll } from '../../rig/processes.ts';
import type { Told } from './fault.ts';
import type { Phase } from './phases.ts';
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
  const { project, folder, workspace } = stand;
  const step = phase === 'teardown' ? 'down' : 'fetch';
  if (kind.prepare) {
    kind.prepare(stand, phase);
    await stand.sshd.start();
  }
  const isBefore = phase === 'connect' && kind.amid === undefined;
  const blow = kind.strike && !isBefore ? blowIn(stand, kind, phase) : undefined;
  if (kind.strike && isBefore) await kind.strike(stand, phase, 0);
  const ended = await stand.run(PATIENCE, step);
  const missed = await blow;
  if (missed !== undefined) return told(`the fault did not strike: ${missed}`, ended);
  const wrong = judge(ended, toldAt(kind, phase), project.root, phase === 'teardown' ? RIGHT : undefined);
  if (wrong !== undefined) return told(wrong, ended);
  if (ended.code === 0 && phase === 'teardown' && existsSync(workspace)) return told('FALSE SUCCESS: the workspace is still there', ended);
  if (kind.wasThere?.(stand) === false) return told('the fault was not there', ended);
  await kind.mend?.(stand);
  if (kind.name === 'black hole') {
    const working = await workLeftIn(folder, home);
    if (working.length > 0) return told(`left behind in the silence: ${working.join('; ')}`, ended);
    stand.cut(); // as hours later sshd would
  }
  const left = await leftIn(folder, home);
  if (left.length > 0) return told(`left behind: ${left.join('; ')}`, ended);
  const next = await stand.run(PATIENCE, step);
  const isGone = phase !== 'teardown' || !existsSync(workspace);
  if (next.code === 0 && made(project.root) === RIGHT && isGone) return undefined;
  return told(
    `the next run, without the fault, is not right: ${made(project.root)}${isGone ? '' : ', and the workspace is still there'}`,
    next,
  );
}

function toldAt({ at, ...kind }: RealKind, phase: Phase): Told {
  const { fails, ...more } = at?.[phase] ?? {};
  const { mayEndWell, ...rest } = kind;
  return { ...rest, ...(mayEndWell && !fails ? { mayEndWell } : {}), ...more };
}

/** Strikes when the phase is there. Says why it could not. */
async function blowIn(stand: RealStand, kind: RealKind, phase: Phase): Promise<string | undefined> {
  const { turnstile, workspace } = stand;
  // The build waits by itself: until the fault is there, or for ever where only the far side can end it.
  const [pace, hold] = ['../pace', '../hold'].map((name) => join(workspace, name)) as [string, string];
  const isLong = (kind.codes ?? []).length > 0 && !kind.needsMount && !kind.mayEndWell && !kind.holds;
  const isBuild = phase === 'exec' || phase === 'stream';
  if (phase === 'stream') writeFileSync(join(workspace, '../chatter'), '');
  if (!isBuild) turnstile.close(phase);
  else if (isLong) writeFileSync(pace, '3000');
  else writeFileSync(hold, '');
  try {
    const started = join(workspace, 'work/started');
    if (isBuild) await until('the build is under way', () => existsSync(started), PATIENCE);
    const held = isBuild ? Number(readFileSync(started, 'utf8')) : await turnstile.reached(phase);
    rmSync(pace, { force: true });
    await kind.strike?.(stand, phase, held);
    return undefined;
  } catch (thrown) {
    return String(thrown);
  } finally {
    rmSync(hold, { force: true });
    turnstile.open(phase);
  }
}
