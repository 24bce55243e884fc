// One project for all tools: a step that joins its inputs into dist/all.bin and copies them to dist/parts.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';

const FILES = 120;
const SIZE = 20_000;

export const COMMAND = 'mkdir -p dist/parts && cp in/* dist/parts/ && cat in/* > dist/all.bin';

export function writeInputs(folder: string, random: Random): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'in'), { recursive: true });
  mkdirSync(join(folder, '.home'));
  for (let file = 0; file < FILES; file++) writeFileSync(join(folder, 'in', `${1000 + file}.bin`), random.bytes(SIZE));
}

/** What is wrong with the products, compared with the inputs themselves; undefined if they are right. */
export function wrongProduct(folder: string): string | undefined {
  const names = readdirSync(join(folder, 'in')).sort();
  const inputs = names.map((name) => readFileSync(join(folder, 'in', name)));
  if (!bytesOf(folder, 'dist/all.bin')?.equals(Buffer.concat(inputs))) return 'dist/all.bin';
  const other = names.findIndex((name, at) => !bytesOf(folder, `dist/parts/${name}`)?.equals(inputs[at] as Buffer));
  return other < 0 ? undefined : `dist/parts/${names[other]}`;
}

function bytesOf(folder: string, path: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, path));
  } catch {
    return undefined; // missing is as wrong as altered
  }
}
