// rig: timeout 600s

import { test } from 'uvu';
import { row } from './payloads/row.ts';
import { testShort } from './short.ts';

testShort(
  row,
  'payloads as parameters, variables, words, names and paths: one word with these bytes in every quoting context, here and over SSH',
);

test.run();
