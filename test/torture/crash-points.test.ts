// rig: timeout 600s
import { test } from 'uvu';
import { row } from './crash-points/row.ts';
import { testShort } from './short.ts';

testShort(row, 'killed before or after any file operation, the next run is right without repair, and the one after does nothing');

test.run();
