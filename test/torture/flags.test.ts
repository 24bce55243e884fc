import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { readFlags } from './flags.ts';
import { ROWS } from './rows.ts';

const says = (...words: readonly string[]): string => {
  const read = readFlags(words, ['damage', 'kills']);
  return 'says' in read ? `${read.code} ${read.says}` : JSON.stringify(read);
};

test('a wrong word is refused with what was meant, and with all that there is', () => {
  assert.match(says('damge'), /^2 There is no row damge. Did you mean `damage`\?\n\nusage: .*\n.*\n {2}rows: damage, kills\n/);
  assert.match(says('kills', '--lnog'), /^2 There is no --lnog. Did you mean `--long`\?\n/);
  assert.match(says('--bad'), /^2 There is no --bad\.\n/);
  assert.match(says('--minutes', 'soon'), /^2 --minutes soon is no number above 0/);
  assert.match(says('kills', '--help'), /^0 usage: /);
});

test('without a row all of them are wanted, in short', () => {
  assert.is(
    says('--match', 'x'),
    '{"rows":["damage","kills"],"part":"short","seed":"sbx","box":900000,"untilWrong":false,"verbose":false,"list":false,"keep":false,"match":"x"}',
  );
});

test('help, rows and refusals come before anything is compiled or built', () => {
  const torture = (...words: readonly string[]) =>
    spawnSync(process.execPath, ['.ci/torture.mjs', ...words], { cwd: REPOSITORY, encoding: 'utf8', env: { PATH: '/nowhere' } });
  const list = torture('--list');
  assert.equal(list.stdout.match(/^[\w-]+(?= +\S)/gm), Object.keys(ROWS).sort(), list.stderr);
  assert.is(torture('--help').status, 0);
  const wrong = torture('kilsl');
  assert.is(wrong.status, 2);
  assert.match(wrong.stderr, /Did you mean `kills`\?/);
});

test.run();
