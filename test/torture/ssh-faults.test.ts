// rig: timeout 900s
import { test } from 'uvu';
import { testShort } from './short.ts';
import { row } from './ssh-faults/row.ts';

testShort(
  row,
  'the 16 x 6 SSH faults, by a chaos TCP proxy and a server of ours: 0 false successes, each ends in time and names the cause, and the next run is right',
);

test.run();
