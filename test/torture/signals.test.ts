// rig: timeout 400s
import { test } from 'uvu';
import { testShort } from './short.ts';
import { row } from './signals/row.ts';

testShort(
  row,
  'Signals and terminal in tmux: INT once, twice, thrice, TERM, HUP, KILL, stop and continue, EPIPE, closed and full stdout; children that ignore TERM, leave the session, are stopped, hold the pipe: 0 orphans on either side, releasers always run or are in the journal and run next time.',
);

test.run();
