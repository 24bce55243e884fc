import { closeSync, lstatSync, openSync, readFileSync, renameSync, type Stats, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nonce, realClock, realFiles } from '../../../lib/io/io.ts';
import { realSpawn } from '../../../lib/io/process.ts';
import type { Files } from '../../../lib/model/io.ts';
import { pause } from '../../rig/patience.ts';
import { withWorkshop } from '../../run/real.ts';
import type { Answer, How, Job, Turns } from './job.ts';

/** Gives a file other content of the same size. */
export function change(path: string, text: string, how: How): void {
  if (how === 'renamed') {
    const beside = join(dirname(path), '../.new~'); // not among the inputs
    writeFileSync(beside, text);
    renameSync(beside, path);
    return;
  }
  const { atimeMs, mtimeMs } = lstatSync(path);
  const fd = openSync(path, 'r+');
  writeSync(fd, text, 0);
  closeSync(fd);
  if (how === 'same mtime') utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
}

/** Flips a file between two contents as fast as it can; ends with the second one. */
export async function flip({ path, texts, how }: Job & { readonly do: 'flip' }, turns: Turns): Promise<Answer> {
  let flips = 0;
  while (await turns.next()) {
    for (let i = 0; i < 20; i++) {
      change(path, texts[flips % 2 === 0 ? 1 : 0], how);
      flips += 1;
    }
    await pause(2); // others need the processor, too
  }
  change(path, texts[1], how);
  return { code: 0, said: '', counts: { flips }, wrong: [] };
}

/** File times as FAT has them, the coarsest in use. */
const TICK = 2000;
/** Time goes slower for sbx and its disk, so that a run fits into a tick on a busy machine too. */
const SLOWER = 20;

/**
 * Edits an input right after a run, size and mtime as they were, on a file system of coarse times: mostly within one tick, so that no stat tells.
 * `ahead`: milliseconds by which the clock of sbx is ahead of that of the file system, as on a network file system.
 */
export async function tick({ rounds, ahead }: Job & { readonly do: 'tick' }, turns: Turns): Promise<Answer> {
  const wrong: string[] = [];
  let within = 0;
  await withWorkshop(async ({ root, write, run }) => {
    const environment = new Map([
      ['PATH', process.env.PATH ?? ''],
      ['HOME', root],
    ]);
    const start = Date.now();
    const slowed = (time: number): number => start + (time - start) / SLOWER;
    const clock = { ...realClock, now: () => slowed(Date.now()) + ahead };
    const io = { files: coarse(slowed), clock, nonce, environment, spawn: realSpawn() };
    const step = { run: 'cat input > output', inputs: ['input'], outputs: ['output'] };
    const path = join(root, 'input');
    for (let round = 0; round < rounds && (await turns.next()); round++) {
      const texts = ['one', 'two'].map((word) => `${word} ${round % 10}\n`) as [string, string];
      write('input', texts[0]);
      const before = io.files.lstatSync(path);
      await run({ build: step }, { io });
      change(path, texts[1], 'same mtime');
      const after = io.files.lstatSync(path);
      if (before.ctimeMs === after.ctimeMs && before.mtimeMs === after.mtimeMs && before.ino === after.ino) within += 1;
      await run({ build: step }, { io });
      if (readFileSync(join(root, 'output'), 'utf8') !== texts[1]) wrong.push(`round ${round}: the edit was not seen`);
    }
  });
  return { code: 0, said: '', counts: { within }, wrong };
}

function coarse(slowed: (time: number) => number): Files {
  const tickOf = (time: number): number => Math.floor(slowed(time) / TICK) * TICK;
  const floored = (seen: Stats | undefined): Stats | undefined =>
    seen && Object.assign(seen, { mtimeMs: tickOf(seen.mtimeMs), ctimeMs: tickOf(seen.ctimeMs) });
  return {
    ...realFiles,
    lstatSync: ((...args: Parameters<typeof lstatSync>) => floored(realFiles.lstatSync(...args) as Stats)) as typeof lstatSync,
    statSync: ((...args: Parameters<typeof lstatSync>) => floored(realFiles.statSync(...args) as Stats)) as Files['statSync'],
    fstatSync: ((fd: number) => floored(realFiles.fstatSync(fd))) as Files['fstatSync'],
  };
}
