import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { ATTACKS } from './peers/attacks.ts';
import { strikeAll } from './peers/strike.ts';
import { peersTable } from './peers/table.ts';
import { findTools } from './peers/tools.ts';
import { SHORT_SEED } from './short-seed.ts';

test('the same flips, truncations and kills against turbo, nx, wireit and make at pinned versions; the table is printed as measured', async () => {
  const tools = findTools(join(REPOSITORY, '.build/bench/peers'), (text) => console.log(text));
  assert.equal(
    tools.map(({ name }) => name),
    ['sbx', 'make', 'turbo', 'nx', 'wireit'],
  );
  const report = await strikeAll(tools, { cases: 1, seed: SHORT_SEED, say: () => {} });
  for (const { name, tallies } of report.tools) {
    for (const attack of ATTACKS) {
      const tally = tallies[attack.name];
      if (name === 'make' && attack.needsCache) assert.is(tally, undefined);
      else assert.is((tally?.right ?? 0) + (tally?.wrong ?? 0) + (tally?.refused ?? 0), 1, `${name} ${attack.name}`);
      if (name === 'sbx') assert.is(tally?.right, 1, attack.name);
    }
  }
  const table = peersTable(report);
  assert.is(table.split('\n').length, ATTACKS.length + 3);
  console.log(table);
});

test.run();
