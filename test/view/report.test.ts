import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import { criticalPath } from '../../lib/view/report/critical-path.ts';
import { reportJson } from '../../lib/view/report/json.ts';
import { reportJunit } from '../../lib/view/report/junit.ts';
import { logsOf } from '../../lib/view/report/logs.ts';
import { reportTrace } from '../../lib/view/report/trace.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { HOSTILE, mixed, told } from './report-story.ts';
import { finished, NEW, plan, planned, SUCCEEDED, stamp, started } from './story.ts';

test('what hit and what missed and why: folded from the events', () => {
  const { steps, counts, exit, ms, warnings, places } = told(mixed());
  const short = steps.map(({ id, ended, hit, why, start, ms }) => [id, ended, hit, why[0], start, ms]);
  assert.equal(short, [
    ['sync', 'succeeded', false, 'inputs changed: src/Main.hs', 500, 200],
    ['build', 'succeeded', false, 'inputs changed: src/Main.hs', 800, 300],
    ['docs', 'restored', true, 'outputs missing: site', 550, 50],
    ['lint', 'fresh', true, undefined, undefined, 0],
    ['test', 'failed', false, 'never ran here', 1200, 200],
    ['publish', 'skipped', undefined, 'test failed', undefined, 0],
  ]);
  assert.equal(counts, { succeeded: 2, restored: 1, fresh: 1, failed: 1, skipped: 1 });
  assert.equal([exit, ms, warnings], [1, 2000, ['worth knowing']]);
  assert.equal(places, [{ sandbox: 'vm', target: 'build@vm:22', state: 'connected', start: 300, ms: 100 }]);
});

test('a link that was lost is told once, however often it was tried, and that it was back', () => {
  const failure = { code: 'link-lost', message: 'vm:22: the connection was lost' } as const;
  const lost = { type: 'place-lost', sandbox: 'vm', failure, delay: 500 } as const;
  const { warnings } = told([started(), lost, lost, { type: 'place-back', sandbox: 'vm', ms: 4200 }, lost, finished(1, 5000)]);
  const said = `link lost to vm: ${failure.message}`;
  assert.equal(warnings, [said, 'back in vm after 4.2s', said]);
});

test('a run that was killed: what nobody told the end of is cut off, the rest was not begun', () => {
  const { steps, exit } = told(mixed().slice(0, 9));
  assert.is(exit, null);
  const ended = Object.fromEntries(steps.map(({ id, ended, ms }) => [id, [ended, ms]]));
  assert.equal(ended.build, ['cut-off', 0]);
  assert.equal(ended.test, ['not-begun', 0]);
});

test('the critical path goes back from the last end, each time to what ended last before it', () => {
  const steps = [
    { id: 'a', needs: [], after: [], start: 0, ms: 100 },
    { id: 'b', needs: [], after: [], start: 0, ms: 300 },
    { id: 'fresh', needs: ['b'], after: [], ms: 0 },
    { id: 'c', needs: ['a', 'fresh'], after: [], start: 350, ms: 100 },
    { id: 'd', needs: ['a'], after: ['c'], start: 450, ms: 50 },
    { id: 'short', needs: ['a'], after: [], start: 100, ms: 10 },
  ];
  assert.equal(criticalPath(steps), { steps: ['b', 'c', 'd'], ms: 450, waited: 50 });
  assert.equal(criticalPath([]), { steps: [], ms: 0, waited: 0 });
});

test('the critical path goes through the moment at which a service was ready, not through its end', () => {
  const steps = [
    { id: 'build', needs: [], after: [], start: 0, ms: 100 },
    { id: 'web', needs: ['build'], after: [], start: 100, ready: 300, ms: 900 },
    { id: 'late', needs: [], after: [], start: 0, ms: 250 },
    { id: 'test', needs: ['web', 'late'], after: [], start: 310, ms: 600 },
    { id: 'tidy', needs: [], after: ['web'], start: 1000, ms: 50 },
  ];
  assert.equal(criticalPath(steps.slice(0, 4)), { steps: ['build', 'web', 'test'], ms: 900, waited: 10 });
  // What begins after the end of the service waited for that.
  assert.equal(criticalPath(steps), { steps: ['build', 'web', 'tidy'], ms: 1050, waited: 0 });
  assert.equal(criticalPath(steps.slice(0, 2)).steps, ['build', 'web']);
});

test('a report says of a service when it was ready', () => {
  const service = { ...planned('web', NEW), service: true } as const;
  const { steps, critical } = told([
    started(),
    plan(service, { ...planned('test', NEW), needs: ['web'] }),
    { type: 'step-started', step: 'web', decision: NEW, attempt: 1 },
    { type: 'step-ready', step: 'web', ms: 100 },
    { type: 'step-started', step: 'test', decision: NEW, attempt: 1 },
    { type: 'step-finished', step: 'test', outcome: SUCCEEDED, ms: 100 },
    { type: 'step-finished', step: 'web', outcome: SUCCEEDED, ms: 400 },
    finished(0, 700),
  ]);
  assert.equal([steps[0]?.service, steps[0]?.ready, steps[1]?.service], [true, 300, undefined]);
  assert.equal(critical, { steps: ['web', 'test'], ms: 200, waited: 300 });
});

