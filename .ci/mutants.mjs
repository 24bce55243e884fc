// npm run mutants [-- PART...]: each patch below test/mutants breaks what was built; what the patch names must then fail.
// A patch starts with lines `Test: FILE` and `Name: THE TEST`, or `Torture: ROW` and `Match: PART OF TRIAL NAMES`; then `Why: ...`. `Short: yes` makes it part of npm test.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from './load.mjs';

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
const { startHarness } = await load('test/rig/harness.ts');
const { removeFolder } = await load('test/rig/folder.ts');
const { endAll } = await load('test/rig/processes.ts');
const USAGE = `usage: npm run mutants -- [PART...] [--short]
  breaks a copy of the code with each patch of test/mutants; its tests must notice
  PART     only patches whose path holds one of the parts, as proof/front
  --short  only those that are part of npm test`;

const words = wordsOf(process.argv.slice(2));
if (typeof words === 'string') {
  console.error(`${words}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (words.help) console.log(USAGE);
else await tryAll(words);

/** A text says what is wrong with them. */
function wordsOf(args) {
  try {
    const options = { short: { type: 'boolean' }, help: { type: 'boolean' } };
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const all = readdirSync(join(ROOT, 'test/mutants'), { recursive: true }).filter((name) => name.endsWith('.patch'));
    const stray = positionals.find((part) => !all.some((name) => name.includes(part)));
    if (stray !== undefined) return `No patch has ${stray} in its path.`;
    const names = all.filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part))).sort();
    const patches = names.map((name) => ({ name, head: headOf(readFileSync(join(ROOT, 'test/mutants', name), 'utf8')) }));
    return { help: values.help, patches: patches.filter(({ head }) => !values.short || head.Short === 'yes') };
  } catch (error) {
    return error.message;
  }
}

async function tryAll({ patches }) {
  process.exitCode = 1;
  const results = [];
  const sum = () => {
    const failed = results.filter((one) => one.survived).length;
    return `${results.length - failed} passed, ${failed} failed`;
  };
  startHarness(() => console.log(`\nstopped; ${patches.length - results.length} of ${patches.length} not tried\n${sum()}`));
  console.log(`${patches.length} mutants, ${SLOTS} at once`);
  const waiting = patches.values();
  const work = async () => {
    for (const { name, head } of waiting) {
      const start = performance.now();
      const { is, why } = await withCopy((copy) => outcomeOf(copy, name, head));
      results.push({ name, ...(is === 'caught' ? {} : { survived: `${is}: ${why}` }) });
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${is.padEnd(14)} ${name} ${seconds} s${why ? `: ${why}` : ''}`);
    }
  };
  await Promise.all(Array.from({ length: SLOTS }, work));
  mkdirSync(join(ROOT, '.build'), { recursive: true });
  writeFileSync(join(ROOT, '.build/mutants.json'), `${JSON.stringify(results, undefined, 1)}\n`);
  console.log(sum());
  process.exitCode = results.some((one) => one.survived) ? 1 : 0;
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
    // A mutant may lose what it started. All that a test starts has a folder in the copy, as its folder or in its environment.
    endAll([`${copy}/`]);
    removeFolder(copy);
  }
}

/** Whether what the patch names failed. */
async function outcomeOf(copy, name, head) {
  if (!(head.Test && head.Name) && !head.Torture) return { is: 'NOT TRIED', why: 'its head names neither Test and Name nor Torture' };
  const applied = await run(copy, 'git', ['apply', '--unsafe-paths', `--directory=${copy}`, join(ROOT, 'test/mutants', name)]);
  if (applied.status !== 0) return { is: 'DOES NOT APPLY', why: applied.output.trim() };
  await run(copy, join(copy, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']); // emits also where the mutant breaks the types
  const built = await run(copy, process.execPath, ['.ci/build.mjs']);
  if (built.status !== 0) return { is: 'NOT TRIED', why: `does not build: ${built.output.trim()}` };
  // Whoever changes shapes or tasks makes the schema of editors anew.
  if (/^\+{3} b\/(?:lib\/schema|tasks)\//m.test(readFileSync(join(ROOT, 'test/mutants', name), 'utf8')))
    await run(copy, process.execPath, ['.ci/gen.mjs']);
  const report = join(copy, '.build/mutant');
  return head.Torture ? byTorture(copy, report, head) : byTest(copy, report, head);
}

async function byTest(copy, report, { Test: file, Name: test }) {
  await run(copy, process.execPath, ['.build/test/rig/main.js', '--report', report, file]);
  if (!existsSync(report)) return { is: 'NOT TRIED', why: `${file} did not run` };
  const results = JSON.parse(readFileSync(report, 'utf8')).reports;
  const found = results.flatMap((one) => one.tests).find((one) => one.name === test);
  if (!found) return { is: 'NOT TRIED', why: `${file} has no test of that name, or did not get to it: ${test}` };
  const isCaught = found.is === 'failed' || results.some((one) => one.troubles.some((text) => text.includes(test)));
  return isCaught ? { is: 'caught' } : { is: 'NOT CAUGHT', why: `by ${file}: ${test}` };
}

async function byTorture(copy, report, { Torture: row, Match: match }) {
  const words = match ? ['--match', match] : [];
  const { output } = await run(copy, process.execPath, ['.build/test/torture/main.js', row, '--until-wrong', '--report', report, ...words]);
  const file = join(report, `${row}.json`);
  if (!existsSync(file)) return { is: 'NOT TRIED', why: `${row} did not run: ${output.slice(-1000)}` };
  const [{ cases, wrong }] = Object.values(JSON.parse(readFileSync(file, 'utf8')));
  if (wrong.length > 0) return { is: 'caught' };
  return cases === 0
    ? { is: 'NOT TRIED', why: `no case of ${row} matches ${match}` }
    : { is: 'NOT CAUGHT', why: `by ${cases} cases of ${row}` };
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
