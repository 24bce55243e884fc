// rig: timeout 300s
import { test } from 'uvu';
import { row } from './damage/row.ts';
import { testShort } from './short.ts';

testShort(row, 'flips, truncations, missing, swapped, forged and half-written files are found, and cost time alone');

test.run();
