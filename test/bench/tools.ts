// The tools that are compared, as they are called: without npm and without their wrappers, which would cost them more.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SBX } from '../rig/cli.ts';
import { findProgram } from '../rig/needing.ts';
import { installPeers, moonIn, PEERS, turboIn, wireitEnvironment } from '../rig/peers.ts';
import { type Graph, writeMakefile, writeMoon, writeNinja, writeNx, writeSandboxfile, writeTurbo, writeWireit } from './graph.ts';
import type { Command } from './measure.ts';

export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly write: (folder: string, graph: Graph) => void;
  readonly all: (folder: string) => Command;
  /** `--version`, the cheapest start. */
  readonly start: (folder: string) => Command;
  /** Ends what it leaves running for the folder; its CPU time is not counted. */
  readonly stop?: (folder: string) => Command;
}

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
  const modules = installPeers(folder, ['turbo', 'wireit', 'nx', '@moonrepo/cli'], say);
  if (!modules) return tools;
  const turbo = turboIn(modules);
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
  tools.push(nxIn(modules));
  const moon = moonIn(modules);
  tools.push({
    name: 'moon',
    version: PEERS['@moonrepo/cli'],
    write: writeMoon,
    all: (cwd) => ({ words: [moon, 'run', 'bench:all', '--quiet'], cwd }),
    start: (cwd) => ({ words: [moon, '--version'], cwd }),
  });
  return tools;
}

function nxIn(modules: string): Tool {
  const nx = (cwd: string, ...words: readonly string[]): Command => ({
    words: [process.execPath, join(modules, 'nx/dist/bin/nx.js'), ...words],
    cwd,
    env: { NX_DAEMON: 'true', NX_NO_CLOUD: 'true', NX_TUI: 'false', NX_INTERACTIVE: 'false' },
  });
  return {
    name: 'nx with its daemon',
    version: PEERS.nx,
    write: (folder, graph) => writeNx(folder, graph, modules, PEERS.nx),
    all: (cwd) => nx(cwd, 'run', 'bench:all', '--output-style=static'),
    start: (cwd) => nx(cwd, '--version'),
    stop: (cwd) => nx(cwd, 'daemon', '--stop'),
  };
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
