// Every way known to be falsely green, as a small file run through the runner.
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from './cli.ts';
import { withFolder } from './folder.ts';
import { countsLine, countsOf, type FileReport } from './report.ts';
import { runFile } from './run-file.ts';

const HEAD = `import { test } from 'uvu';\nimport * as assert from 'uvu/assert';\n`;
const GOOD = `test('good', () => {});\n`;
const RUN = 'test.run();\n';

const RED: readonly (readonly [why: string, text: string, expected: RegExp])[] = [
  ['a failed assertion', `${HEAD}${GOOD}test('bad', () => assert.is(1, 2));\n${RUN}`, /bad/],
  ['a rejected test', `${HEAD}test('bad', async () => { throw new Error('on purpose'); });\n${RUN}`, /on purpose/],
  ['a throw of something that is no Error', `${HEAD}test('bad', () => { throw null; });\n${RUN}`, /./],
  ['a forgotten run()', `${HEAD}${GOOD}`, /without a test\.run\(\)/],
  ['a test after run()', `${HEAD}${GOOD}${RUN}test('late', () => {});\n`, /1 of its tests registered without/],
  ['a test registered by a test', `${HEAD}test('good', () => { test('inner', () => {}); });\n${RUN}`, /1 of its tests registered without/],
  ['no tests', `${HEAD}${RUN}`, /no tests/],
  ['an empty file', '', /no tests/],
  ['a leftover only', `${HEAD}${GOOD}test.only('one', () => {});\n${RUN}`, /only left in the file: one/],
  ['a skip without a reason', `${HEAD}${GOOD}test.skip('one', () => {});\n${RUN}`, /without a reason: one/],
  ['a hook', `${HEAD}test.before(() => { throw new Error('x'); });\n${GOOD}${RUN}`, /test\.before is refused/],
  ['a hook for each test', `${HEAD}test.after.each(() => {});\n${GOOD}${RUN}`, /test\.after\.each is refused/],
  ['a suite', `import { suite } from 'uvu';\nconst s = suite('s');\ns('x', () => {});\n${HEAD}${GOOD}${RUN}`, /imports \{ suite \}/],
  ['a suite that runs', `import * as all from 'uvu';\nconst s = all.suite('s');\ns('x', () => {});\ns.run();\n`, /a suite is not watched/],
  ['throwing while it is imported', `${HEAD}throw new Error('at import');\n`, /at import/],
  ['an import that is not there', `${HEAD}import './nowhere.js';\n${GOOD}${RUN}`, /nowhere/],
  ['a syntax error', `${HEAD}test('x', () => {;\n`, /SyntaxError/],
  ['exit 0 while it is imported', `${HEAD}${GOOD}${RUN}process.exit(0);\n`, /exited with 0 before/],
  ['exit 0 in a test', `${HEAD}test('leaves', () => process.exit(0));\n${RUN}`, /exited with 0 before its tests were done, in: leaves/],
  ['exit code 0 set in a failing test', `${HEAD}test('bad', () => { process.exitCode = 0; assert.ok(false); });\n${RUN}`, /bad/],
  [
    'a rejection that nobody handles',
    `${HEAD}test('x', () => { Promise.reject(new Error('unseen')); });\n${RUN}`,
    /before its tests were done|after/,
  ],
  [
    'a throw after the last test',
    `${HEAD}test('x', () => { setTimeout(() => { throw new Error('late'); }, 50); });\n${RUN}`,
    /exited with 1 after/,
  ],
  ['a promise that never settles', `${HEAD}test('waits', () => new Promise(() => {}));\n${RUN}`, /before its tests were done, in: waits/],
  ['a top-level await that never settles', `${HEAD}${GOOD}${RUN}await new Promise(() => {});\n`, /before its tests were done/],
  ['a live handle', `${HEAD}test('x', () => { setInterval(() => {}, 1000); });\n${RUN}`, /still alive .* Timeout/],
  ['a test that hangs', `${HEAD}test('hangs', () => new Promise((r) => setTimeout(r, 60000)));\n${RUN}`, /not finished after 2 s: hangs/],
  ['a test that spins', `${HEAD}test('spins', () => { for (;;); });\n${RUN}`, /not finished after 2 s: spins/],
  ['an import that hangs', `${HEAD}setInterval(() => {}, 1000);\nawait new Promise(() => {});\n`, /not finished after 5 s/],
  [
    'a process left behind',
    `${HEAD}import { spawn } from 'node:child_process';\ntest('x', () => { spawn('sleep', ['60'], { stdio: 'ignore' }).unref(); });\n${RUN}`,
    /left processes behind: .*sleep 60/,
  ],
  [
    'a signal',
    `${HEAD}test('x', () => new Promise(() => { process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000); }));\n${RUN}`,
    /ended by SIGKILL/,
  ],
];

function run(text: string, limits = { file: 60_000, test: 60_000 }): Promise<FileReport> {
  return withFolder((folder) => {
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, 'made.test.mjs');
    writeFileSync(path, text);
    return runFile({ path, file: 'made.test.ts', limits });
  });
}

/** Two at a time: what is waited for here is mostly time. */
async function eachOf<T>(all: readonly T[], use: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await use(next);
  };
  await Promise.all([lane(), lane(), lane()]);
}

test('no way to be falsely green is left', async () => {
  const wrong: string[] = [];
  await eachOf(RED, async ([why, text, expected]) => {
    const report = await run(text, expected.source.startsWith('not finished') ? { file: 5000, test: 2000 } : undefined);
    const said = [...report.troubles, report.errors].join('\n');
    if (countsOf([report], false).failed === 0 || !expected.test(said)) wrong.push(`${why}: ${JSON.stringify(report)}`);
  });
  assert.equal(wrong, []);
});

test('what passed is counted by name, also when it prints the marks of uvu', async () => {
  const report = await run(`${HEAD}test('one', () => console.log('• '));\ntest('two', async () => {});\n${RUN}`);
  assert.equal(report.troubles, []);
  assert.equal(
    report.tests.map(({ name, is }) => [name, is]),
    [
      ['one', 'passed'],
      ['two', 'passed'],
    ],
  );
  assert.is(countsLine(countsOf([report], false)), '2 passed, 0 failed');
});

test('a test that is left out says why, and is a failure where nothing may be left out', async () => {
  const report = await run(`${HEAD}${GOOD}test.leftOut('far', 'no sshd');\n${RUN}`);
  assert.equal(report.tests[0], { name: 'far', is: 'left-out', ms: 0, reason: 'no sshd' });
  assert.is(countsLine(countsOf([report], false)), '1 passed, 0 failed, 1 skipped');
  assert.is(countsLine(countsOf([report], true)), '1 passed, 1 failed');
});

test.run();
