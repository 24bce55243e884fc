// npm run mutants [-- ISSUE] [-- --short]: each patch below test/mutants breaks what was built; what the patch names must then fail.
// A patch starts with lines `Test: FILE` and `Name: THE TEST`, or `Torture: ROW` and `Match: PART OF TRIAL NAMES`; then `Why: ...`. `Short: yes` makes it part of npm test.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const COPIED = [
  'lib',
  'tasks',
  'recipes',
  'profiles',
  'examples',
  'docs',
  'test',
  '.ci',
  'package.json',
  'tsconfig.json',
  'sandboxfile.schema.json',
];
const SLOTS = 2;
const { values, positionals } = parseArgs({ options: { short: { type: 'boolean' } }, allowPositionals: true });

process.exitCode = 1;
const patches = readdirSync(join(ROOT, 'test/mutants'), { recursive: true })
  .filter((name) => name.endsWith('.patch') && (positionals.length === 0 || positionals.some((part) => name.includes(part))))
  .map((name) => ({ name, head: headOf(readFileSync(join(ROOT, 'test/mutants', name), 'utf8')) }))
  .filter(({ head }) => !values.short || head.Short === 'yes')
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const waiting = patches.values();
const results = [];
await Promise.all(Array.from({ length: SLOTS }, work));
if (patches.length === 0) console.log('no patch matches');
mkdirSync(join(ROOT, '.build'), { recursive: true });
if (patches.length > 0) writeFileSync(join(ROOT, '.build/mutants.json'), `${JSON.stringify(results, undefined, 1)}\n`);
const failed = results.filter((one) => one.survived).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && (patches.length > 0 || positionals.length === 0) ? 0 : 1;

async function work() {
  for (const { name, head } of waiting) {
    const start = performance.now();
    const survived = await withCopy((copy) => survives(copy, name, head));
    results.push({ name, survived });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${survived ? 'FAIL' : 'ok  '} ${name} ${seconds} s${survived ? `: ${survived}` : ''}`);
  }
}

function headOf(patch) {
  return Object.fromEntries([...patch.split('\ndiff ')[0].matchAll(/^(\w+): (.*)$/gm)].map(([, key, value]) => [key, value]));
}

async function withCopy(use) {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-mutant-')));
  try {
    for (const one of COPIED)
      if (existsSync(join(ROOT, one))) cpSync(join(ROOT, one), join(copy, one), { recursive: true, verbatimSymlinks: true });
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(copy, 'node_modules'));
    mkdirSync(join(copy, 'tmp'), { mode: 0o1777 });
    return await use(copy);
  } finally {
    endLeftovers(copy);
    rmSync(copy, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
  }
}

/** Why the mutant was not caught; undefined if what it names failed. */
async function survives(copy, name, head) {
  if (!(head.Test && head.Name) && !head.Torture) return 'its head names neither Test and Name nor Torture';
  const applied = await run(copy, 'git', ['apply', '--unsafe-paths', `--directory=${copy}`, join(ROOT, 'test/mutants', name)]);
  if (applied.status !== 0) return `does not apply: ${applied.output.trim()}`;
  await run(copy, join(copy, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']); // emits also where the mutant breaks the types
  const built = await run(copy, process.execPath, ['.ci/build.mjs']);
  if (built.status !== 0) return `does not build: ${built.output.trim()}`;
  const report = join(copy, '.build/mutant');
  return head.Torture ? survivesTorture(copy, report, head) : survivesTest(copy, report, head);
}

async function survivesTest(copy, report, { Test: file, Name: test }) {
  await run(copy, process.execPath, ['.build/test/rig/main.js', '--report', report, file]);
  if (!existsSync(report)) return `${file} did not run`;
  const results = JSON.parse(readFileSync(report, 'utf8')).reports;
  const found = results.flatMap((one) => one.tests).find((one) => one.name === test);
  if (!found) return `${file} has no test of that name, or did not get to it: ${test}`;
  return found.is === 'failed' || results.some((one) => one.troubles.some((text) => text.includes(test)))
    ? undefined
    : `not caught by ${file}: ${test}`;
}

async function survivesTorture(copy, report, { Torture: row, Match: match }) {
  const words = match ? ['--match', match] : [];
  const { output } = await run(copy, process.execPath, ['.build/test/torture/main.js', row, '--until-wrong', '--report', report, ...words]);
  const file = join(report, `${row}.json`);
  if (!existsSync(file)) return `${row} did not run: ${output.slice(-1000)}`;
  const [{ cases, wrong }] = Object.values(JSON.parse(readFileSync(file, 'utf8')));
  if (wrong.length > 0) return undefined;
  return cases === 0 ? `no case of ${row} matches ${match}` : `not caught by ${cases} cases of ${row}`;
}

function run(copy, file, args) {
  const { CI: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: copy, env: { ...env, TMPDIR: join(copy, 'tmp') }, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), 300_000);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output = `${output}${chunk}`.slice(-1_000_000);
      });
    child.on('error', (error) => {
      output += error.message;
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output });
    });
  });
}

/** A mutant may lose what it started. All that a test starts has the test's folder, which lies in the copy, as its folder or in its environment. */
function endLeftovers(copy) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    if (![`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].some((file) => textOf(file).includes(`${copy}/`))) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // it has ended
    }
  }
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not ours to read, or gone
  }
}
