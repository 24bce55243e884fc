// node .build/test/torture/front-end/fuzz/grow.js MINUTES [SEED]: looks for inputs that reach what no input reached before, and keeps them in ../corpus.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../../../lib/base/digest.ts';
import { seeded } from '../../random.ts';
import { type Coverage, watchCoverage } from './coverage.ts';
import { newFile } from './grammar.ts';
import { mutated } from './mutate.ts';
import { tryOne } from './one.ts';
import { CORPUS, corpus } from './try.ts';

const [minutes = '1', seed = `${process.pid}`] = process.argv.slice(2);

async function reaches(text: string, coverage: Coverage): Promise<boolean> {
  const wrong = await tryOne(text).catch((thrown) => String(thrown));
  if (wrong !== undefined) console.log(`WRONG ${wrong}\n${text}\n`);
  return coverage.news() > 0;
}

async function grow(): Promise<readonly string[]> {
  const random = seeded(seed);
  const coverage = watchCoverage();
  const pool = [...corpus()];
  const known = pool.length;
  for (const text of pool) await reaches(text, coverage);
  const end = performance.now() + Number(minutes) * 60_000;
  for (let tried = 0; performance.now() < end; tried++) {
    const text = random.oneIn(3) ? newFile(random) : mutated(random.pick(pool), random.pick(pool), random);
    if (await reaches(text, coverage)) pool.push(text);
    if (tried % 1000 === 0) console.log(`${tried} inputs, ${pool.length - known} reached something new`);
  }
  coverage.close();
  return pool.slice(known);
}

// The smallest first; what then reaches nothing new is not kept.
const found = (await grow()).toSorted((a, b) => a.length - b.length);
const kept = watchCoverage();
for (const text of corpus()) await reaches(text, kept);
for (const text of found) {
  if (!(await reaches(text, kept))) continue;
  mkdirSync(CORPUS, { recursive: true });
  writeFileSync(join(CORPUS, `${digestOf(text).slice(0, 12)}.yaml`), text);
}
