// Other tools of the field, at pinned versions, for measuring beside them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const PEERS = { turbo: '2.11.11', wireit: '0.14.13', nx: '24.0.6', '@moonrepo/cli': '2.5.5' };

/** The node_modules folder with the peers, in `folder`; undefined, and said why, if they cannot be installed. */
export function installPeers(folder: string, names: readonly (keyof typeof PEERS)[], say: (text: string) => void): string | undefined {
  const modules = join(folder, 'node_modules');
  const missing = names.filter((name) => installed(modules, name) !== PEERS[name]);
  if (missing.length === 0) return modules;
  const wanted = names.map((name) => `${name}@${PEERS[name]}`);
  say(`installing the peers ${wanted.join(' ')} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', ...wanted];
  const { status, stderr } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return modules;
  say(`they cannot be installed here, and are left out: ${stderr.trim().split('\n')[0]}`);
  return undefined;
}

function installed(modules: string, name: string): string | undefined {
  const file = join(modules, name, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version : undefined;
}

/** The program of turbo itself, without its wrapper in JavaScript. */
export function turboIn(modules: string): string {
  return join(modules, `@turbo/${process.platform}-${process.arch === 'x64' ? '64' : process.arch}/bin/turbo`);
}

/** The same of moon. */
export function moonIn(modules: string): string {
  return join(modules, `@moonrepo/core-${process.platform}-${process.arch}-gnu/moon`);
}

/** wireit is configured by what npm would tell it. */
export function wireitEnvironment(cwd: string, script: string): { readonly [name: string]: string } {
  return {
    npm_package_json: join(cwd, 'package.json'),
    npm_lifecycle_event: script,
    npm_config_user_agent: 'npm/11.0.0 node',
    WIREIT_LOGGER: 'quiet',
  };
}
