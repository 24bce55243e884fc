import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute, REPOSITORY, SBX } from '../../rig/cli.ts';
import { projectIn } from '../../rig/project.ts';
import type { Random } from '../random.ts';
import type { Trial } from '../row.ts';
import type { Pool } from './pool.ts';
import { type Ran, toldBy } from './station.ts';
import { removeAll } from './story.ts';
import { exchange, WAYS, type Way, wayOf } from './ways.ts';

// The compiled code that V8 keeps of sbx itself: V8 does not check it, and crashes on damage.

const PATIENCE = 40_000;

interface Press {
  /** The kept code by chunk. */
  readonly chunks: readonly string[];
  chunk(name: string): string;
  /** As it was kept first. */
  reset(): void;
  run(): Promise<Ran>;
  output(): string;
}

/** An installation of sbx of its own, with its code kept. */
export async function makePress(folder: string): Promise<Press> {
  const home = join(folder, 'package');
  mkdirSync(join(home, 'dist'), { recursive: true });
  cpSync(join(REPOSITORY, 'package.json'), join(home, 'package.json'));
  cpSync(SBX, join(home, 'dist/sbx.cjs'));
  cpSync(join(dirname(SBX), 'chunks'), join(home, 'dist/chunks'), { recursive: true });
  const project = projectIn(join(folder, 'project'), join(folder, 'home'));
  project.write('Sandboxfile.yaml', 'version: 1\nsteps: { a: { task: shell, run: cat in >out, inputs: [in], outputs: [out] } }\n');
  project.write('in', 'in\n');
  const run = async (): Promise<Ran> => {
    const invocation = { cwd: project.root, home: project.home, signal: AbortSignal.timeout(PATIENCE) };
    return toldBy(await execute(process.execPath, [join(home, 'dist/sbx.cjs'), 'run', '--json', '--force', 'a'], invocation));
  };
  await run();
  const code = join(home, 'dist/code');
  const kept = join(code, readdirSync(code)[0] ?? '');
  for (const name of readdirSync(kept)) writeFileSync(join(kept, name), '');
  await run(); // keeps again what every such run loads
  for (const name of readdirSync(kept)) if (lstatSync(join(kept, name)).size === 0) removeAll(join(kept, name));
  const good = new Map(readdirSync(kept).map((name) => [name, readFileSync(join(kept, name))] as const));
  return {
    chunks: [...good.keys()].sort(),
    chunk: (name) => join(kept, name),
    reset() {
      removeAll(kept);
      mkdirSync(kept);
      for (const [name, bytes] of good) writeFileSync(join(kept, name), bytes);
    },
    run,
    output: () => project.read('out'),
  };
}

/** Endless: every chunk with every kind of damage, and two exchanged. */
export function* codeTrials(random: Random, presses: Pool<Press>): Generator<Trial> {
  const [first] = presses.all;
  for (let round = 0; ; round++) {
    const order = random.fork(`round ${round}`);
    const chunks = order.shuffled(first?.chunks ?? []).map((_, n) => n);
    for (const kind of order.shuffled(WAYS)) {
      const way = wayOf(kind, order);
      const n = order.pick(chunks);
      yield { name: `code ${n}: ${way.name} (${round})`, run: () => presses.use((press) => harmed(press, n, way)) };
    }
    const [a = 0, b = 1] = order.shuffled(chunks);
    const swap: Way = { name: '', isContent: true, harm: () => {} };
    yield { name: `code ${a} and ${b} exchanged (${round})`, run: () => presses.use((press) => harmed(press, a, swap, b)) };
  }
}

async function harmed(press: Press, n: number, way: Way, other?: number): Promise<string | undefined> {
  press.reset();
  const path = press.chunk(press.chunks[n] ?? '');
  if (other !== undefined) exchange(path, press.chunk(press.chunks[other] ?? ''));
  way.harm(path);
  const before = shown(path);
  for (const when of ['first', 'second']) {
    const ran = await press.run();
    if (ran.signal !== null) return `the ${when} run ended by ${ran.signal}`;
    if (ran.fault !== undefined) return ran.fault;
    if (ran.code !== 0 || ran.outcomes.a !== 'succeeded' || press.output() !== 'in\n')
      return `${when} run: ${ran.code} ${ran.stdout}${ran.stderr}`;
    if (ran.stderr !== '') return `${when} run says ${ran.stderr}`;
  }
  // It was met if it was found: then what is right is kept again, unless something that is no file is in its place.
  if (!way.isContent || shown(path) !== before) return undefined;
  removeAll(path);
  await press.run();
  return shown(path) === undefined ? undefined : `${press.chunks[n]} is as it was harmed`; // else no run loads it any more
}

function shown(path: string): string | undefined {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, 'latin1') : undefined;
  } catch {
    return undefined;
  }
}
