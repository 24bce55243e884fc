import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import { fold, newBoard } from '../../lib/view/board.ts';
import { chooseView, type ViewSources } from '../../lib/view/choose.ts';
import { frame } from '../../lib/view/frame.ts';
import { jsonView } from '../../lib/view/json.ts';
import { colourLevel, loadPaint, PLAIN } from '../../lib/view/paint.ts';
import { plainView } from '../../lib/view/plain.ts';
import { closingLines } from '../../lib/view/summary.ts';
import { width } from '../../lib/view/width.ts';
import { EDITED, failing, finished, plan, planned, stamp, started, told } from './story.ts';

test('json: the version first, then every event as it is', async () => {
  const text = await told((write) => jsonView({ write }), failing());
  const [first, ...events] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(first, { schema: 'sbx-events', version: 1 });
  assert.equal(events, stamp(failing()));
});

test('which view', () => {
  const choose = (more: Partial<ViewSources>, environment: { readonly [name: string]: string } = {}) =>
    chooseView({ output: 'auto', json: false, terminal: true, environment: new Map(Object.entries(environment)), ...more });
  assert.is(choose({}), 'listr');
  assert.is(choose({ terminal: false }), 'grouped');
  assert.is(choose({}, { CI: 'true' }), 'grouped');
  assert.is(choose({}, { CI: 'false' }), 'listr');
  assert.is(choose({ terminal: false }, { GITHUB_ACTIONS: 'true', CI: 'true' }), 'github');
  assert.is(choose({}, { TERM: 'dumb' }), 'plain');
  assert.is(choose({ output: 'plain' }, { GITHUB_ACTIONS: 'true' }), 'plain');
  assert.is(choose({ output: 'listr', terminal: false }), 'plain');
  assert.is(choose({ json: true, output: 'plain' }), 'json');
});

