// node .build/test/rig/main.js [--long] [--jobs N] [--report FILE] [PART OF A FILE NAME...]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startHarness } from './harness.ts';
import { countsLine, countsOf, type FileReport } from './report.ts';
import { runAll } from './run-all.ts';

const ROOT = resolve(fileURLToPath(new URL('.', import.meta.url)), '..');
const DURATIONS = join(ROOT, '../durations.json');

const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '2' }, report: { type: 'string' }, long: { type: 'boolean', default: false } },
  allowPositionals: true,
});
process.exitCode = 1;
const isCi = process.env.CI === 'true' || process.env.CI === '1';
const durations = readDurations();
const ended: FileReport[] = [];
startHarness(() => console.log(`\nstopped after ${ended.length} test files\n${countsLine(countsOf(ended, isCi))}`));
const reports = await runAll(
  { root: ROOT, sources: join(ROOT, '../../test'), patterns: positionals, length: values.long ? 'long' : 'test' },
  { jobs: Number(values.jobs), durations, ended: show },
);
const counts = countsOf(reports, isCi);
if (values.report) {
  mkdirSync(dirname(resolve(values.report)), { recursive: true });
  writeFileSync(values.report, `${JSON.stringify({ node: process.version, counts, reports })}\n`);
}
writeFileSync(DURATIONS, `${JSON.stringify({ ...durations, ...Object.fromEntries(reports.map((one) => [one.file, one.ms])) })}\n`);
const unmatched = positionals.filter((pattern) => !reports.some((one) => one.file.includes(pattern)));
for (const pattern of unmatched) console.log(`no test file matches ${pattern}`);
console.log(countsLine(counts));
process.exitCode = counts.failed === 0 && reports.length > 0 && unmatched.length === 0 ? 0 : 1;

function show(report: FileReport): void {
  ended.push(report);
  const tests = report.tests.filter((one) => one.is === 'passed').length;
  const bad = report.troubles.length + report.tests.filter((one) => one.is === 'failed').length;
  console.log(
    `${bad === 0 ? 'ok  ' : 'FAIL'} ${report.file} ${tests} passed${bad > 0 ? `, ${bad} failed` : ''} ${(report.ms / 1000).toFixed(1)} s`,
  );
  for (const one of report.tests)
    if (one.is === 'left-out') console.log(`     left out${isCi ? ' (a failure: CI)' : ''}: ${one.name}: ${one.reason}`);
  if (bad === 0) return;
  for (const text of report.troubles) console.log(`     ${text.replaceAll('\n', '\n     ')}`);
  if (report.errors) console.log(report.errors);
  if (report.output) console.log(`     it printed:\n${report.output.trimEnd()}`);
}

function readDurations(): { readonly [file: string]: number } {
  try {
    return JSON.parse(readFileSync(DURATIONS, 'utf8')) as { readonly [file: string]: number };
  } catch {
    return {}; // first run here
  }
}
