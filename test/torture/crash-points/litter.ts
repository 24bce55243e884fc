import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { must } from './scenario.ts';
import { age, type World } from './world.ts';

/** Every kind of file that sbx keeps. The rest is litter. */
const HOME = [
  /^\.cache\/sbx\/cas\/sha256\/(..)\/\1[0-9a-f]{62}$/,
  /^\.cache\/sbx\/ac\/v1\/[0-9a-f]{64}$/,
  /^\.cache\/sbx\/documents\/[0-9a-f]{64}$/,
  /^\.cache\/sbx\/(code|quarantine)\//,
  /^\.state\/sbx\/(machine-id|owned\.ndjson)$/,
];
const PROJECT = [
  /^(\.gitignore|steps|places|memo|evidence|tended)$/,
  /^receipts\/\w+$/,
  /^trees\/[0-9a-f]{64}$/,
  /^runs\/[^/]+\/(journal\.ndjson|[^/]+\.log)$/,
  /^(trash|replaced)\//,
  /^embedded\/box\/work\/(?!\.sbx\/)/,
  /^embedded\/box\/work\/\.sbx\/aside\//,
  /^embedded\/box\/work\/\.sbx\/(sentinel|receipt|sent|seen|holds\/\w+)$/,
];

/** Half-written files that stay when days have gone by, the store was collected and the project was run again; undefined if there are none. */
export async function litterOf(world: World): Promise<string | undefined> {
  if (litter(world).length === 0) return undefined;
  for (const part of [join(world.base, 'home'), ...[world.project, world.other].map(({ root }) => join(root, '.sbx'))]) {
    if (existsSync(part)) age(part);
  }
  await must(world.project, ['cache', 'gc']);
  await runOnce(world, 'beta, for the last time\n');
  const left = litter(world);
  if (left.length === 0) return undefined;
  // What was kept of the work of that very run goes a moment after its end, or with the next run.
  await runOnce(world, 'beta, for good\n');
  const forEver = litter(world).filter((path) => left.includes(path));
  return forEver.length > 0 ? `left for ever: ${forEver.join(', ')}` : undefined;
}

async function runOnce(world: World, beta: string): Promise<void> {
  for (const { root, sbx, write } of [world.project, world.other]) {
    const isFar = existsSync(join(root, '.sbx/embedded'));
    if (isFar) write('src/b', beta); // a sync that sends something sweeps the far side
    if (existsSync(join(root, '.sbx'))) await sbx(['run', '--force', isFar ? 'fetch' : 'check']);
  }
}

function litter(world: World): readonly string[] {
  const projects = [world.project.root, world.other.root].map((root) => join(root, '.sbx'));
  return [...strangers(join(world.base, 'home'), HOME), ...projects.flatMap((folder) => strangers(folder, PROJECT))];
}

function strangers(folder: string, known: readonly RegExp[]): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !lstatSync(path).isDirectory() || isStrange(relative(folder, path)))
    .map((path) => relative(folder, path))
    .filter((path) => !known.some((kind) => kind.test(path)));
}

/** Folders come and go with what is in them, but for these: each has a name of its own. */
function isStrange(path: string): boolean {
  return /^(lock\..+|stage\/.+|.*\/gc\.lock\..+)$/.test(path);
}
