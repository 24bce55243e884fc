import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../../rig/cli.ts';
import { seeded } from '../../random.ts';
import type { Asked } from '../messages.ts';
import { type Coverage, watchCoverage } from './coverage.ts';
import { newFile } from './grammar.ts';
import { mutated } from './mutate.ts';
import { tryOne } from './one.ts';

export const CORPUS = join(REPOSITORY, 'test/torture/front-end/corpus');

/** Texts to begin with: what found or reached something before, and what is known to be wrong. */
export function corpus(): readonly string[] {
  return [CORPUS, join(REPOSITORY, 'test/config/bad')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );
}

const COVERAGE: { watch?: Coverage } = {};

interface Tried {
  readonly inputs: number;
  readonly wrong?: { readonly says: string; readonly text: string };
}

/** Tries so many inputs; ends with the first that something is wrong with. */
export async function tryInputs({ seed, count, limit, last, guided }: Asked & { readonly do: 'fuzz' }): Promise<Tried> {
  const random = seeded(seed);
  const pool = [...corpus()];
  if (guided) COVERAGE.watch ??= watchCoverage();
  for (let inputs = 0; inputs < count; inputs++) {
    const fresh = random.oneIn(3);
    const text = fresh ? newFile(random) : mutated(random.oneIn(3) ? newFile(random) : random.pick(pool), random.pick(pool), random);
    writeFileSync(last, text);
    const says = await judged(text, limit);
    if (says !== undefined) return { inputs: inputs + 1, wrong: { says, text } };
    if (guided && (COVERAGE.watch?.news() ?? 0) > 0) pool.push(text);
  }
  return { inputs: count };
}

/** Twice, if it took long: the engine may have been busy with something else. */
async function judged(text: string, limit: number): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    const before = process.cpuUsage();
    try {
      const wrong = await tryOne(text);
      if (wrong !== undefined) return wrong;
    } catch (thrown) {
      return `threw ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
    }
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1000;
    if (cpu <= limit) return undefined;
    if (attempt === 2) return `${Math.round(cpu)} ms of processor time`;
  }
}
