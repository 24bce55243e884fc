import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEPT, readReport } from './report.ts';
import { ROWS } from './rows.ts';

test('every row has a short and a long part in the kept report, nothing wrong in them, and as many short cases as were promised', async () => {
  const report = readReport(KEPT);
  assert.equal(Object.keys(report).sort(), Object.keys(ROWS).sort());
  for (const [name, load] of Object.entries(ROWS)) {
    const row = await load();
    const { short, long } = report[name] ?? {};
    assert.ok(short && short.cases >= row.short, `${name}: short part`);
    assert.ok(long && (long.cut || long.cases >= row.long), `${name}: long part`);
    for (const part of [short, long]) {
      assert.is(part?.wrong.length, 0, name);
      assert.ok(part?.seed && part.seconds > 0 && /^[0-9a-f]{7,}$/.test(part.commit), `${name}: ${part?.commit}`);
    }
  }
});

test.run();
