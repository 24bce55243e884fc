import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './needing.ts';
import { until } from './patience.ts';
import { makeRoot } from './podman.ts';

/** A Docker daemon for a test alone, on a socket of its own. */
export interface Docker extends AsyncDisposable {
  /** A folder with `docker` and `docker-compose` that talk to it: the first of the PATH of whoever is to use it. */
  readonly bin: string;
  run(...words: readonly string[]): string;
}

/** `folder`: of the test. The image is `localhost/busy:1`: busybox as a shell. */
export async function openDocker(folder: string): Promise<Docker> {
  const file = (name: string): string => join(folder, name);
  const bin = file('bin');
  mkdirSync(bin, { recursive: true });
  const socket = `unix://${file('sock')}`;
  const folders = ['--data-root', file('data'), '--exec-root', file('exec'), '-p', file('pid'), '--config-file', file('none.json')];
  writeFileSync(file('none.json'), '{}');
  const log = openSync(file('log'), 'w');
  const daemon: ChildProcess = spawn('dockerd', [...folders, '-H', socket, '--storage-driver', 'vfs', '--bridge', 'none'], {
    stdio: ['ignore', log, log],
  });
  for (const program of ['docker', 'docker-compose'])
    writeFileSync(join(bin, program), `#!/bin/sh\nDOCKER_HOST=${socket} exec ${findProgram(program)} "$@"\n`, { mode: 0o755 });
  const run = (...words: readonly string[]): string =>
    execFileSync(join(bin, 'docker'), words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  await until('dockerd answers', () => {
    try {
      run('ps');
      return true;
    } catch {
      return false;
    }
  });
  makeRoot(file('image'));
  execFileSync('tar', ['-C', file('image'), '-cf', file('image.tar'), '.']);
  run('import', file('image.tar'), 'localhost/busy:1');
  return {
    bin,
    run,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((ended) => daemon.once('exit', ended));
      daemon.kill('SIGTERM');
      await gone;
    },
  };
}
