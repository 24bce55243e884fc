// rig: timeout 600s
import { test } from 'uvu';
import { row } from './races/row.ts';
import { testShort } from './short.ts';

testShort(
  row,
  'Races: 16 writers of one key with GC and readers; 8 runs x 50 rounds on one project and on one store; two checkouts and two projects on one place; inputs that change while hashed, while a step runs, within one clock tick; clock a year off either way.',
);

test.run();
