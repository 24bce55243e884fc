import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { progressed, progressText } from '../../lib/view/progress.ts';

const word = (done: number, at: number, total?: number) =>
  ({
    type: 'step-progress',
    step: 'sync',
    unit: 'bytes',
    done,
    at,
    ...(total === undefined ? {} : { total, files: { done: 3, total: 10 } }),
  }) as const;
const MIB = 2 ** 20;

test('progress in bytes and files has a rate and says for how long yet', () => {
  const first = progressed(undefined, word(0, 1000, 100 * MIB));
  assert.is(progressText(first), '0 B of 100 MiB, 3 of 10 files');
  const later = progressed(first, word(20 * MIB, 3000, 100 * MIB));
  assert.is(progressText(later), '20 MiB of 100 MiB, 3 of 10 files, 10 MiB/s, 8s left');
  assert.is(progressText(progressed(later, word(100 * MIB, 11_000, 100 * MIB))), '100 MiB of 100 MiB, 3 of 10 files, 10 MiB/s');
});

test('what was done before anybody looked is not counted as fast; another attempt begins anew', () => {
  const first = progressed(undefined, word(50 * MIB, 0, 100 * MIB));
  assert.match(progressText(progressed(first, word(60 * MIB, 10_000, 100 * MIB))), ', 1.0 MiB/s, 40s left');
  assert.is(progressText(progressed(first, word(5, 20_000))), '5 B');
});

test.run();
