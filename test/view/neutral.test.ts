import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { neutral } from '../../lib/view/neutral.ts';
import { erase } from '../../lib/view/screen.ts';
import { newTail } from '../../lib/view/tail.ts';
import { cut, width } from '../../lib/view/width.ts';

test('escape sequences and control characters are taken out', () => {
  assert.is(neutral('a\x1b[2Jb\x1b[Hc'), 'abc');
  assert.is(neutral('\x1b]0;title\x07text'), 'text');
  assert.is(neutral('\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\'), 'link');
  assert.is(neutral('\x1bPq#0\x1b\\x'), 'x');
  assert.is(neutral('\x9b2Jx\x1bc\x07\x08y\x7f'), 'xy');
  assert.is(neutral('a\tb'), 'a\tb');
  assert.is(neutral('\x1b]0;never ended'), '');
  assert.is(neutral('if (a \u202e{'), 'if (a {');
});

test('colours stay only if asked for, and end with the line', () => {
  assert.is(neutral('\x1b[31mred'), 'red');
  assert.is(neutral('\x1b[31mred', true), '\x1b[31mred\x1b[0m');
});

test('of a line that is overwritten the last state stays', () => {
  assert.is(neutral('10%\r50%\r100%'), '100%');
  assert.is(neutral('windows line\r'), 'windows line');
  assert.is(neutral('1\r2\r'), '2');
  assert.is(neutral('\r'), '');
});

test('width and cut', () => {
  assert.is(width('日本'), 4);
  assert.is(width('e\u0301'), 1);
  assert.is(width('🙂'), 2);
  assert.is(cut('abcdef', 6), 'abcdef');
  assert.is(cut('abcdef', 5), 'abcd…');
  assert.is(cut('日本語', 5), '日本…');
  assert.is(cut('日本語', 4), '日…');
  assert.is(cut('日本語', 6), '日本語');
  assert.is(cut('abc', 0), '');
});

test('the end of long output in bounded memory', () => {
  const tail = newTail();
  for (let line = 0; line < 5000; line++) tail.push(`line ${line}\n\n`);
  tail.push('half');
  assert.equal(tail.last(3), ['line 4998', 'line 4999', 'half']);
  tail.push('x'.repeat(1_000_000));
  assert.is(tail.last(3).length, 1);
  assert.ok((tail.last(3)[0] ?? '').length < 20_000);
});

test('a frame is taken away with the rows that the terminal made of its lines', () => {
  assert.is(erase('', 80), '');
  assert.is(erase('one\ntwo\n', 80), '\r\x1b[2A\x1b[K\x1b[C\x1b[J\r');
  assert.is(erase(`${'x'.repeat(50)}\n日本語日本語\n`, 10), '\r\x1b[7A\x1b[K\x1b[C\x1b[J\r');
  assert.is(erase('\x1b[31mred\x1b[0m\n', 3), '\r\x1b[1A\x1b[K\x1b[C\x1b[J\r');
});

test('a tail that begins with an empty line has an end', () => {
  const tail = newTail();
  tail.push('\nout was moved\n');
  assert.equal(tail.last(20), ['out was moved']);
});

test.run();
