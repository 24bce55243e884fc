import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnostic } from '../../lib/model/diagnostic.ts';
import { diagnosticsText } from '../../lib/view/diagnostic.ts';
import { PLAIN } from '../../lib/view/paint.ts';

function at(line: number, from: number, to: number, more: Partial<Diagnostic> = {}): Diagnostic {
  const span = { file: 'Sandboxfile.yaml', start: { line, column: from }, end: { line, column: to } };
  return { severity: 'error', code: 'unknown-key', message: 'unknown key "rnu"', span, ...more };
}

function text(source: string, ...diagnostics: readonly Diagnostic[]): string {
  return diagnosticsText(diagnostics, new Map([['Sandboxfile.yaml', source]]), PLAIN);
}

test('a mark under the stretch, and a hint', () => {
  const source = 'version: 1\nsteps:\n  build:\n    rnu: make\n';
  assert.is(
    text(source, at(4, 5, 8, { hint: 'did you mean run?' })),
    `error[unknown-key]: unknown key "rnu"
 --> Sandboxfile.yaml:4:5
  |
4 |     rnu: make
  |     ^^^
hint: did you mean run?

1 error
`,
  );
});

test('tabs and wide characters before the mark', () => {
  assert.match(text('a: {\t日本: x }', at(1, 10, 11)), '1 | a: {  日本: x }\n  |             ^\n');
  assert.match(text('日本: x', at(1, 1, 3)), '1 | 日本: x\n  | ^^^^\n');
});

test('the gutter is as wide as the line number', () => {
  const source = `${'\n'.repeat(99)}x: 1`;
  assert.match(text(source, at(100, 1, 2)), '   --> Sandboxfile.yaml:100:1\n    |\n100 | x: 1\n    | ^\n');
});

test('a stretch over several lines is marked to the end of the first; an empty one and the end of the file have one mark', () => {
  const long = at(1, 3, 3, { span: { file: 'Sandboxfile.yaml', start: { line: 1, column: 4 }, end: { line: 2, column: 2 } } });
  assert.match(text('a: bcd\ne', long), '1 | a: bcd\n  |    ^^^\n');
  assert.match(text('a: b', at(1, 5, 5)), '1 | a: b\n  |     ^\n');
  assert.match(text('a\r\nb\r\n', at(2, 1, 2)), '2 | b\n  | ^\n');
});

test('a very long line shows the part around the place', () => {
  const source = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`;
  const shown = text(source, at(1, 501, 505));
  const [, , , line = '', mark = ''] = shown.split('\n');
  assert.ok(line.length < 120);
  assert.is(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1), 'HERE');
});

test('escape sequences and marks of direction in the file are made visible', () => {
  const shown = text('a: \x1b[31mx\u202ey', at(1, 4, 5));
  assert.not.ok(shown.includes('\x1b') || shown.includes('\u202e'));
  assert.match(shown, 'a: \ufffd[31mx\ufffdy');
});

test('without a text there is no frame, without a span no place', () => {
  assert.is(
    diagnosticsText([at(1, 1, 2)], new Map(), PLAIN),
    'error[unknown-key]: unknown key "rnu"\n --> Sandboxfile.yaml:1:1\n\n1 error\n',
  );
  const bare: Diagnostic = { severity: 'warning', code: 'file-missing', message: 'x' };
  assert.is(diagnosticsText([bare, bare], new Map(), PLAIN), 'warning[file-missing]: x\n\nwarning[file-missing]: x\n\n2 warnings\n');
  assert.is(diagnosticsText([], new Map(), PLAIN), '');
});

test.run();
