import { cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Trial } from '../row.ts';
import type { Pool } from './pool.ts';
import { play, type Situation } from './situations.ts';
import type { Station } from './station.ts';
import { removeAll } from './story.ts';

// Whole folders that are gone, or are something else. Where sbx cannot go on with that it says so, and goes on once it is mended.

const FOLDERS = [
  '.sbx',
  '.sbx/lock',
  '.sbx/trees',
  '.sbx/runs',
  '.sbx/stage',
  '.sbx/trash',
  '.sbx/replaced',
  '.sbx/tended',
  '.sbx/.gitignore',
  'store',
  'store/cas',
  'store/cas/sha256',
  'store/ac',
  'store/ac/v1',
  'store/tmp',
  'store/quarantine',
  'store/documents',
] as const;

const INSTEAD: { readonly [name: string]: (path: string) => void } = {
  'is gone': () => {},
  'is a file': (path) => writeFileSync(path, 'x'),
  'is a link to nowhere': (path) => symlinkSync('/nowhere/at/all', path),
  'has a file of somebody else in it': (path) => {
    if (existsSync(path) && !lstatSync(path).isDirectory()) rmSync(path);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'stranger'), 'x');
  },
};

const SITUATIONS: readonly Situation[] = [
  'nothing else',
  'back to what was built before',
  'new sources',
  'outputs and step records gone',
  'all that can be asked',
];

export function* folderTrials(stations: Pool<Station>): Generator<Trial> {
  let n = 0;
  for (const how of Object.keys(INSTEAD)) {
    for (const folder of FOLDERS) {
      const situation = SITUATIONS[n++ % SITUATIONS.length] as Situation;
      yield {
        name: `${folder} ${how}; then ${situation}`,
        run: () => stations.use((station) => replaced(station, folder, INSTEAD[how] as (path: string) => void, situation)),
      };
    }
  }
}

async function replaced(station: Station, folder: string, put: (path: string) => void, situation: Situation): Promise<string | undefined> {
  await station.reset();
  if (folder !== '.sbx') station.withoutEvidence();
  const path = folder.startsWith('store') ? station.store + folder.slice('store'.length) : join(station.project.root, folder);
  const aside = `${station.project.home}/aside`;
  removeAll(aside);
  if (existsSync(path)) renameSync(path, aside);
  if (put === INSTEAD['has a file of somebody else in it'] && existsSync(aside)) cpSync(aside, path, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  put(path);
  const { wrong, refused } = await play(station, situation);
  if (wrong === undefined) return undefined;
  // Without a folder for what it remembers it refuses, and names it; links in that folder too, since what is done there would happen elsewhere;
  // and a file that may be the lock of another version.
  const isLink = put === INSTEAD['is a link to nowhere'];
  const isHeld = folder === '.sbx/lock' && put === INSTEAD['is a file'];
  const mayRefuse = folder === '.sbx' || (folder.startsWith('.sbx') && isLink) || isHeld;
  if (!mayRefuse || !refused(folder)) return wrong;
  rmSync(path, { recursive: true, force: true });
  const mended = await play(station, situation);
  return mended.wrong && `refused, and then not mended: ${mended.wrong}`;
}
