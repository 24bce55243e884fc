// rig: timeout 3600s
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { callsIn, SITUATIONS, type Situation, wrongWhere } from './killed-parts.ts';

for (const situation of Object.keys(SITUATIONS) as Situation[])
  test(`every process of the far programs killed, one after the other: ${situation}`, async () => {
    const wrong: string[] = [];
    const calls = await callsIn(situation);
    for (let at = 1; at <= calls; at++)
      for (const how of ['at once', 'half'] as const) wrong.push(...(await wrongWhere(situation, `call ${at},`, how)));
    assert.equal(wrong, []);
  });

test.run();
