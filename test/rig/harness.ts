import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from './folder.ts';
import { endAll } from './processes.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const MOUNTS = '/proc/self/mounts';

/**
 * For the main process of a harness: from now on all temporary folders, of this process and of what it starts, lie below one. When it ends, also when it is told
 * to, whoever still has to do with that folder ends, and the folder goes. `stopped` says what was done so far.
 */
export function startHarness(stopped: () => void): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-')));
  chmodSync(folder, 0o711); // the far sides of some tests are other users
  process.env.TMPDIR = folder;
  process.umask(0o022); // modes are compared
  process.on('exit', () => {
    endAll([folder]);
    unmountBelow(folder);
    removeFolder(folder);
  });
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      stopped();
      process.exit(code);
    });
  }
}

/** Small disks of tests: what is mounted last goes first. */
function unmountBelow(folder: string): void {
  const mounts = existsSync(MOUNTS) ? readFileSync(MOUNTS, 'utf8').split('\n') : [];
  const paths = mounts.map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '));
  for (const path of paths.filter((one) => one.startsWith(`${folder}/`)).reverse()) spawnSync('umount', ['-l', path]);
}
