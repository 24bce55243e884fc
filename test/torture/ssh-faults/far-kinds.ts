import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../rig/cli.ts';
import { endAll, kill } from '../../rig/processes.ts';
import { FILL, GONE, SAYS_GONE } from './fault.ts';
import type { Hunger } from './hunger.ts';
import { PHASES } from './phases.ts';
import type { RealKind } from './real-kinds.ts';
import type { RealStand } from './real-stand.ts';

// What happens to a far side that stays in reach, or that was away and is another one then.

const sh = (folder: string, script: string, ...words: readonly string[]): void =>
  void execFileSync('/bin/sh', ['-c', script, 'sh', ...words], { cwd: folder });
const deepest = (stand: RealStand): string => (existsSync(stand.workspace) ? stand.workspace : join(stand.workspace, '..'));
const quotaIn = (stand: RealStand): string => join(stand.folder, 'quota-up');
const WANT = /for want of memory/;

/** Nothing outlives it, its processes are numbered from 1 on, and it says itself which boot it is. */
const BOOT = `mount --make-rprivate / && mount -t proc proc /proc && mount --bind "$1" /proc/sys/kernel/random/boot_id && shift && exec "$@"`;
const OWN_SPACE = ['unshare', '--mount', '--pid', '--fork', '--kill-child'];
const setBoot = (folder: string, digit: string): void =>
  writeFileSync(join(folder, 'boot'), `${digit.repeat(8)}-0000-4000-8000-000000000000\n`);

export function farKinds(hunger: Hunger): readonly RealKind[] {
  return [
    reboot(),
    {
      name: 'noisy shell',
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
      name: 'disk full',
      needsMount: true,
      mayEndWell: true, // what had to be written may have been
      codes: ['far-side-full', 'command-failed'],
      says: /disk of the far side is full|No space left on device|cannot write/,
      strike: (stand) => sh(deepest(stand), FILL),
      mend: ({ workspace }) => sh(join(workspace, '..'), 'rm -f .sbx-filler demo/.sbx-filler'),
    },
    {
      name: 'quota',
      mayEndWell: true,
      holds: true,
      codes: ['far-side-full', 'command-failed'],
      says: /quota/i,
      prepare: (stand) => {
        const library = join(stand.sshd.folder, 'quota.so');
        execFileSync('gcc', ['-shared', '-fPIC', '-o', library, join(REPOSITORY, 'test/rig/quota-stand-in.c')]);
        const lines = `export LD_PRELOAD='${library}' QUOTA_OF='${join(stand.workspace, '..')}' QUOTA_UP='${quotaIn(stand)}'\n`;
        writeFileSync(join(stand.sshd.home, '.bashrc'), lines);
      },
      at: { connect: { fails: true }, sync: { fails: true }, exec: { fails: true }, stream: { fails: true } },
      strike: (stand) => writeFileSync(quotaIn(stand), ''),
      mend: (stand) => rmSync(quotaIn(stand)),
    },
    {
      name: 'permission',
      holds: true,
      codes: ['workspace-unsafe', 'far-side-answer', 'far-side-full', 'command-failed'],
      says: /Permission denied|cannot be made by|is not a folder of ours/,
      // Not even root may overrule it.
      settings: { before: () => (process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []) },
      strike: ({ workspace }) => sh(join(workspace, '..'), 'find . -type f -exec chmod a-rw {} +; find . -type d -exec chmod a-w {} +'),
      mend: ({ workspace }) => sh(join(workspace, '..'), 'chmod -R u+rwX .'),
    },
    {
      name: 'clock wrong',
      holds: true,
      codes: [],
      strike: ({ turnstile, workspace }, phase) => {
        const off = PHASES.indexOf(phase) % 2 === 0 ? '5 years' : '5 years ago';
        turnstile.clock(off);
        if (existsSync(workspace)) sh(workspace, 'find . -name .sbx -prune -o -type f -exec touch -d "$1" {} +', off);
      },
      mend: ({ turnstile }) => turnstile.clock(undefined),
    },
    {
      name: 'process killed',
      holds: true,
      amid: true,
      codes: ['far-side-answer', 'command-signalled'],
      says: /SIGKILL|Killed|signal 9/,
      strike: (_, phase, held) => {
        if (!kill(phase === 'stream' ? -held : held)) throw new Error(`there is no process ${held}`);
      },
    },
    {
      name: 'out of memory',
      ...(hunger.standIn === undefined ? {} : { standIn: hunger.standIn }),
      holds: true,
      amid: true,
      codes: ['far-side-answer', 'command-signalled'],
      says: WANT,
      strike: ({ turnstile, workspace }, phase) => {
        if (phase === 'exec' || phase === 'stream') writeFileSync(join(workspace, '../hungry'), hunger.script, { mode: 0o755 });
        else turnstile.turn(hunger.script);
      },
      mend: ({ turnstile, workspace }) => {
        turnstile.mend();
        rmSync(join(workspace, '../hungry'), { force: true });
      },
    },
  ];
}

function reboot(): RealKind {
  const kind: RealKind = {
    name: 'reboot',
    codes: GONE,
    says: SAYS_GONE,
    mayEndWell: true,
    holds: true,
    strike: async (stand, phase) => {
      setBoot(stand.sshd.folder, 'b');
      if (phase === 'connect') stand.sshd.stop();
      else await stand.sshd.start();
    },
    mend: (stand) => stand.sshd.start(),
  };
  if (!mayBoot()) {
    return {
      ...kind,
      standIn: 'of its processes alone: name spaces are refused here',
      codes: [...GONE, 'no-exit-status', 'far-side-answer'],
      says: new RegExp(`${SAYS_GONE.source}|was killed there|Killed|SIGKILL|without an exit`),
      strike: async (stand, phase) => {
        await kind.strike?.(stand, phase, 0);
        endAll([stand.sshd.home], ({ command }) => !command.includes('sshd'));
      },
    };
  }
  const rebooted = { says: /the machine was rebooted meanwhile/, fails: true } as const;
  const before = (folder: string): readonly string[] => {
    setBoot(folder, 'a');
    return [...OWN_SPACE, 'sh', '-c', BOOT, 'sh', join(folder, 'boot')];
  };
  return { ...kind, at: { exec: rebooted, stream: rebooted }, settings: { before } };
}

function mayBoot(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-boot-'));
  setBoot(folder, 'a');
  const [program = '', ...words] = [...OWN_SPACE, 'sh', '-c', BOOT, 'sh', join(folder, 'boot'), 'true'];
  const tried = spawnSync(program, words);
  rmSync(folder, { recursive: true });
  return tried.status === 0;
}