test('whether there are colours', () => {
  const level = (flag: 'auto' | 'always' | 'never', terminal: boolean, environment: { readonly [name: string]: string } = {}, depth = 8) =>
    colourLevel({ flag, terminal, environment: new Map(Object.entries(environment)), depth });
  assert.is(level('auto', true), 2);
  assert.is(level('auto', true, {}, 24), 3);
  assert.is(level('auto', true, {}, 1), 0);
  assert.is(level('auto', false), 0);
  assert.is(level('auto', true, { NO_COLOR: '1' }), 0);
  assert.is(level('auto', true, { NO_COLOR: '' }), 2);
  assert.is(level('auto', false, { FORCE_COLOR: '1' }), 1);
  assert.is(level('auto', true, { FORCE_COLOR: '0' }), 0);
  assert.is(level('auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }), 0);
  assert.is(level('always', false, { NO_COLOR: '1' }, 4), 1);
  assert.is(level('never', true, { FORCE_COLOR: '3' }), 0);
});

test('without colours not one escape sequence is written, with colours there are some', async () => {
  const story = failing().map((event): Event => (event.type === 'step-output' ? { ...event, text: '\x1b[31mred\x1b[2J\n' } : event));
  const none = await told((write) => plainView({ write, paint: PLAIN, level: 'normal' }), story);
  assert.not.ok(none.includes('\x1b'));
  const paint = await loadPaint(1);
  const some = await told((write) => plainView({ write, paint, level: 'normal' }), story);
  assert.ok(some.includes('\x1b[31mred\x1b[0m'));
  assert.not.ok(some.includes('\x1b[2J'));
});

test('a frame of any size fits: no line is wider, there are no more lines', () => {
  const board = newBoard();
  const names = ['sync', '日本語のとても長い名前のステップです', 'x'.repeat(300), 'a\x1b[2Jb', '🙂🙂🙂'];
  const steps = names.map((name) => planned(name, EDITED));
  const begin = names.map((step): Event => ({ type: 'step-started', step, decision: EDITED, attempt: 2 }));
  const outputs = names.map((step): Event => ({ type: 'step-output', step, text: '漢字\t'.repeat(99) }));
  const progress = names.map((step): Event => ({ type: 'step-progress', step, done: 1e9, total: 2e9, unit: 'bytes' }));
  for (const event of stamp([started(), plan(...steps), ...begin, ...outputs, ...progress])) fold(board, event);
  for (const columns of [10, 20, 33, 80, 200]) {
    for (const lines of [1, 2, 3, 5, 8, 40]) {
      const drawn = frame(board, { columns, lines }, 1_060_000, PLAIN);
      assert.ok(drawn.length <= lines, `${columns}x${lines}: ${drawn.length} lines`);
      for (const line of drawn) assert.ok(width(line) <= columns, `${columns}x${lines}: ${line}`);
      assert.not.ok(drawn.join('').includes('\x1b'));
    }
  }
});

test('a running step says how long it usually takes', () => {
  const board = newBoard();
  const events: Event[] = [
    started(),
    plan({ ...planned('build', EDITED), ms: 12_000 }),
    { type: 'step-started', step: 'build', decision: EDITED, attempt: 1 },
  ];
  for (const event of stamp(events)) fold(board, event);
  assert.equal(frame(board, { columns: 80, lines: 9 }, 1_004_200, PLAIN), [
    '0 of 1 done, 4.2s',
    'build vm 4.0s of about 12s inputs changed: src/Main.hs',
  ]);
});

test('one unreachable place is one failure, however many steps it stops', () => {
  const failure = { code: 'unreachable', message: 'vm (build@vm:22) refused the connection', sandbox: 'vm' } as const;
  const board = newBoard();
  const ended = ['a', 'b', 'c'].map((step): Event => ({ type: 'step-finished', step, outcome: { is: 'failed', failure }, ms: 10 }));
  const events = [started(), plan(...['a', 'b', 'c'].map((id) => planned(id, EDITED))), ...ended, finished(4, 50)];
  for (const event of stamp(events)) fold(board, event);
  const text = closingLines(board, PLAIN).join('\n');
  assert.is(text.match(/refused the connection/g)?.length, 1);
  assert.match(text, 'failed a, b, c: no connection to vm');
});

test('that no place was reached is said only where that is news', () => {
  const closing = (...events: readonly Event[]): string => {
    const board = newBoard();
    const end = finished(0, 50, {});
    for (const event of stamp([started(), plan(planned('fetch', EDITED), planned('lint', EDITED, 'local')), ...events, end]))
      fold(board, event);
    return closingLines(board, PLAIN).join('\n');
  };
  const restored: Event = { type: 'step-finished', step: 'fetch', outcome: { is: 'restored', files: 2, bytes: 10 }, ms: 4 };
  assert.is(closing(restored), '1 step: 1 restored, in 50ms; no place was reached');
  const lint: Event = { type: 'step-started', step: 'lint', decision: EDITED, attempt: 1 };
  assert.match(closing(lint, restored), /; no place was reached$/);
  assert.not.match(closing({ ...lint, step: 'fetch' }, restored), /no place/);
  assert.not.match(closing({ type: 'place-connecting', sandbox: 'vm', target: 'vm' }, restored), /no place/);
});

test('a board of 2,000 steps keeps only what runs', () => {
  const board = newBoard();
  const ids = Array.from({ length: 2000 }, (_, at) => `s${at}`);
  const failure = { code: 'command-failed', message: 'x', lastLines: [] } as const;
  const events: Event[] = [started(), plan(...ids.map((id) => planned(id, EDITED)))];
  for (const step of ids) {
    events.push({ type: 'step-started', step, decision: EDITED, attempt: 1 });
    events.push({ type: 'step-output', step, text: `${'o'.repeat(50_000)}\n` });
    events.push({ type: 'step-finished', step, outcome: { is: 'failed', failure }, ms: 1 });
  }
  for (const event of stamp(events)) fold(board, event);
  assert.is(board.counts.failed, 2000);
  assert.is(board.running.size, 0);
  assert.ok(board.failures.length <= 50);
});

test('a reader that goes away ends nothing', async () => {
  const program = fileURLToPath(new URL('pipe-program.js', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => child.stdout.destroy());
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, 'close');
  assert.is(said, 'closed: true, ended\n');
  assert.is(code, 0);
});

test.run();
