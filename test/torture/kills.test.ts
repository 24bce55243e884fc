// rig: timeout 400s
import { test } from 'uvu';
import { row } from './kills/row.ts';
import { testShort } from './short.ts';

testShort(
  row,
  'Real SIGKILLs of the whole CLI at swept delays, local and remote: the next run is right, needs no repair, leaves no process on either side once grace is over, and every output equals a clean build’s.',
);

test.run();
