// Who else brings files to a far side, as somebody would call it there.
import { spawnSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from '../../rig/needing.ts';
import type { Command } from '../measure.ts';
import { type End, mastered } from './wire.ts';

export const RSYNC = 'rsync over fresh ssh';
export const PACKED = 'rsync -z over fresh ssh';
export const MASTER = 'rsync, ControlMaster';

export interface Peer {
  readonly name: string;
  readonly program: string;
  /** Makes `to` over there what `from` is here, both absolute. */
  push(end: End, from: string, to: string): Command;
  /** The other way round. Absent: it knows no way that differs from `push`. */
  fetch?(end: End, from: string, to: string): Command;
  /** Sends all of it each time: nothing to compare with where little changed. */
  readonly whole?: true;
  /** Round trips for each file, about. */
  readonly trips?: number;
}

const ssh = ({ config }: End, kept: readonly string[] = []): string[] => ['ssh', '-F', config, ...kept];

const rsync = (name: string, options: readonly string[], kept: (end: End) => readonly string[]): Peer => {
  const words = (end: End, ...ends: readonly string[]): Command => ({
    words: ['rsync', '-a', '--delete', ...options, '-e', ssh(end, kept(end)).join(' '), ...ends],
    cwd: end.folder,
  });
  return {
    name,
    program: 'rsync',
    push: (end, from, to) => words(end, `${from}/`, `far:${to}/`),
    fetch: (end, from, to) => words(end, `far:${from}/`, `${to}/`),
  };
};

const none = (): readonly string[] => [];

const ALL: readonly Peer[] = [
  rsync(RSYNC, [], none),
  rsync(MASTER, [], mastered),
  rsync(PACKED, ['-z'], none),
  {
    name: 'unison over fresh ssh',
    program: 'unison',
    push(end, from, to) {
      const words = [
        'unison',
        from,
        `ssh://far/${to}`,
        '-batch',
        '-auto',
        '-silent',
        '-times',
        '-force',
        from,
        '-sshargs',
        `-F ${end.config}`,
      ];
      return { words, cwd: end.folder, env: { UNISON: `${from}.unison` } };
    },
  },
  {
    name: 'tar over fresh ssh',
    program: 'tar',
    whole: true,
    push: (end, from, to) => piped(end, `tar -C "$1" -cf - . | ${ssh(end).join(' ')} far "mkdir -p $2 && tar -C $2 -xf -"`, from, to),
    fetch: (end, from, to) => piped(end, `mkdir -p "$2" && ${ssh(end).join(' ')} far "tar -C $1 -cf - ." | tar -C "$2" -xf -`, from, to),
  },
  {
    name: 'scp -r',
    program: 'scp',
    whole: true,
    trips: 5,
    push: (end, from, to) => ({ words: ['scp', '-q', '-r', '-F', end.config, from, `far:${to}`], cwd: end.folder }),
    fetch: (end, from, to) => ({ words: ['scp', '-q', '-r', '-F', end.config, `far:${from}`, to], cwd: end.folder }),
  },
];

function piped({ folder }: End, text: string, from: string, to: string): Command {
  return { words: ['bash', '-c', `set -o pipefail; ${text}`, 'bash', from, to], cwd: folder };
}

/** scp waits for an answer to each file: more than half a minute of that is left out. */
const LONGEST = 30_000;

interface Choice {
  readonly without: readonly string[];
  readonly say: (text: string) => void;
}

/** Those that are here, are wanted and fit; who is left out for its time is said. */
export function peersFor(
  end: End,
  files: number,
  fit: { readonly whole: boolean; readonly packed: boolean },
  { without, say }: Choice,
): Peer[] {
  return ALL.filter((peer) => {
    if (without.includes(peer.name) || (peer.whole && !fit.whole) || (peer.name === PACKED && !fit.packed)) return false;
    const waits = files * (peer.trips ?? 0) * Math.max(end.wire.trip, 0.2);
    if (waits <= LONGEST) return findProgram(peer.program) !== undefined;
    say(`  ${peer.name} left out: its round trips alone would take ${Math.round(waits / 1000)} s`);
    return false;
  });
}

/** Name and version of each program; one that is not here is said. */
export function farVersions(say: (text: string) => void): string[] {
  const asked: readonly (readonly [string, string, RegExp])[] = [
    ['rsync', '--version', /version (\S+)/],
    ['unison', '-version', /version (\S+)/],
    ['tar', '--version', /(\d[\d.]+)/],
    ['ssh', '-V', /OpenSSH_([^\s,]+)/],
  ];
  return asked.flatMap(([program, flag, version]) => {
    if (findProgram(program) === undefined) say(`${program} is not installed (apt-get install ${program}): left out`);
    const said = spawnSync(program, [flag], { encoding: 'utf8' });
    const found = version.exec(`${said.stdout}${said.stderr}`)?.[1];
    return found === undefined ? [] : [`${program} ${found}`];
  });
}

let moved = 0;

/** Out of the way rather than removed: where many files were removed, ext4 makes new ones slowly. It goes with the folder that it is moved into. */
export function moveAway(path: string, into: string = dirname(path)): void {
  try {
    renameSync(path, join(into, `gone-${moved++}`));
  } catch {
    // nothing was there
  }
}
