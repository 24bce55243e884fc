// The tools that are compared, as they are called. turbo and wireit are started without npm and without their wrappers, which would cost them more.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SBX } from '../rig/cli.ts';
import { findProgram } from '../rig/needing.ts';
import { type Graph, writeMakefile, writeNinja, writeSandboxfile, writeTurbo, writeWireit } from './graph.ts';
import type { Command } from './measure.ts';

export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly write: (folder: string, graph: Graph) => void;
  readonly all: (folder: string) => Command;
  /** `--version`, the cheapest start. */
  readonly start: (folder: string) => Command;
}

const PEERS = { turbo: '2.11.11', wireit: '0.14.13' };

export const SBX_TOOL: Tool = {
  name: 'sbx',
  version: 'this tree',
  write: writeSandboxfile,
  all: (cwd) => sbx(cwd, 'run'),
  start: (cwd) => sbx(cwd, '--version'),
};

/** What starting the commands costs in Node by itself, two at a time: no graph, no records. */
export const SPAWNING: Tool = {
  name: 'node, spawning only',
  version: process.version,
  write(folder, { steps }) {
    const program = `const { spawn } = require('node:child_process');
let next = 0;
const go = () => {
  if (next === ${steps}) return;
  const at = next++;
  const command = \`cat in/\${at}.txt > out/\${at}.txt\`;
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  child.stdout.on('data', () => {});
  child.once('close', go);
};
go();
go();
`;
    writeFileSync(join(folder, 'spawning.cjs'), program);
  },
  all: (cwd) => ({ words: [process.execPath, 'spawning.cjs'], cwd }),
  start: (cwd) => ({ words: [process.execPath, '--version'], cwd }),
};

export function sbx(cwd: string, ...words: readonly string[]): Command {
  return { words: [process.execPath, SBX, ...words], cwd };
}

/** Peers that are here or can be installed into `folder`; those that cannot are said. */
export function findPeers(folder: string, say: (text: string) => void): Tool[] {
  const tools: Tool[] = [];
  const make = findProgram('make');
  if (make) tools.push(program('make -rR', make, writeMakefile, ['-rRs', '-j2'], /Make (\S+)/));
  else say('make is not installed: left out');
  const ninja = findProgram('ninja');
  if (ninja) tools.push(program('ninja', ninja, writeNinja, ['--quiet'], /(\S+)/));
  else say('ninja is not installed (apt-get install ninja-build): left out');
  const modules = installPeers(folder, say);
  if (!modules) return tools;
  const turbo = join(modules, `@turbo/${process.platform}-${process.arch === 'x64' ? '64' : process.arch}/bin/turbo`);
  const wireit = join(modules, 'wireit/bin/wireit.js');
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', CI: '1' };
  tools.push({
    name: 'turbo',
    version: PEERS.turbo,
    write: writeTurbo,
    all: (cwd) => ({
      words: [turbo, 'run', 'all', '--output-logs=none', '--no-update-notifier'],
      cwd,
      env: { ...quiet, PATH: `${cwd}/bin:${process.env.PATH}` },
    }),
    start: (cwd) => ({ words: [turbo, '--version'], cwd, env: quiet }),
  });
  tools.push({
    name: 'wireit',
    version: PEERS.wireit,
    write: writeWireit,
    all: (cwd) => ({ words: [process.execPath, wireit], cwd, env: wireitEnvironment(cwd, 'all') }),
    start: (cwd) => ({ words: [process.execPath, wireit], cwd, env: wireitEnvironment(cwd, 't0') }),
  });
  return tools;
}

function program(name: string, file: string, write: Tool['write'], words: readonly string[], version: RegExp): Tool {
  const said = spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout;
  return {
    name,
    version: version.exec(said)?.[1] ?? '?',
    write,
    all: (cwd) => ({ words: [file, ...words], cwd }),
    start: (cwd) => ({ words: [file, '--version'], cwd }),
  };
}

function wireitEnvironment(cwd: string, script: string): { readonly [name: string]: string } {
  return {
    npm_package_json: join(cwd, 'package.json'),
    npm_lifecycle_event: script,
    npm_config_user_agent: 'npm/11.0.0 node',
    WIREIT_LOGGER: 'quiet',
  };
}

function installPeers(folder: string, say: (text: string) => void): string | undefined {
  const modules = join(folder, 'node_modules');
  const isThere = Object.entries(PEERS).every(([name, version]) => {
    const file = join(modules, name, 'package.json');
    return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version === version;
  });
  if (isThere) return modules;
  const names = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  say(`installing the peers ${names.join(' ')} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const { status, stderr } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', ...names], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return modules;
  say(`they cannot be installed here, and are left out: ${stderr.trim().split('\n')[0]}`);
  return undefined;
}
