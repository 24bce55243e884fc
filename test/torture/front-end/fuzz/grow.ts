// node .build/test/torture/front-end/fuzz/grow.js MINUTES [SEED]: looks for inputs that reach what no input reached before, and keeps them in ../corpus.
// With 0 minutes: takes those out of it that reach nothing that smaller ones do not reach.
import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../../../lib/base/digest.ts';
import { seeded } from '../../random.ts';
import { watchCoverage } from './coverage.ts';
import { newFile } from './grammar.ts';
import { mutated } from './mutate.ts';
import { tryOne } from './one.ts';
import { CORPUS, corpus } from './try.ts';

const LONGEST = 2000;
const [minutes = '1', seed = `${process.pid}`] = process.argv.slice(2);
const coverage = watchCoverage();

async function reaches(text: string): Promise<boolean> {
  const wrong = await tryOne(text).catch((thrown) => String(thrown));
  if (wrong !== undefined) console.log(`WRONG ${wrong}\n${text}\n`);
  return coverage.news() > 0;
}

async function prune(): Promise<void> {
  const files = readdirSync(CORPUS).map((name) => ({ file: join(CORPUS, name), text: readFileSync(join(CORPUS, name), 'utf8') }));
  for (const { file, text } of files.toSorted((a, b) => a.text.length - b.text.length)) if (!(await reaches(text))) unlinkSync(file);
}

async function grow(): Promise<void> {
  const random = seeded(seed);
  const pool = [...corpus()];
  for (const text of pool) await reaches(text);
  const end = performance.now() + Number(minutes) * 60_000;
  while (performance.now() < end) {
    const text = random.oneIn(3) ? newFile(random) : mutated(random.pick(pool), random.pick(pool), random);
    if (text.length > LONGEST || !(await reaches(text))) continue;
    pool.push(text);
    writeFileSync(join(CORPUS, `${digestOf(text).slice(0, 12)}.yaml`), text);
  }
}

mkdirSync(CORPUS, { recursive: true });
await (minutes === '0' ? prune() : grow());
