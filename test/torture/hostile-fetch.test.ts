// rig: timeout 600s
import { test } from 'uvu';
import { row } from './hostile-fetch/row.ts';
import { testShort } from './short.ts';

testShort(
  row,
  '80 hostile trees and answers from a hostile SSH server, and destinations with planted links: refused whole or taken rightly, nothing else touched',
);

test.run();
