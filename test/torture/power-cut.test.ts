// rig: timeout 300s
import { test } from 'uvu';
import { row } from './power-cut/row.ts';
import { testShort } from './short.ts';

testShort(row, 'with un-synced writes lost or reordered, as a power cut does, nothing wrong is used and what a teardown needs is known');

test.run();
