import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pick, type StoredSuccess, type Whose } from '../../lib/run/store-successes.ts';
import { successOf } from './store-fixture.ts';

function stored(key: string, step: string, project = 'demo'): StoredSuccess {
  return { success: { ...successOf(null), key: key.padEnd(64, '0'), step, project }, bytes: 1, used: 0 };
}

const ALL = [stored('abcd1', 'build'), stored('abcd2', 'lint'), stored('face1', 'face'), stored('beef1', 'build', 'other')];
const STEPS = ['build', 'lint', 'face'];
const HERE: Whose = { project: 'demo', called: (word) => (STEPS.includes(word) ? [word] : []), known: STEPS };

function picked(...words: string[]): string | readonly string[] {
  const found = pick(ALL, words, HERE);
  return found.ok ? found.value.map(({ success }) => success.key.slice(0, 5)) : `${found.error.message}: ${found.error.hint}`;
}

test('a key is accepted as far as no other begins so', () => {
  assert.equal(picked('abcd1'), ['abcd1']);
  assert.equal(picked('beef'), ['beef1'], 'of another project too');
  assert.is(picked('abcd'), 'abcd begins 2 keys: abcd1000 (build), abcd2000 (lint)');
  assert.is(picked('abc'), 'abc is neither a step nor a key: a key is given by its first four digits or more');
  assert.is(picked('0000'), 'nothing is stored under the key 0000: undefined');
});

test('a name of a step comes first, and means those of its project', () => {
  assert.equal(picked('face'), ['face1']);
  assert.equal(picked('build', 'lint', 'build'), ['abcd1', 'abcd2'], 'each once');
  assert.equal(pick(ALL, ['build'], { ...HERE, project: undefined }).ok, true);
  assert.is(picked('lnit'), 'lnit is neither a step nor a key: did you mean lint?');
});

test.run();
