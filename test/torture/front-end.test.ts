// rig: timeout 600s
import { test } from 'uvu';
import { row } from './front-end/row.ts';
import { testShort } from './short.ts';

testShort(row, 'hostile files for the front end, and a fuzzer with a kept corpus: nothing over a second, no crash, only diagnostics');

test.run();
