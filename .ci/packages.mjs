// npm packages: those of the lock file, and other Node versions for the tests.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Install scripts are not run: nothing here needs one, and newer npm versions stop to ask. */
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** `npm ci` if node_modules is missing or not what the lock file says. Throws if it fails. */
export function installPackages(root, say) {
  const why = whyStale(root);
  if (!why) return;
  const modules = join(root, 'node_modules');
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink())
    throw new Error(`node_modules is a link and ${why}: install where it points to`);
  say(`installing npm packages (${why})`);
  npm(['ci', ...QUIET], root);
}

/** Why node_modules is not what the lock file says; undefined if it is. Packages for other systems need not be there. */
function whyStale(root) {
  if (!existsSync(join(root, 'node_modules'))) return 'there is no node_modules';
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  for (const [path, { version, optional }] of Object.entries(locked)) {
    if (path === '') continue;
    try {
      const found = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).version;
      if (found !== version) return `${path} is ${found}, not ${version}`;
    } catch {
      if (!optional) return `${path} is missing`;
    }
  }
  return undefined;
}

function npm(args, cwd) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${(stdout + stderr).trimEnd().slice(-4000)}`);
}

/** Executable of a Node version, from the npm package that holds it, kept in .build/nodes. Throws if there is none for this system. */
export function installNode(root, version, say) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, '.build/nodes', version);
  const node = join(folder, 'node_modules', name, 'bin/node');
  const runs = () => spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim() === version;
  if (runs()) return node;
  say(`fetching Node ${version} (npm package ${name})`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  npm(['install', ...QUIET, '--no-save', '--no-package-lock', `${name}@${version}`], folder);
  if (!runs()) throw new Error(`Node ${version} does not run here`);
  return node;
}
