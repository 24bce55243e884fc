import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import { annotationsOf } from '../../lib/view/annotations.ts';
import { command, githubView } from '../../lib/view/github.ts';
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
    `::stop-commands::word0
connecting to vm (build@vm:22)
::word0::
::group::sync succeeded in 300ms (inputs changed: src/Main.hs)
::endgroup::
::group::build failed after 4.1s: the command ended with exit code 1 (inputs changed: src/Main.hs)
::stop-commands::word1
[1 of 1] Compiling Main
src/Main.hs:3:8: error: [GHC-88464]
    Variable not in scope: foo
::word1::
::endgroup::
::error file=src/Main.hs,line=3,col=8,title=build::[GHC-88464]%0AVariable not in scope: foo
::stop-commands::word2
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
::word2::
`,
  );
});

test('output cannot give commands: each stretch of it has a token of its own', async () => {
  const forged = '::add-mask::x\n::error::forged\n##[error]forged\n::word0::\n';
  const events = failing().map((event): Event => (event.type === 'step-output' ? { ...event, text: forged } : event));
  const { text } = await shown(events);
  const block = /::group::build [^\n]*\n::stop-commands::(\w+)\n([\s\S]*?)\n::\1::\n::endgroup::/.exec(text);
  assert.is(block?.[2], `${forged}${forged}`.trimEnd());
  assert.is.not(block?.[1], 'word0');
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
  assert.equal(annotationsOf(lines, '/build/hello/', 10), [
    { file: 'app/Main.hs', line: 10, column: 5, message: "• Couldn't match type" },
    { file: 'lib/x.c', line: 4, column: 1, message: 'no.h: No such file' },
    { file: 'a.hs', line: 3, column: 8, message: '[GHC-1] two lines' },
  ]);
  assert.is(annotationsOf(lines, undefined, 1).length, 1);
});

test.run();
