// npm run bench: sbx and its peers on the same work in one run. Tables to stdout, .build/bench/result.md and result.json. Exit 1 if a bound does not hold.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../rig/cli.ts';
import { type Bound, boundsOf } from './bounds.ts';
import { CASES, type Result } from './cases.ts';
import { farCases } from './far/cases.ts';
import { farVersions } from './far/peers.ts';
import { type Wire, wireOf } from './far/wire.ts';
import { tableOf } from './table.ts';
import { findPeers, SBX_TOOL } from './tools.ts';

const OUT = join(REPOSITORY, '.build/bench');
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    without: { type: 'string', multiple: true, default: [] },
    files: { type: 'string', multiple: true, default: [] },
    mib: { type: 'string', multiple: true, default: [] },
    wire: { type: 'string', multiple: true, default: [] },
  },
});
const wish = { files: values.files.map(sizeOf), mib: values.mib.map(sizeOf), wires: values.wire.map(wireNamed), without: values.without };
const cases = { ...CASES, ...farCases(wish) };
const HELP = `npm run bench -- [--only TEXT] [--rounds N | --short] [--without TOOL]... [--files N]... [--mib N]... [--wire WIRE]...

  --only TEXT     only cases whose names contain it: ${Object.keys(cases).join(', ')}
  --rounds N      how often each is measured, 15 if not said (far cases: 7 at most; who takes long is measured 2 or 3 times); --short: 5
  --without TOOL  leaves out a peer, by its name in the tables
  --files N, --mib N, --wire WIRE
                  replace what far cases are measured with; a wire is loopback, 20ms or 20ms-100mbit, with any numbers

The far cases need OpenSSH's sshd and rsync; unison, tar and scp are measured where they are. All of them take some 40 minutes on two
cores, most of it 50,000 files; \`--only far-again --files 10000 --wire 20ms --rounds 3\` takes one. Of the others noop-1000 is the longest.
`;
const rounds = Number(values.rounds ?? (values.short ? 5 : 15));
const say = (text: string): void => console.log(text);

process.exitCode = 1;
if (values.help) {
  say(HELP);
  process.exitCode = 0;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-bench-'));
  try {
    await measureIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureIn(folder: string): Promise<void> {
  const chosen = Object.entries(cases).filter(([name]) => name.includes(values.only ?? ''));
  const isFar = chosen.some(([name]) => name.startsWith('far-'));
  const isNear = chosen.some(([name]) => !name.startsWith('far-'));
  const peers = isNear ? findPeers(join(OUT, 'peers'), say) : [];
  const tools = [SBX_TOOL, ...peers].filter(({ name }) => !values.without.includes(name));
  const versions = [...tools.map((tool) => `${tool.name} ${tool.version}`), ...(isFar ? farVersions(say) : [])];
  const results: Result[] = [];
  for (const [name, measure] of chosen) {
    say(`measuring: ${name}`);
    try {
      results.push(...(await measure({ folder, tools, rounds, say })));
    } catch (error) {
      say(`  not measured: ${(error as Error).message}`);
    }
    write(versions, results); // it takes long: what was measured is there, should it be ended
  }
  say(`\n${write(versions, results)}`);
  process.exitCode = judged(results).every((one) => one.holds) ? 0 : 1;
}

function judged(results: readonly Result[]): readonly Bound[] {
  return boundsOf(results).filter((one) => !isNarrowed() || one.measured !== 'not measured');
}

function isNarrowed(): boolean {
  return [values.only, ...values.files, ...values.mib, ...values.wire].some((one) => one !== undefined);
}

function write(versions: readonly string[], results: readonly Result[]): string {
  const bounds = judged(results);
  const head = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${versions.join(', ')}; npm run bench -- ${process.argv.slice(2).join(' ')}`;
  const text = `${head}\n\n${tableOf(results)}\n${bounds.map((one) => `${one.holds ? 'holds' : 'FAILS'}  ${one.says}: ${one.measured}`).join('\n')}\n`;
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, 'result.json'), `${JSON.stringify({ head, results, bounds }, undefined, 1)}\n`);
  writeFileSync(join(OUT, 'result.md'), text);
  return text;
}

function sizeOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${text}: a size is a whole number`);
}

function wireNamed(text: string): Wire {
  const wire = wireOf(text);
  if (wire === undefined) throw new Error(`${text}: a wire is loopback, 20ms or 20ms-100mbit, with any numbers`);
  return wire;
}
