import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoOf, fileTrouble } from '../../lib/io/trouble.ts';

const thrown = (code: string, errno: number): Error => Object.assign(new Error(code), { code, errno, syscall: 'write' });

test('an error of the system for which libuv has no name has its name of Linux, whatever Node calls it', () => {
  assert.is(errnoOf(thrown('UNKNOWN', -122)), 'EDQUOT'); // of writeSync
  assert.is(errnoOf(thrown('Unknown system error -122', -122)), 'EDQUOT'); // of fsyncSync
  assert.is(errnoOf(thrown('Unknown system error -999', -999)), 'E999');
  assert.match(fileTrouble(thrown('UNKNOWN', -122), 'write', 'a').message, /cannot write a: disk quota exceeded \(EDQUOT\)/);
});

test('a bug is no trouble of a file', () => {
  assert.is(errnoOf(new TypeError('x is not a function')), undefined);
  assert.throws(() => fileTrouble(new TypeError('x is not a function'), 'write', 'a'), /not a function/);
});

test.run();
