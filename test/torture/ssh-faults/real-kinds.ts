import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SshdSettings } from '../../rig/sshd.ts';
import { back, type FaultKind, FILL, GONE, network, SAYS_GONE } from './fault.ts';
import type { RealStand } from './real-stand.ts';

/** A fault for which OpenSSH need not lie. */
export interface RealKind extends FaultKind<RealStand> {
  readonly settings?: SshdSettings;
  /** Whether it really was there, if that is seen afterwards only. */
  readonly wasThere?: (stand: RealStand) => boolean;
}

const aside = (stand: RealStand, name: string): string => join(stand.sshd.folder, name);

export const REAL_KINDS: readonly RealKind[] = [
  network('black hole', 'hole'),
  network('half-open link', 'half', { mayEndWell: true }),
  network('reset', 'reset'),
  network('cut', 'close'),
  network('flipped bytes', 'garbage'),
  network('slow drip', { delay: 25 }, { codes: [], strike: ({ proxy }) => proxy.set({ delay: 25 }) }),
  {
    name: 'server restarted',
    retries: 1,
    codes: GONE,
    says: SAYS_GONE,
    mayEndWell: true,
    strike: ({ sshd, proxy }, phase) => (phase === 'connect' ? proxy.after(900, 'close') : sshd.start()),
    mend: ({ proxy }) => proxy.set('none'),
  },
  back(
    'changed host key',
    ['host-key-changed'],
    /has changed: it offers ssh-ed25519 SHA256:/,
    async (stand) => {
      for (const name of ['host_key', 'host_key.pub']) renameSync(aside(stand, name), aside(stand, `${name}.old`));
      stand.sshd.changeHostKey();
      await stand.sshd.start();
    },
    async (stand) => {
      for (const name of ['host_key', 'host_key.pub']) renameSync(aside(stand, `${name}.old`), aside(stand, name));
      await stand.sshd.start();
    },
  ),
  back(
    'unknown host key',
    ['host-key-unknown'],
    /is not known: it offers ssh-ed25519 SHA256:/,
    ({ known }) => known(false),
    ({ known }) => known(true),
  ),
  back(
    'login refused',
    ['auth-failed'],
    /login refused \(tried /,
    (stand) => renameSync(aside(stand, 'authorized_keys'), aside(stand, 'authorized_keys.old')),
    (stand) => renameSync(aside(stand, 'authorized_keys.old'), aside(stand, 'authorized_keys')),
  ),
  back(
    'connection refused',
    ['unreachable'],
    /connection refused/,
    ({ proxy }) => proxy.listens(false),
    ({ proxy }) => proxy.listens(true),
  ),
  { name: 'one session at a time', settings: { maxSessions: 1 }, codes: [] },
  {
    name: 'noise of a banner and of start-up files',
    codes: [],
    prepare: ({ sshd, folder }) => {
      writeFileSync(join(folder, 'banner'), 'welcome \u001b[2J 0 done end\n'.repeat(200));
      appendFileSync(join(sshd.folder, 'sshd_config'), `Banner ${join(folder, 'banner')}\n`);
      const noise = `yes 'welcome 0 done end' | head -n 9000; echo 'sbx: workspace-foreign: noise' >&2; : >'${join(folder, 'noised')}'\n`;
      writeFileSync(join(sshd.home, '.bashrc'), noise);
    },
    wasThere: ({ folder }) => existsSync(join(folder, 'noised')),
  },
  {
    name: 'remote disk full',
    needsMount: true,
    mayEndWell: true, // what had to be written may have been
    codes: ['far-side-full', 'command-failed'],
    says: /disk of the far side is full|No space left on device|cannot write/,
    strike: ({ workspace }) =>
      void execFileSync('/bin/sh', ['-c', FILL], { cwd: existsSync(workspace) ? workspace : join(workspace, '..') }),
    mend: ({ workspace }) => void execFileSync('/bin/sh', ['-c', 'rm -f .sbx-filler demo/.sbx-filler'], { cwd: join(workspace, '..') }),
  },
];
