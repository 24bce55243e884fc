import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { SshdSettings } from '../../rig/sshd.ts';
import { farKinds } from './far-kinds.ts';
import { back, type FaultKind, GONE, network, SAYS_GONE, strangePort, type Told } from './fault.ts';
import type { Hunger } from './hunger.ts';
import type { Phase } from './phases.ts';
import type { RealStand } from './real-stand.ts';

/** A fault for which OpenSSH need not lie. */
export interface RealKind extends FaultKind<RealStand, Phase> {
  readonly settings?: SshdSettings;
  /** Whether it really was there, if that is seen afterwards only. */
  readonly wasThere?: (stand: RealStand) => boolean;
  /** What else is told of it in some phases; `fails`: there it never ends well. */
  readonly at?: { readonly [phase in Phase]?: Omit<Told, 'mayEndWell'> & { readonly fails?: true } };
  /** A build waits until it is struck, and goes on by itself: nobody has to end it. */
  readonly holds?: true;
  /** It strikes who is connecting, not before. */
  readonly amid?: true;
  /** What stands in for the real one here. */
  readonly standIn?: string;
}

const aside = (stand: RealStand, name: string): string => join(stand.sshd.folder, name);

/** The sixteen of the matrix. */
export const realKinds = (hunger: Hunger): readonly RealKind[] => [
  network('link cut', 'close'),
  network('black hole', 'hole'),
  network('RST', 'reset'),
  {
    name: 'sshd restart',
    retries: 1,
    codes: GONE,
    says: SAYS_GONE,
    mayEndWell: true,
    strike: ({ sshd, proxy }, phase) => (phase === 'connect' ? proxy.after(900, 'close') : sshd.start()),
    mend: ({ proxy }) => proxy.set('none'),
  },
  { name: 'MaxSessions 1', settings: { maxSessions: 1 }, codes: [] },
  network('slow drip', { delay: 25 }, { codes: [], strike: ({ proxy }) => proxy.set({ delay: 25 }) }),
  back(
    'banner garbage',
    ['unreachable'],
    // On a busy computer its leaving may overtake its answer.
    /the answer is not that of an SSH server|no SSH connection|connection reset before login/,
    async ({ proxy }) => proxy.lead(await strangePort()),
    ({ proxy, sshd }) => proxy.lead(sshd.port),
  ),
  back(
    'key changed',
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
  ...farKinds(hunger),
];

/** More of them, which the short part leaves to the server of ours. */
export const MORE_KINDS: readonly RealKind[] = [
  network('half-open link', 'half', { mayEndWell: true }),
  network('flipped bytes', 'garbage'),
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
];
