// node .build/test/torture/peers/main.js --peers [FLAG...]: see ../flags.ts. The same blows against sbx and its peers, as measured.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from '../../rig/cli.ts';
import { startHarness } from '../../rig/harness.ts';
import { readFlags } from '../flags.ts';
import { strikeAll } from './strike.ts';
import { peersTable } from './table.ts';
import { findTools } from './tools.ts';

const say = (text: string): void => console.log(text);

process.exitCode = 1;
startHarness(() => say('\nstopped'));
const wish = readFlags(process.argv.slice(2), []);
if ('says' in wish) {
  console.error(wish.says);
  process.exitCode = wish.code;
} else {
  const { cases = 20, only } = wish.peers ?? {};
  const tools = findTools(join(REPOSITORY, '.build/bench/peers'), say).filter(({ name }) => only === undefined || name === only);
  const report = await strikeAll(tools, { cases, seed: wish.seed, say });
  const file = wish.report ?? join(REPOSITORY, wish.keep ? 'docs/reliability/peers.json' : '.build/torture-peers.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  say(`\n${peersTable(report)}`);
  process.exitCode = 0;
}
