// rig: timeout 300s
import { test } from 'uvu';
import { row } from './secrets/row.ts';
import { testShort } from './short.ts';

testShort(row, 'canaries as secrets: in no command line, environment, log in twelve encodings, event, store, or message');

test.run();
