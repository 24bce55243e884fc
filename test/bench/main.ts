// npm run bench [-- --short | --rounds N] [-- --only CASE] [-- --without TOOL]...: the peers and sbx side by side on the same work, with a bare start of Node in the same run.
// Medians of CPU milliseconds; what counts are the ratios within one run. Nothing in the test suite is timed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../rig/cli.ts';
import { type Bound, boundsOf } from './bounds.ts';
import { CASES, type Result } from './cases.ts';
import { tableOf } from './table.ts';
import { findPeers, SBX_TOOL, type Tool } from './tools.ts';

const OUT = join(REPOSITORY, '.build/bench');
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    without: { type: 'string', multiple: true },
  },
});
const rounds = Number(values.rounds ?? (values.short ? 5 : 15));
const say = (text: string): void => console.log(text);

process.exitCode = 1;
const folder = mkdtempSync(join(tmpdir(), 'sbx-bench-'));
try {
  const tools = [SBX_TOOL, ...findPeers(join(OUT, 'peers'), say)].filter(({ name }) => !values.without?.includes(name));
  const results: Result[] = [];
  for (const [name, measure] of Object.entries(CASES)) {
    if (values.only && !name.includes(values.only)) continue;
    say(`measuring: ${name}`);
    try {
      results.push(...(await measure({ folder, tools, rounds, say })));
    } catch (error) {
      say(`  not measured: ${(error as Error).message}`);
    }
    write(tools, results); // it takes long: what was measured is there, should it be ended
  }
  say(`\n${write(tools, results)}`);
  process.exitCode = judged(results).every((one) => one.holds) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function judged(results: readonly Result[]): readonly Bound[] {
  return boundsOf(results).filter((one) => !values.only || one.measured !== 'not measured');
}

function write(tools: readonly Tool[], results: readonly Result[]): string {
  const bounds = judged(results);
  const head = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${tools.map((tool) => `${tool.name} ${tool.version}`).join(', ')}; npm run bench -- --rounds ${rounds}`;
  const text = `${head}\n\n${tableOf(results)}\n${bounds.map((one) => `${one.holds ? 'holds' : 'FAILS'}  ${one.says}: ${one.measured}`).join('\n')}\n`;
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, 'result.json'), `${JSON.stringify({ head, results, bounds }, undefined, 1)}\n`);
  writeFileSync(join(OUT, 'result.md'), text);
  return text;
}
