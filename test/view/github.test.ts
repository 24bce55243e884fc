import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import { annotationsOf } from '../../lib/view/annotations.ts';
import { githubView } from '../../lib/view/github.ts';
import { command } from '../../lib/view/github-command.ts';
import { PLAIN } from '../../lib/view/paint.ts';
import { failing, told } from './story.ts';

async function shown(events: readonly Event[]): Promise<{ readonly text: string; readonly summary: string }> {
  let summary = '';
  let words = 0;
  const text = await told(
    (write) =>
      githubView({
        write,
        paint: PLAIN,
        level: 'normal',
        summary: (markdown) => {
          summary += markdown;
        },
        token: () => `word${words++}`,
      }),
    events,
  );
  return { text, summary };
}

test('groups, annotations and the root failure last', async () => {
  const { text } = await shown(failing());
  assert.is(
    text,
    `connecting to vm (build@vm:22)
sync succeeded in 300ms (inputs changed: src/Main.hs)
::group::build failed after 4.1s: the command ended with exit code 1 (inputs changed: src/Main.hs)
[1 of 1] Compiling Main
src/Main.hs:3:8: error: [GHC-88464]
    Variable not in scope: foo
::endgroup::
::error file=src/Main.hs,line=3,col=8,title=build::[GHC-88464]%0AVariable not in scope: foo
skipped test, fetch: build failed
4 steps: 1 succeeded, 2 skipped, 1 failed, in 4.6s

failed build after 4.1s
  command  cabal build all
  stale    inputs changed: src/Main.hs
  output
  | src/Main.hs:3:8: error: [GHC-88464]
  |     Variable not in scope: foo
  reason   the command ended with exit code 1
  hint     sbx ssh vm opens a shell there
`,
  );
});

test('output cannot give commands: each stretch of it has a token of its own', async () => {
  const forged = '::add-mask::x\n::error::forged\n##[error]forged\n::word0::\n';
  const events = failing().map((event): Event => (event.type === 'step-output' ? { ...event, text: forged } : event));
  const { text } = await shown(events);
  const block = /::group::build [^\n]*\n::stop-commands::(\w+)\n([\s\S]*?)\n::\1::\n::endgroup::/.exec(text);
  assert.is(block?.[2], `${forged}${forged}`.trimEnd());
  assert.ok(text.match(/::stop-commands::\w+/g)?.every((word, at, all) => all.indexOf(word) === at));
});

test('the step summary: its structure cannot be changed by output', async () => {
  const events = failing().map(
    (event): Event =>
      event.type === 'step-finished' && event.outcome.is === 'failed'
        ? {
            ...event,
            outcome: { is: 'failed', failure: { ...event.outcome.failure, message: 'a | b <b>c</b>', lastLines: ['```', '# x'] } },
          }
        : event,
  );
  const { summary } = await shown(events);
  assert.match(summary, '| build | failed | 4.1s | inputs changed: src/Main.hs |');
  assert.match(summary, 'a \\| b \\<b\\>c\\</b\\>');
  assert.match(summary, '````text\n```\n# x\n````');
});

test('the step summary is bounded: GitHub takes none that is too large', async () => {
  const [start, , ...rest] = failing();
  const failed = rest.find((event) => event.type === 'step-finished' && event.outcome.is === 'failed');
  if (failed?.type !== 'step-finished' || failed.outcome.is !== 'failed') throw new Error('the story has no failure');
  const failure = { ...failed.outcome.failure, lastLines: Array.from({ length: 40 }, () => '#'.repeat(2000)) };
  const steps = Array.from({ length: 50 }, (_, at): Event => ({ ...failed, step: `s${at}`, outcome: { is: 'failed', failure } }));
  const { summary } = await shown([start as Event, ...steps, ...rest.slice(-1)]);
  assert.ok(summary.length > 100_000 && summary.length < 400_000, String(summary.length));
  assert.match(summary, '### s0 failed');
  assert.match(summary, / more failed: the log of the job has them\.\n/);
});

test('what ends a value or a command is escaped', () => {
  assert.is(command('error', { file: 'a,b:c%\n' }, '100%\r\nof'), '::error file=a%2Cb%3Ac%25%0A::100%25%0D%0Aof\n');
});

test('errors of compilers', () => {
  const lines = [
    '/build/hello/app/Main.hs:10:5-9: error:',
    "    • Couldn't match type",
    '   |',
    '10 |   foo',
    'lib/x.c:4:1: fatal error: no.h: No such file',
    'a.hs:(3,8)-(4,2): error: [GHC-1] two lines',
    'a.hs:3:8: warning: [-Wunused]',
    'http://x:1:2: error: no file',
  ];
  assert.equal(annotationsOf(lines, { workspace: '/build/hello/' }, 10), [
    { file: 'app/Main.hs', line: 10, column: 5, message: "• Couldn't match type" },
    { file: 'lib/x.c', line: 4, column: 1, message: 'no.h: No such file' },
    { file: 'a.hs', line: 3, column: 8, message: '[GHC-1] two lines' },
  ]);
  assert.is(annotationsOf(lines, {}, 1).length, 1);
});

test('errors of tsc, rustc, go, make', () => {
  const lines = [
    "src/a.ts(3,8): error TS2304: Cannot find name 'x'.",
    'src/b.ts:4:1 - error TS1005: expected',
    'error[E0425]: cannot find value `y`',
    '   --> src/main.rs:5:7',
    'error: aborting due to 1 previous error',
    '# example.com/x',
    './main.go:6:2: undefined: z',
    'Makefile:7: *** missing separator.  Stop.',
    'main.ml:8: error: old style',
    'note: src/c.ts:1:1 is fine',
    'https://go.dev/x.go:443:1: no',
  ];
  assert.equal(annotationsOf(lines, {}, 20), [
    { file: 'src/a.ts', line: 3, column: 8, message: "TS2304: Cannot find name 'x'." },
    { file: 'src/b.ts', line: 4, column: 1, message: 'TS1005: expected' },
    { file: 'src/main.rs', line: 5, column: 7, message: 'cannot find value `y`' },
    { file: 'main.go', line: 6, column: 2, message: 'undefined: z' },
    { file: 'Makefile', line: 7, message: 'missing separator.  Stop.' },
    { file: 'main.ml', line: 8, message: 'old style' },
  ]);
});

test('files are named as the repository names them', () => {
  const where = { workspace: '/build/hello', dir: 'lib', project: 'packages/hello' };
  const file = (line: string): string | undefined => annotationsOf([line], where, 1)[0]?.file;
  assert.is(file('a.c:1:1: error: x'), 'packages/hello/lib/a.c');
  assert.is(file('/build/hello/b.c:1:1: error: x'), 'packages/hello/b.c');
  assert.is(file('../c.c:1:1: error: x'), 'packages/hello/c.c');
  assert.is(file('/usr/include/d.h:1:1: error: x'), '/usr/include/d.h');
});

test.run();
