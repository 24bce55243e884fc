// The process of one test file. It trusts nothing that the file does: the exit code is failure until the very end, and what happened is told
// on file descriptor 3 while it happens. uvu by itself exits 0 for a forgotten run(), a leftover only, a throwing hook or no tests at all.
import { readFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Line } from './report.ts';

type Queued = () => Promise<[errors: string | true, ran: number, skipped: number, total: number]>;

const HANG = 5000; // milliseconds that live handles may take to end after the last test
const PASS = '• ';
const FAIL = '✘ ';

const file = process.argv[2] ?? '';
const exit = process.exit.bind(process);
const printed = process.stdout.write.bind(process.stdout);
process.exitCode = 1;

function tell(line: Line): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}
const trouble = (text: string): void => tell({ type: 'trouble', text });

let current: { readonly name: string; readonly since: number } | undefined;
let passed = 0;

/** uvu says which test runs by writing to a property of a state object that it keeps to itself, and how it went by printing one of two marks. */
async function loadUvu(): Promise<typeof import('uvu')> {
  const queue = { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [[null]] };
  Object.assign(globalThis, queue);
  Object.defineProperty(Object.prototype, '__test__', {
    configurable: true,
    set(this: object) {
      Object.defineProperty(this, '__test__', { get: () => current?.name ?? '', set: begin });
    },
  });
  const uvu = await import('uvu');
  delete (Object.prototype as { __test__?: unknown }).__test__;
  process.stdout.write = ((chunk: unknown, ...rest: []) => {
    if (current === undefined || (chunk !== PASS && chunk !== FAIL)) {
      return typeof chunk === 'string' && /^ {2}\(\d+ \/ \d+\)\n$/.test(chunk) ? true : printed(chunk as string, ...rest);
    }
    if (chunk === PASS) passed += 1;
    tell({ type: 'ended', name: current.name, passed: chunk === PASS, ms: Math.round(performance.now() - current.since) });
    current = undefined;
    return true;
  }) as typeof process.stdout.write;
  return uvu;
}

function begin(name: string): void {
  current = name === '' ? undefined : { name, since: performance.now() };
  if (current) tell({ type: 'started', name });
}

function checkImports(): void {
  for (const found of readFileSync(file, 'utf8').matchAll(/^import\s+(.*?)\s+from\s+['"]uvu['"]/gm)) {
    if (found[1] !== '{ test }') trouble(`imports ${found[1]} from uvu: only { test } is watched here`);
  }
}

async function main(): Promise<void> {
  const { test } = await loadUvu();
  const groups = (globalThis as unknown as { UVU_QUEUE: (Queued | null)[][] }).UVU_QUEUE;
  const queue = groups[0] ?? [];
  const run = test.run;
  let runs = 0;
  let skipped = 0;
  const refuse = (what: string) => (): never => {
    trouble(`${what} is refused: uvu swallows what it throws; use withFolder and the like inside the test`);
    throw new Error(`${what} is refused`);
  };
  const each = (what: string) => Object.assign(refuse(what), { each: refuse(`${what}.each`) });
  Object.assign(test, {
    before: each('test.before'),
    after: each('test.after'),
    only: (name: string) => trouble(`test.only left in the file: ${name}`),
    skip: (name: string) => trouble(`test.skip without a reason: ${name}; use leftOut(reason) or needing(program)`),
    leftOut: (name: string, reason: string) => {
      skipped += 1;
      tell({ type: 'left-out', name, reason });
    },
    run: () => {
      runs += 1;
      run();
    },
  });
  checkImports();
  await import(pathToFileURL(file).href);
  let total = 0;
  let ran = 0;
  let failed = 0;
  let errors = '';
  const work = async (): Promise<number> => {
    let found = 0;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next === null) continue;
      const [wrong, good, , all] = await next();
      if (wrong !== true) errors += wrong;
      found += all;
      ran += good;
      failed += all - good;
    }
    return found;
  };
  if (queue.filter((one) => one !== null).length !== runs) trouble('a suite is not watched here: use test');
  total += await work();
  run(); // whatever is still registered was registered after the last test.run()
  const late = await work();
  if (late > 0) trouble(`${late} of its tests registered without a test.run() after them`);
  if (groups.length !== 1) trouble('the queue of uvu was tampered with');
  if (total + late + skipped === 0) trouble('no tests in this file');
  if (ran !== passed) trouble(`${ran} tests passed and ${passed} were seen to pass`);
  tell({ type: 'done', passed: ran, failed, errors });
  process.exitCode = failed === 0 && late === 0 ? 0 : 1;
  setTimeout(() => {
    trouble(`still alive ${HANG / 1000} s after its last test, because of ${process.getActiveResourcesInfo().join(', ')}`);
    exit(1);
  }, HANG).unref();
}

main().catch((error: unknown) => {
  trouble(error instanceof Error ? (error.stack ?? error.message) : String(error));
  exit(1);
});
