// npm run mutants [-- ISSUE] [-- --short]: each patch below test/mutants breaks what was built; the test that it names must then fail.
// A patch starts with lines `Test: FILE`, `Name: THE TEST`, `Why: ...`; `Short: yes` makes it part of npm test.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
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
const { values, positionals } = parseArgs({ options: { short: { type: 'boolean' } }, allowPositionals: true });

process.exitCode = 1;
const patches = readdirSync(join(ROOT, 'test/mutants'), { recursive: true })
  .filter((name) => name.endsWith('.patch') && (positionals.length === 0 || positionals.some((part) => name.includes(part))))
  .sort();
let passed = 0;
let failed = 0;
for (const name of patches) {
  const patch = readFileSync(join(ROOT, 'test/mutants', name), 'utf8');
  const head = Object.fromEntries([...patch.split('\ndiff ')[0].matchAll(/^(\w+): (.*)$/gm)].map(([, key, value]) => [key, value]));
  if (values.short && head.Short !== 'yes') continue;
  const start = performance.now();
  const survived = withCopy((copy) => survives(copy, name, head));
  if (survived) failed += 1;
  else passed += 1;
  console.log(
    `${survived ? 'FAIL' : 'ok  '} ${name} ${((performance.now() - start) / 1000).toFixed(1)} s${survived ? `: ${survived}` : ''}`,
  );
}
if (patches.length === 0) console.log('no patch matches');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && (patches.length > 0 || positionals.length === 0) ? 0 : 1;

function withCopy(use) {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-mutant-')));
  try {
    for (const one of COPIED)
      if (existsSync(join(ROOT, one))) cpSync(join(ROOT, one), join(copy, one), { recursive: true, verbatimSymlinks: true });
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(copy, 'node_modules'));
    return use(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Why the mutant was not caught; undefined if the test it names failed. */
function survives(copy, name, { Test: file, Name: test }) {
  if (!file || !test) return 'its head names no Test and Name';
  const { CI: _, ...env } = process.env;
  const run = (command, args) => spawnSync(command, args, { cwd: copy, env, encoding: 'utf8', timeout: 300_000, maxBuffer: 64 << 20 });
  const applied = run('git', ['apply', '--unsafe-paths', `--directory=${copy}`, join(ROOT, 'test/mutants', name)]);
  if (applied.status !== 0) return `does not apply: ${applied.stderr.trim()}`;
  run(join(copy, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']); // emits also where the mutant breaks the types
  const built = run(process.execPath, ['.ci/build.mjs']);
  if (built.status !== 0) return `does not build: ${built.stderr.trim()}`;
  const report = join(copy, '.build/mutant.json');
  run(process.execPath, ['.build/test/rig/main.js', '--report', report, file]);
  if (!existsSync(report)) return `${file} did not run`;
  const results = JSON.parse(readFileSync(report, 'utf8')).reports;
  const found = results.flatMap((one) => one.tests).find((one) => one.name === test);
  if (!found) return `${file} has no test of that name, or did not get to it: ${test}`;
  return found.is === 'failed' || results.some((one) => one.troubles.some((text) => text.includes(test)))
    ? undefined
    : `not caught by ${file}: ${test}`;
}
