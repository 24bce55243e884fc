import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from './folder.ts';
import { endAll } from './processes.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * For the main process of a harness: from now on all temporary folders, of this process and of what it starts, lie below one. When it ends, also when it is told
 * to, whoever still has to do with that folder ends, and the folder goes. `stopped` says what was done so far.
 */
export function takeGround(stopped: () => void): void {
  const ground = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-')));
  chmodSync(ground, 0o711); // the far sides of some tests are other users
  process.env.TMPDIR = ground;
  process.umask(0o022); // modes are compared
  process.on('exit', () => {
    endAll([`${ground}/`]);
    unmountBelow(ground);
    removeFolder(ground);
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
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const below = mounts.map((line) => line.split(' ')[1] ?? '').filter((at) => at.startsWith(`${folder}/`));
  for (const at of below.reverse()) execFileSync('umount', ['-l', at]);
}