test('logs are bounded: the beginning and the end of long ones, in whole lines, and what is left out is said', () => {
  const output = (step: string, text: string): Event => ({ type: 'step-output', step, text });
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`);
  const long = logsOf(stamp(lines.map((line) => output('long', line)))).get('long') ?? '';
  assert.ok(long.length < 200_000 && long.startsWith('line 0\nline 1\n') && long.endsWith('line 19999'));
  const gone = Number(/\n\[… (\d+) characters left out;/.exec(long)?.[1]);
  const shown = long.split('\n').filter((line) => line.startsWith('line '));
  assert.is(gone + shown.reduce((sum, line) => sum + line.length + 1, 0), lines.join('').length);
  assert.ok(shown.every((line) => lines.includes(`${line}\n`)));
  const many = Array.from({ length: 200 }, (_, at) => output(`s${at}`, 'x'.repeat(60_000)));
  const all = [...logsOf(stamp(many)).values()].reduce((sum, text) => sum + text.length, 0);
  assert.ok(all < 5 * 1024 * 1024, String(all));
  const failed = many.flatMap((event): Event[] => [
    event,
    {
      type: 'step-finished',
      step: (event as { step: string }).step,
      outcome: { is: 'failed', failure: { code: 'fault', message: '' } },
      ms: 1,
    },
  ]);
  const those = [...logsOf(stamp(failed)).values()];
  assert.is(those[0]?.length, 60_000, 'the first failed steps keep theirs');
  assert.ok(those.reduce((sum, text) => sum + text.length, 0) < 6 * 1024 * 1024);
  const short = Array.from({ length: 400 }, (_, at) => output(`s${at}`, `first\n${'x\n'.repeat(7_000)}error ${at}\n`));
  for (const [step, text] of logsOf(stamp(short))) {
    assert.ok(text.startsWith('first\n') && text.endsWith(`\nerror ${step.slice(1)}`), 'the end of a log that is short is kept too');
    assert.is(Number(/\n\[… (\d+) characters/.exec(text)?.[1]) + text.replace(/\n\[.*\]\n/, '\n').length + 1, 14_000 + 6 + step.length + 6);
  }
  assert.is(logsOf(stamp([output('a', 'red \x1b[31mtext\x1b[0m\rdone\n')])).get('a'), 'done');
});

test('Run summary as JSON: one document with a version', () => {
  const report = JSON.parse(reportJson(told([started(), ...mixed().slice(1)], [30, 20])));
  assert.equal([report.schema, report.version, report.run], ['sbx-report', 1, 'r1']);
  assert.equal(report.critical.steps, ['sync', 'build', 'test']);
  assert.equal(report.steps[1].past, [30, 20]);
  assert.is(report.steps[1].usual, 250);
});

test('Chrome trace file: processes are places, threads are lanes, steps that overlap are on different ones', () => {
  const both = mixed().flatMap((event): Event[] =>
    event.type === 'step-started' && event.step === 'build' ? [event, { ...event, step: 'test' }] : [event],
  );
  const { traceEvents, displayTimeUnit } = JSON.parse(reportTrace(told(both)));
  assert.is(displayTimeUnit, 'ms');
  for (const event of traceEvents) {
    assert.ok(
      ['X', 'M'].includes(event.ph) && Number.isInteger(event.pid) && Number.isInteger(event.tid) && typeof event.name === 'string',
    );
    if (event.ph === 'X') assert.ok(event.ts >= 0 && event.dur >= 0);
  }
  const named = (name: string) => traceEvents.find((event: { name: string; ph: string }) => event.ph === 'X' && event.name === name);
  const processes = traceEvents.filter(({ name }: { name: string }) => name === 'process_name');
  assert.equal(
    processes.map(({ pid, args }: { pid: number; args: { name: string } }) => [pid, args.name]),
    [
      [1, 'local'],
      [2, 'vm'],
    ],
  );
  assert.equal([named('docs').pid, named('build').pid, named('build').tid, named('test').tid], [1, 2, 1, 2]);
  assert.equal([named('sync').ts, named('sync').dur, named('sync').cat], [500_000, 200_000, 'succeeded']);
});

needing('xmllint')('JUnit file: valid against the schema of Jenkins, one test case a step', () => {
  const noisy = `${HOSTILE}\u0000\u0008\ufffe\ud800 & "quoted" ]]>`;
  const events = mixed().map((event): Event => (event.type === 'step-output' ? { ...event, text: `${event.text}${noisy}\n` } : event));
  const xml = reportJunit(told(events), logsOf(stamp(events)));
  const lint = (...args: string[]): string =>
    execFileSync('xmllint', ['--noout', ...args, '-'], { input: xml, encoding: 'utf8', stdio: 'pipe' });
  lint('--schema', join(REPOSITORY, 'test/view/junit.xsd'));
  const ask = (path: string): string =>
    execFileSync('xmllint', ['--xpath', path, '-'], { input: xml, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  assert.is(ask('count(//testcase)'), '6');
  assert.is(ask('concat(/testsuites/@tests, " ", //testsuite/@failures, " ", //testsuite/@errors, " ", //testsuite/@skipped)'), '6 1 0 1');
  assert.is(ask('string(//testcase[@name="publish"]/skipped/@message)'), 'test failed');
  assert.match(ask('string(//testcase[@name="test"]/failure)'), /^\$ cabal test\nlast line\nthe command exited with 1/);
  assert.match(ask('string(//testcase[@name="test"]/system-out)'), '</script><script>window.hacked');
  assert.is(ask('count(//testcase[@name="build"]/*)'), '1');
});

test.run();
