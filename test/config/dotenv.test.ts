import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDotenv } from '../../lib/config/dotenv.ts';
import { REPOSITORY } from '../rig/cli.ts';

test('dotenv subset documented: what its page shows is read as it says', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/guide/variables.md'), 'utf8');
  const [, shown = ''] = /```sh \.env\n([\s\S]*?)```/.exec(page) ?? [];
  const { pairs, diagnostics } = parseDotenv('.env', Buffer.from(shown));
  assert.equal(diagnostics, []);
  assert.equal(pairs, [
    ['NAME', 'value'],
    ['PLAIN', 'as it is, $HOME too'],
    ['WITH', 'a\tb $5 "c"'],
    ['EMPTY', ''],
  ]);
});

test('dotenv subset documented: a `$` that others would expand, and a line that is none of these, is refused with its place', () => {
  const lines = ['A=$B', 'A="${B}"', 'A=$(date)', 'NAME', '1A=a', 'A-B=a', 'A="a', "A='a", 'A="a" b'];
  for (const line of lines) {
    const { pairs, diagnostics } = parseDotenv('.env', Buffer.from(`GOOD=1\n${line}\n`));
    assert.equal(pairs, [['GOOD', '1']], line);
    assert.equal(
      diagnostics.map(({ code, span }) => [code, span?.start.line]),
      [['dotenv-syntax', 2]],
      line,
    );
  }
});

test.run();
