// npm test: from a fresh clone to `N passed, N failed`. `npm test -- PART...` runs only the test files whose name holds one of the parts.
// npm run test:long: the same for the tests of minutes, and nothing else.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNode, installPackages } from './packages.mjs';
import { installSystem } from './system.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OTHER_NODES = ['22.23.3', '24.21.0'];
/** What runs on the other Node versions too. */
const EVERYWHERE = ['contract/', 'e2e/haskell', 'e2e/quickstart'];

/** What lies beside dist in the package. */
const SHIPPED = ['package.json', 'recipes', 'profiles', 'sandboxfile.schema.json'];

const isCi = process.env.CI === 'true' || process.env.CI === '1';
const isLong = process.argv[2] === '--long';
const parts = process.argv.slice(isLong ? 3 : 2);
const sum = { passed: 0, failed: 0, skipped: 0 };
const since = performance.now();
const say = (text) => console.log(text);
const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;

process.exitCode = 1;
process.on('SIGINT', () => {}); // what runs hears it too
try {
  main();
} catch (error) {
  say(error.message);
  sum.failed += 1;
}
say(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;

function main() {
  installPackages(ROOT, say);
  installSystem(say, isLong);
  if (isLong) return long();
  const bin = (name) => join(ROOT, 'node_modules/.bin', name);
  gate('format and lint', bin('biome'), ['ci', '--max-diagnostics=30', '.']);
  gate('layers', process.execPath, ['.ci/layers.mjs']);
  rmSync(join(ROOT, '.build/tsconfig.tsbuildinfo'), { force: true }); // else nothing is emitted where .build was emptied by hand
  const areTypesRight = gate('types', bin('tsc'), ['-p', 'tsconfig.json']);
  if (existsSync(join(ROOT, '.ci/gen.mjs'))) gate('generated files are as generated', process.execPath, ['.ci/gen.mjs', '--check']);
  const isBuilt = gate('build', process.execPath, ['.ci/build.mjs']);
  if (!areTypesRight || !isBuilt) return;
  tests(process.execPath, parts, {}, process.versions.node);
  if (parts.length > 0) return;
  mutants();
  for (const version of OTHER_NODES) onNode(version);
}

function long() {
  const areTypesRight = gate('types', join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']);
  if (areTypesRight && gate('build', process.execPath, ['.ci/build.mjs']))
    tests(process.execPath, ['--long', ...parts], {}, process.versions.node);
}

function onNode(version) {
  let node;
  try {
    node = installNode(ROOT, version, say);
  } catch (error) {
    say(`left out${isCi ? ' (a failure: CI)' : ''}: Node ${version}: ${error.message}`);
    sum[isCi ? 'failed' : 'skipped'] += 1;
    return;
  }
  const home = join(ROOT, '.build', `on-node-${version}`);
  rmSync(home, { recursive: true, force: true });
  for (const one of SHIPPED.filter((name) => existsSync(join(ROOT, name)))) cpSync(join(ROOT, one), join(home, one), { recursive: true });
  const dist = join(home, 'dist');
  if (gate(`build on Node ${version}`, node, ['.ci/build.mjs', '--out', dist])) tests(node, EVERYWHERE, { SBX_TEST_DIST: dist }, version);
}

/** Those that take seconds; `npm run mutants` runs all. */
function mutants() {
  const report = join(ROOT, '.build/mutants.json');
  rmSync(report, { force: true });
  toldToEnd(spawnSync(process.execPath, ['.ci/mutants.mjs', '--short'], { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] }));
  const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : [{ survived: 'nothing was tried' }];
  for (const { survived } of results) sum[survived ? 'failed' : 'passed'] += 1;
}

/** What Ctrl-C ends ends all of it; it said what was done. */
function toldToEnd({ status }) {
  if (status === 130) process.exit(130);
}

/** One thing that is right or wrong; counted as a test. */
function gate(name, file, args) {
  const start = performance.now();
  const { status, signal, error, stdout, stderr } = spawnSync(file, args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    timeout: 300_000,
  });
  const isRight = status === 0;
  sum[isRight ? 'passed' : 'failed'] += 1;
  say(`${isRight ? 'ok  ' : 'FAIL'} ${name} ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (!isRight) say(error?.message ?? `${stdout}${stderr}${signal ? `\nended by ${signal}` : ''}`.trimEnd());
  return isRight;
}

function tests(node, patterns, more, version) {
  const report = join(ROOT, '.build', `tests-${version}.json`);
  rmSync(report, { force: true });
  say(`tests on Node ${version}, ${((performance.now() - since) / 1000).toFixed(0)} s after the start`);
  const ended = spawnSync(node, [join(ROOT, '.build/test/rig/main.js'), '--report', report, ...patterns], {
    cwd: ROOT,
    env: { ...env, ...more },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  toldToEnd(ended);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).counts : { passed: 0, failed: 1, skipped: 0 };
  if (ended.status !== 0 && counts.failed === 0) counts.failed = 1;
  for (const key of Object.keys(sum)) sum[key] += counts[key];
}
