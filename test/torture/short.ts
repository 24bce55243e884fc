import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drive } from './drive.ts';
import { keep, REPORT } from './report.ts';
import type { Row } from './row.ts';
import { SHORT_SEED } from './short-seed.ts';

/** Registers the short part of a row as a test that bears `says`. */
export function testShort(row: Row, says: string): void {
  test(says, async () => {
    const report = await drive(row, { part: 'short', seed: SHORT_SEED, box: Number.POSITIVE_INFINITY });
    keep(REPORT, report);
    const { cases, wrong, lacking } = report;
    const told = wrong.slice(0, 10).map((one) => `${one.name}: ${one.says}`);
    assert.is(wrong.length, 0, `${wrong.length} of ${cases} cases:\n${told.join('\n')}`);
    assert.equal(lacking, [], 'a part cannot be tried here');
    assert.ok(cases >= row.short, `${cases} cases, ${row.short} are promised`);
  });
}
