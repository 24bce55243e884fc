import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill as end } from '../../rig/processes.ts';
import type { Random } from '../random.ts';
import { writeInputs, wrongProduct } from './project.ts';
import type { Peer } from './tools.ts';

/** `right`: exit 0 and every product as it should be; `wrong`: exit 0 and one is not; `refused`: it failed, and said so. */
export type Answer = 'right' | 'wrong' | 'refused';

interface Attack {
  readonly name: string;
  readonly says: string;
  readonly needsCache?: true;
  /** The worst answer of the builds after the blow. */
  strike(peer: Peer, folder: string, random: Random): Promise<Answer>;
}

export const ATTACKS: readonly Attack[] = [
  { name: 'flip', says: 'one bit of the cache flipped, products deleted', needsCache: true, strike: onCache(flip) },
  { name: 'truncate', says: 'one file of the cache cut short, products deleted', needsCache: true, strike: onCache(cutShort) },
  { name: 'product', says: 'one bit of a product flipped', strike: onProduct },
  { name: 'kill', says: 'killed at any moment after the first product appeared; built again; products deleted, built again', strike: kill },
];

function onCache(damage: (file: string, random: Random) => void): Attack['strike'] {
  return async (peer, folder, random) => {
    await fresh(peer, folder, random);
    damage(someFile(join(folder, peer.cache ?? ''), random), random);
    rmSync(join(folder, 'dist'), { recursive: true });
    return answer(peer, folder);
  };
}

async function onProduct(peer: Peer, folder: string, random: Random): Promise<Answer> {
  await fresh(peer, folder, random);
  flip(join(folder, 'dist/all.bin'), random);
  return answer(peer, folder);
}

async function kill(peer: Peer, folder: string, random: Random): Promise<Answer> {
  prepare(peer, folder, random);
  const { working } = await build(peer, folder);
  rmSync(folder, { recursive: true });
  prepare(peer, folder, random);
  await build(peer, folder, random.below(Math.ceil(working)));
  const again = await answer(peer, folder);
  if (again !== 'right') return again;
  rmSync(join(folder, 'dist'), { recursive: true });
  return answer(peer, folder);
}

function prepare(peer: Peer, folder: string, random: Random): void {
  writeInputs(folder, random);
  peer.write(folder);
}

async function fresh(peer: Peer, folder: string, random: Random): Promise<void> {
  prepare(peer, folder, random);
  const { code, output } = await build(peer, folder);
  const wrong = wrongProduct(folder);
  if (code !== 0 || wrong) throw new Error(`${peer.name} does not build at all: exit ${code}, wrong: ${wrong}\n${output}`);
}

async function answer(peer: Peer, folder: string): Promise<Answer> {
  const { code } = await build(peer, folder);
  if (code !== 0) return 'refused';
  return wrongProduct(folder) === undefined ? 'right' : 'wrong';
}

interface Built {
  readonly code: number | null;
  readonly output: string;
  /** Milliseconds from the first sight of a product to the end. */
  readonly working: number;
}

/** Runs the tool in a process group of its own; `killAfter` milliseconds after the first sight of a product the whole group is killed. */
function build(peer: Peer, folder: string, killAfter = Number.POSITIVE_INFINITY): Promise<Built> {
  const { words, env } = peer.build(folder);
  const [file = '', ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: join(folder, '.home'), CI: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
    let since = Number.POSITIVE_INFINITY;
    const look = setInterval(() => {
      if (since > performance.now() && existsSync(join(folder, 'dist'))) since = performance.now();
      if (performance.now() - since >= killAfter) killGroup(child.pid);
    }, 1);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(look);
      resolve({ code, output: said.join(''), working: Math.max(1, performance.now() - since) });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid !== undefined) end(-pid);
}

/** The file below `folder` that holds a random one of all its bytes. */
function someFile(folder: string, random: Random): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const sizes = files.map((file) => statSync(file).size);
  let left = random.below(sizes.reduce((sum, size) => sum + size, 0));
  for (const [at, size] of sizes.entries()) {
    left -= size;
    if (left < 0) return files[at] as string;
  }
  throw new Error(`nothing lies in ${folder}`);
}

function flip(file: string, random: Random): void {
  const bytes = readFileSync(file);
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  rewrite(file, bytes);
}

function cutShort(file: string, random: Random): void {
  const bytes = readFileSync(file);
  rewrite(file, bytes.subarray(0, random.below(bytes.length)));
}

/** In place, also where the file is read-only. */
function rewrite(file: string, bytes: Uint8Array): void {
  const { mode } = statSync(file);
  chmodSync(file, 0o600);
  writeFileSync(file, bytes);
  chmodSync(file, mode);
}
