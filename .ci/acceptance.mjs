// npm run acceptance ISSUE [-- --last]: each sentence of "it is done when", the tests that bear its words, and how they went.
// A sentence without a test, or with one that does not pass, fails. `--last` reads the report of the last npm test instead of running the tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TEST = join(ROOT, 'test');
const FILES = readdirSync(TEST, { recursive: true });
const { values, positionals } = parseArgs({ options: { last: { type: 'boolean' } }, allowPositionals: true });
const tables = new Map(FILES.flatMap((name) => (name.endsWith('.acceptance.json') ? [[basename(name, '.acceptance.json'), name]] : [])));
const issue = positionals[0] ?? '';

process.exitCode = 1;
if (!tables.has(issue)) {
  console.error(`usage: npm run acceptance ISSUE, one of: ${[...tables.keys()].join(', ')}`);
  process.exitCode = 2;
} else report();

function report() {
  const table = JSON.parse(readFileSync(join(TEST, tables.get(issue)), 'utf8'));
  const rows = table.sentences.map((row) => ({ ...row, tests: row.tests ?? [row.says] }));
  const results = testResults(rows);
  let bad = 0;
  console.log(`${issue}: ${table.issue}\n`);
  for (const row of rows) {
    const proofs = row.bench
      ? benchProofs()
      : row.mutants
        ? mutantProofs(row.mutants)
        : row.tests.flatMap((name) => proofsOf(name, results));
    const holds = proofs.length > 0 && proofs.every((one) => one.passed);
    if (!holds) bad += 1;
    console.log(`${holds ? 'holds' : 'FAILS'}  ${row.says}`);
    for (const one of proofs) console.log(`         ${one.text}`);
  }
  console.log(`\n${rows.length - bad} of ${rows.length} sentences hold`);
  process.exitCode = bad === 0 ? 0 : 1;
}

function proofsOf(name, results) {
  const found = results.filter((one) => one.name === name);
  if (found.length === 0) return [{ passed: false, text: `no test bears the words: ${name}` }];
  return found.map((one) => ({
    passed: one.is === 'passed',
    text: `${one.file}: ${one.is}${one.reason ? ` (${one.reason})` : ''}, ${(one.ms / 1000).toFixed(1)} s`,
  }));
}

/** Runs the test files that bear one of the names, and nothing else. */
function testResults(rows) {
  const file = join(ROOT, '.build', values.last ? `tests-${process.versions.node}.json` : `acceptance-${issue}.json`);
  if (!values.last) {
    const names = rows.filter((row) => !row.bench && !row.mutants).flatMap((row) => row.tests);
    const bearing = FILES.filter((name) => name.endsWith('.test.ts')).filter((name) => {
      const text = readFileSync(join(TEST, name), 'utf8').replaceAll("\\'", "'");
      // Of a contract, the file has what stands before the name.
      return names.some((one) => text.includes(one) || text.includes(`\`${one.split(': ')[0]}: \${`));
    });
    rmSync(file, { force: true });
    if (bearing.length > 0) run(['.build/test/rig/main.js', '--report', file, ...bearing]);
  }
  if (!existsSync(file)) return [];
  return JSON.parse(readFileSync(file, 'utf8')).reports.flatMap((report) =>
    report.tests.map((one) =>
      report.troubles.length > 0 ? { ...one, file: report.file, is: 'failed', reason: report.troubles[0] } : { ...one, file: report.file },
    ),
  );
}

function benchProofs() {
  const file = join(ROOT, '.build/bench/result.json');
  if (!values.last) run(['.ci/bench.mjs', '--short']);
  if (!existsSync(file)) return [];
  return JSON.parse(readFileSync(file, 'utf8')).bounds.map((one) => ({ passed: one.holds, text: `${one.says}: ${one.measured}` }));
}

function mutantProofs({ of, least }) {
  const file = join(ROOT, '.build/mutants.json');
  if (!values.last) run(['.ci/mutants.mjs', of]);
  const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).filter(({ name }) => name.includes(of)) : [];
  const proofs = found.map(({ name, survived }) => ({ passed: !survived, text: `${name}: ${survived ?? 'caught'}` }));
  return found.length >= least ? proofs : [...proofs, { passed: false, text: `${found.length} of at least ${least} were run` }];
}

function run(args) {
  if (!existsSync(join(ROOT, '.build/test/rig/main.js')) || !existsSync(join(ROOT, 'dist/sbx.cjs')))
    throw new Error('run `npm run build` and `npm run types` first');
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0 || stderr) console.log(`${stdout}${stderr}`);
}
