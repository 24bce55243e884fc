import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';

interface Svg {
  readonly svgOf: (screen: string, columns: number, title: string) => string;
  readonly runsOf: (line: string) => readonly object[];
}

const { svgOf, runsOf } = (await import(`${REPOSITORY}/.ci/svg.mjs`)) as Svg;

test('stretches of one look, each at its column', () => {
  const plain = { colour: undefined, bold: false, dim: false };
  assert.equal(runsOf('\x1b[36msync\x1b[39m \x1b[32msucceeded\x1b[0m \x1b[2m(why)'), [
    { ...plain, text: 'sync', column: 0, colour: 6 },
    { ...plain, text: 'succeeded', column: 5, colour: 2 },
    { ...plain, text: '(why)', column: 15, dim: true },
  ]);
  assert.equal(runsOf('$ sbx run'), [{ ...plain, text: '$ sbx run', column: 0, bold: true }]);
});

test('a screen as SVG: text is escaped, blanks and empty lines take no element', () => {
  const svg = svgOf('a <b> & "c"\n\n  d\n\n', 20, 'x < y');
  assert.match(svg, '>a &lt;b&gt; &amp; &quot;c&quot;</text>');
  assert.match(svg, '<title>x &lt; y</title>');
  assert.is(svg.match(/<text /g)?.length, 2);
  assert.match(svg, /x="32.8" y="68.25" textLength="8.4"[^>]*>d</);
});

test.run();
