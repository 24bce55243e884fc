import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SBX } from '../../rig/cli.ts';
import { findProgram } from '../../rig/needing.ts';
import { installPeers, PEERS, turboIn, wireitEnvironment } from '../../rig/peers.ts';
import { COMMAND } from './project.ts';

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Folder of its cache, relative to the project; absent: it has none. */
  readonly cache?: string;
  /** Writes its configuration into the project. */
  write(folder: string): void;
  /** The command line that builds, and its environment. */
  build(folder: string): { readonly words: readonly string[]; readonly env: { readonly [name: string]: string } };
}

const json = (folder: string, name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value));

const SBX_PEER: Peer = {
  name: 'sbx',
  version: 'this tree',
  cache: '.home/.cache/sbx/cas',
  write: (folder) => {
    const step = `  build:\n    task: shell\n    run: ${COMMAND}\n    inputs: [in]\n    outputs: [dist]\n`;
    writeFileSync(join(folder, 'Sandboxfile.yaml'), `version: 1\nname: peers\ndefault: [build]\nsteps:\n${step}`);
  },
  build: (folder) => ({ words: [process.execPath, SBX, 'run', '-q'], env: { XDG_CACHE_HOME: join(folder, '.home/.cache') } }),
};

function make(file: string): Peer {
  const said = spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout;
  return {
    name: 'make',
    version: /Make (\S+)/.exec(said)?.[1] ?? '?',
    write: (folder) => writeFileSync(join(folder, 'Makefile'), `dist/all.bin: $(wildcard in/*)\n\t${COMMAND}\n`),
    build: () => ({ words: [file, '-rRs'], env: {} }),
  };
}

function turbo(modules: string): Peer {
  return {
    name: 'turbo',
    version: PEERS.turbo,
    cache: '.turbo/cache',
    write: (folder) => {
      json(folder, 'turbo.json', { tasks: { build: { inputs: ['in/**'], outputs: ['dist/**'] } } });
      json(folder, 'package.json', { name: 'peers', private: true, packageManager: 'npm@11.0.0', scripts: { build: COMMAND } });
      json(folder, 'package-lock.json', { name: 'peers', lockfileVersion: 3, packages: { '': { name: 'peers' } } });
      mkdirSync(join(folder, 'bin'), { recursive: true });
      writeFileSync(join(folder, 'bin/npm'), `#!/bin/sh\n${COMMAND}\n`, { mode: 0o755 }); // what `npm run build` would do, sooner
    },
    build: (folder) => ({
      words: [turboIn(modules), 'run', 'build', '--output-logs=errors-only', '--no-update-notifier'],
      env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', PATH: `${folder}/bin:${process.env.PATH}` },
    }),
  };
}

function wireit(modules: string): Peer {
  return {
    name: 'wireit',
    version: PEERS.wireit,
    cache: '.wireit',
    write: (folder) => {
      const build = { command: COMMAND, files: ['in/*'], output: ['dist/**'], packageLocks: [] };
      json(folder, 'package.json', { name: 'peers', private: true, scripts: { build: 'wireit' }, wireit: { build } });
    },
    build: (folder) => ({
      words: [process.execPath, join(modules, 'wireit/bin/wireit.js')],
      env: wireitEnvironment(folder, 'build'),
    }),
  };
}

function nx(modules: string): Peer {
  const build = {
    executor: 'nx:run-commands',
    cache: true,
    options: { command: COMMAND },
    inputs: ['{projectRoot}/in/**'],
    outputs: ['{projectRoot}/dist'],
  };
  return {
    name: 'nx',
    version: PEERS.nx,
    cache: '.nx/cache',
    write: (folder) => {
      symlinkSync(modules, join(folder, 'node_modules'));
      json(folder, 'package.json', { name: 'peers', private: true, devDependencies: { nx: PEERS.nx } });
      json(folder, 'nx.json', { analytics: false });
      json(folder, 'project.json', { name: 'peers', targets: { build } });
      writeFileSync(join(folder, '.gitignore'), 'dist\n.nx\n.home\nnode_modules\n');
    },
    build: () => ({
      words: [process.execPath, join(modules, 'nx/dist/bin/nx.js'), 'run', 'peers:build', '--output-style=static'],
      env: { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', NX_INTERACTIVE: 'false' },
    }),
  };
}

/** sbx and the peers that are here or can be installed into `folder`; those that cannot are said. */
export function findTools(folder: string, say: (text: string) => void): Peer[] {
  const file = findProgram('make');
  if (!file) say('make is not installed: left out');
  const modules = installPeers(folder, ['turbo', 'nx', 'wireit'], say);
  return [SBX_PEER, ...(file ? [make(file)] : []), ...(modules ? [turbo(modules), nx(modules), wireit(modules)] : [])];
}
