import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../rig/needing.ts';
import { until } from '../../rig/patience.ts';
import type { Asked, Program, Said } from '../../rig/peer.ts';
import { back, type FaultKind, FILL, GONE, network, SAYS_GONE, strangePort } from './fault.ts';
import type { Stand } from './stand.ts';

/** Where in a run a server of ours strikes. */
export const SPOTS = ['connect', 'first command', 'sync', 'build', 'list', 'bytes'] as const;
export type Spot = (typeof SPOTS)[number];

/** The program that is under way there. */
export const PROGRAM: { readonly [phase in Spot]: Program } = {
  connect: 'fit',
  'first command': 'arrive',
  sync: 'apply',
  build: 'job',
  list: 'list',
  bytes: 'cat',
};

/** One kind of fault of a server of ours. */
export interface Kind extends FaultKind<Stand, Spot> {
  /** Spots of it in the short part; none where the matrix with OpenSSH has its like. */
  readonly short?: 'all' | 'two';
  /** In place of what the program says. */
  readonly answer?: (asked: Asked, stand: Stand, phase: Spot) => Promise<Said | undefined>;
}

export const KINDS: readonly Kind[] = [
  network('black hole', 'hole'),
  { ...network<Stand, Spot>('half-open link', 'half', { mayEndWell: true }), short: 'two' },
  network('reset', 'reset'),
  { ...network<Stand, Spot>('garbled bytes', 'garbage'), short: 'two' },
  network('slow drip', { delay: 25 }, { codes: [], strike: ({ proxy }) => proxy.set({ delay: 25 }) }),
  {
    name: 'server killed and back',
    retries: 1,
    codes: GONE,
    says: SAYS_GONE,
    mayEndWell: true,
    strike: ({ peer, proxy }, phase) => (phase === 'connect' ? proxy.after(900, 'close') : peer.cut()),
    mend: ({ proxy }) => proxy.set('none'),
  },
  back(
    'changed host key',
    ['host-key-changed'],
    /has changed: it offers ssh-ed25519 SHA256:/,
    ({ proxy, stranger }) => proxy.lead(stranger.port),
    ({ proxy, peer }) => proxy.lead(peer.port),
  ),
  {
    short: 'two',
    ...back<Stand, Spot>(
      'unknown host key',
      ['host-key-unknown'],
      /is not known: it offers ssh-ed25519 SHA256:/,
      ({ known }) => known(undefined),
      ({ known, peer }) => known(peer),
    ),
  },
  {
    short: 'two',
    ...back<Stand, Spot>(
      'login refused',
      ['auth-failed'],
      /login refused \(tried /,
      ({ peer }) => {
        peer.letsIn = false;
      },
      ({ peer }) => {
        peer.letsIn = true;
      },
    ),
  },
  back(
    'no SSH server',
    ['unreachable'],
    // On a busy computer its leaving may overtake its answer.
    /the answer is not that of an SSH server|no SSH connection|connection reset before login/,
    async ({ proxy }) => proxy.lead(await strangePort()),
    ({ proxy, peer }) => proxy.lead(peer.port),
  ),
  {
    short: 'two',
    ...back<Stand, Spot>(
      'connection refused',
      ['unreachable'],
      /connection refused/,
      ({ proxy }) => proxy.listens(false),
      ({ proxy }) => proxy.listens(true),
    ),
  },
  {
    name: 'no exit status',
    short: 'two',
    codes: ['no-exit-status'],
    says: /without an exit status/,
    answer: async (asked) => {
      const { exit: _, ...said } = await asked.honest();
      if (asked.program !== 'job') return said;
      return { ...said, stdout: said.stdout.subarray(0, said.stdout.indexOf(asked.mark)) };
    },
  },
  {
    name: 'ended by a signal',
    short: 'two',
    codes: ['far-side-answer', 'far-side-unfit', 'no-exit-status', 'command-signalled'],
    says: /SIGKILL|without an exit status|the supervisor of the command was killed there/,
    answer: async (asked, { workspace }) => {
      if (asked.program !== 'job') return { stdout: Buffer.alloc(0), exit: { signal: 'SIGKILL' } };
      const pace = join(workspace, '../pace');
      writeFileSync(pace, '3000');
      const ran = asked.honest();
      await until('the build is under way', () => existsSync(join(workspace, 'work/started')));
      rmSync(pace);
      asked.kill();
      return ran;
    },
  },
  {
    name: 'remote disk full',
    needsMount: true,
    codes: ['far-side-full', 'command-failed'],
    says: /disk of the far side is full|No space left on device|cannot write/,
    strike: ({ workspace }) => {
      const at = existsSync(workspace) ? workspace : join(workspace, '..');
      execFileSync('/bin/sh', ['-c', FILL], { cwd: at });
    },
    mend: ({ workspace }) =>
      execFileSync('/bin/sh', ['-c', 'rm -f .sbx-filler demo/.sbx-filler'], { cwd: join(workspace, '..') }) && undefined,
  },
  {
    name: 'wrong clock',
    prepare: ({ peer, folder }, phase) => {
      const off = SPOTS.indexOf(phase) % 2 === 0 ? '+1 year' : '-1 year';
      mkdirSync(join(folder, 'bin'));
      const text = `#!/bin/sh\n[ "$*" = +%s ] && exec ${findProgram('date')} -d '${off}' +%s\nexec ${findProgram('date')} "$@"\n`;
      writeFileSync(join(folder, 'bin/date'), text, { mode: 0o755 });
      peer.env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    },
    strike: ({ workspace }, phase) => {
      if (!existsSync(workspace)) return;
      const off = SPOTS.indexOf(phase) % 2 === 0 ? '1 year' : '1 year ago';
      execFileSync('/bin/sh', ['-c', 'find . -name .sbx -prune -o -type f -exec touch -d "$0" {} +', off], { cwd: workspace });
    },
  },
  {
    name: 'noisy login shell',
    short: 'all',
    prepare: ({ peer }, phase) => {
      const wished = ['bash', 'dash', 'zsh', 'fish', 'tcsh', 'csh'][SPOTS.indexOf(phase)] ?? 'sh';
      const shell = findProgram(wished) ?? '/bin/sh';
      const noise = 'yes "welcome \\\\033[2J 0 done end" | head -c 200000; echo "sbx: workspace-foreign: noise" >&2; exec "$@"';
      peer.shell = (program) => (program === PROGRAM[phase] ? ['/bin/sh', '-c', noise, 'sh', shell] : [shell]);
    },
    strike: () => {},
  },
  {
    name: 'no further channel for a while',
    short: 'all',
    prepare: ({ peer }, phase) => {
      // Channels are asked for before anybody says what for: by their number, then.
      const from = { connect: 1, 'first command': 2, sync: 5, build: 6, list: 8, bytes: 9 }[phase];
      let asked = 0;
      peer.grants = () => {
        asked += 1;
        return asked < from || asked > from + 1;
      };
    },
    mend: ({ peer, folder }) => {
      const refused = !peer.grants();
      if (refused) appendFileSync(join(folder, 'unstruck'), 'x');
    },
  },
];
