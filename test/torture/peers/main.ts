// node .build/test/torture/peers/main.js [--cases N] [--seed TEXT] [--only TOOL] [--report FILE]: the same blows against sbx and its peers, as measured.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../../rig/cli.ts';
import { SHORT_SEED } from '../short-seed.ts';
import { strikeAll } from './strike.ts';
import { peersTable } from './table.ts';
import { findTools } from './tools.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20' },
    seed: { type: 'string', default: SHORT_SEED },
    only: { type: 'string' },
    report: { type: 'string', default: join(REPOSITORY, '.build/torture-peers.json') },
  },
});
const say = (text: string): void => console.log(text);

process.exitCode = 1;
const tools = findTools(join(REPOSITORY, '.build/bench/peers'), say).filter(({ name }) => !values.only || name === values.only);
const report = await strikeAll(tools, { cases: Number(values.cases), seed: values.seed, say });
mkdirSync(dirname(values.report), { recursive: true });
writeFileSync(values.report, `${JSON.stringify(report, undefined, 2)}\n`);
say(`\n${peersTable(report)}`);
process.exitCode = 0;
