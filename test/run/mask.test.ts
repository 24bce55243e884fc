import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { maskFor } from '../../lib/run/mask.ts';

const VALUE = 'p@ss "w/rd"&<é>+1';

function masked(values: readonly string[], chunks: readonly (string | Uint8Array)[]): string {
  const mask = maskFor(values)();
  return Buffer.concat([...chunks.map((chunk) => mask.push(Buffer.from(chunk))), mask.end()]).toString();
}

const ENCODINGS: { readonly [name: string]: string } = {
  plain: VALUE,
  base64: Buffer.from(VALUE).toString('base64'),
  base64url: Buffer.from(VALUE).toString('base64url'),
  hex: Buffer.from(VALUE).toString('hex'),
  HEX: Buffer.from(VALUE).toString('hex').toUpperCase(),
  uri: encodeURIComponent(VALUE),
  'lower uri': encodeURIComponent(VALUE).replace(/%../g, (code) => code.toLowerCase()),
  form: encodeURIComponent(VALUE).replaceAll('%20', '+'),
  json: JSON.stringify(VALUE).slice(1, -1),
  'json in json': JSON.stringify(JSON.stringify(VALUE)).slice(3, -3),
  xml: 'p@ss &quot;w/rd&quot;&amp;&lt;é&gt;+1',
};

for (const [name, text] of Object.entries(ENCODINGS)) {
  test(`masked as ${name}, wherever the stream is cut`, () => {
    const bytes = Buffer.from(`before ${text} after`);
    const whole = masked([VALUE], [bytes]);
    assert.match(whole, /^before .{0,2}\*\*\*.{0,4} after$/);
    for (let cut = 1; cut < bytes.length; cut++) {
      assert.is(masked([VALUE], [bytes.subarray(0, cut), bytes.subarray(cut)]), whole, `cut at ${cut}`);
    }
    assert.is(
      masked(
        [VALUE],
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ),
      whole,
      'byte by byte',
    );
  });
}

test('masked in base64 at every alignment', () => {
  for (const lead of ['', 'a', 'ab', 'abc']) {
    const text = Buffer.from(`${lead}${VALUE}${lead}`).toString('base64');
    assert.ok(masked([VALUE], [text]).includes('***'), lead);
  }
});

test('in base64 nothing is left of a secret that its text ends with, alone or with a line break, wherever the stream is cut', () => {
  for (const value of [VALUE, `${VALUE}x`, `${VALUE}xy`]) {
    for (const lead of ['', 'a', 'ab', 'abc']) {
      for (const end of ['', '\n']) {
        for (const form of ['base64', 'base64url'] as const) {
          const text = `${Buffer.from(`${lead}${value}${end}`).toString(form)}\n`;
          for (let cut = 0; cut < text.length; cut++) {
            const shown = masked([value], [text.slice(0, cut), text.slice(cut)]);
            assert.match(shown, new RegExp(`^[^*]{${Math.ceil((lead.length * 8) / 6)}}\\*{3}\n$`), `${text}, cut at ${cut}`);
          }
        }
      }
    }
  }
});

test('a secret of many lines is masked line by line, short lines stay', () => {
  const key = '-----BEGIN KEY-----\nAAAABBBBCCCC\nab\n-----END KEY-----\n';
  assert.is(masked([key], ['> AAAABBBBCCCC\n> ab\n']), '> ***\n> ab\n');
});

test('a long secret is masked in base64 and hex that are printed in lines', () => {
  const key = `-----BEGIN KEY-----\n${'q8ZrAbC1'.repeat(12)}\n-----END KEY-----`;
  const folded = (text: string, width: number): string => text.replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
  for (const lead of ['', 'x', 'key: ', 'l'.repeat(50)]) {
    const bytes = Buffer.from(`${lead}${key}\n`);
    for (const text of [folded(bytes.toString('base64'), 76), folded(bytes.toString('base64'), 64), folded(bytes.toString('hex'), 60)]) {
      for (let cut = 0; cut < text.length; cut += 7) {
        const shown = masked([key], [text.slice(0, cut), text.slice(cut)]);
        assert.ok(shown.length <= 2 * lead.length + 16, `${lead}: ${shown}`);
      }
    }
  }
});

test('a short secret is no word that goes over the end of a line, and no line waits for it', () => {
  const mask = maskFor(['secret-value'])();
  assert.is(Buffer.from(mask.push(Buffer.from('a secr\n'))).toString(), 'a secr\n');
  assert.is(Buffer.from(mask.push(Buffer.from('et-value secret-value'))).toString(), 'et-value ***');
});

test('of two secrets where one begins the other nothing of the longer is left', () => {
  const both = ['abcdef', 'abcdefghijkl'];
  assert.is(masked(both, ['x abcdef', 'ghijkl y']), 'x *** y');
  assert.is(masked(both, ['x abcdef', 'gh y']), 'x ***gh y');
});

test('what only begins like a secret is held back no longer than needed, and then shown', () => {
  const mask = maskFor(['secret-value'])();
  assert.is(Buffer.from(mask.push(Buffer.from('a secret-'))).toString(), 'a ');
  assert.is(Buffer.from(mask.push(Buffer.from('x'))).toString(), 'secret-x');
  assert.is(Buffer.from(mask.end()).toString(), '');
});

test('bytes that are no text pass unchanged', () => {
  const mask = maskFor(['secret-value'])();
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.equal([...mask.push(bytes), ...mask.end()], [...bytes]);
});

test.run();
