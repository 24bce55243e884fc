// rig: timeout 600s
import { test } from 'uvu';
import { isOnPath, leftOut } from '../rig/needing.ts';
import { testShort } from './short.ts';
import { row } from './syscall-faults/row.ts';

const SAYS =
  "ENOSPC, EIO, EROFS, EACCES, EMFILE, no inodes: the build's result stands, the cache write is dropped with one warning, nothing half-written is ever used";

if (isOnPath('strace')) testShort(row, SAYS);
else leftOut('strace not installed')(SAYS, () => {});

test.run();
