// A real sshd of ours on the loopback, and a wire before it that may be long and narrow.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Far, withFar } from '../../contract/places.ts';
import { run } from '../measure.ts';
import { startRelay } from '../relay.ts';

export interface Wire {
  /** As `--wire` takes it: `loopback`, `20ms`, `20ms-100mbit`. */
  readonly name: string;
  /** Milliseconds there and back. */
  readonly trip: number;
  /** Bits per second, each way. */
  readonly rate?: number;
}

/** Undefined: it is none. */
export function wireOf(name: string): Wire | undefined {
  if (name === 'loopback') return { name, trip: 0 };
  const [, trip, rate] = /^(\d{1,4})ms(?:-(\d{1,5})mbit)?$/.exec(name) ?? [];
  if (trip === undefined) return undefined;
  return { name, trip: Number(trip), ...(rate === undefined ? {} : { rate: Number(rate) * 1e6 }) };
}

/** The far side at the end of a wire. */
export interface End {
  readonly wire: Wire;
  readonly far: Far;
  /** An ssh_config that leads there. */
  readonly config: string;
  /** Of this case, on this side. */
  readonly folder: string;
  /** HOME over there, in which all that is sent lies. */
  readonly there: string;
}

/** What `ssh` takes to share one connection, which ends with the case. */
export function mastered({ folder }: End): readonly string[] {
  return ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(folder, 'master')}`, '-o', 'ControlPersist=60'];
}

export function atEnd<T>(wire: Wire, parent: string, use: (end: End) => Promise<T>): Promise<T> {
  return withFar({}, async (far) => {
    const folder = mkdtempSync(join(parent, 'far-'));
    await using relay =
      wire.name === 'loopback' ? undefined : await startRelay({ to: far.sshd.port, delay: wire.trip / 2, ...rateOf(wire) });
    const end: End = { wire, far, folder, there: far.sshd.home, config: configThrough(far, folder, relay?.port) };
    try {
      mkdirSync(join(folder, 'run'), { mode: 0o700 });
      return await use(end);
    } finally {
      leaveMaster(end);
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function rateOf({ rate }: Wire): { readonly rate?: number } {
  return rate === undefined ? {} : { rate };
}

function configThrough({ sshd }: Far, folder: string, port: number | undefined): string {
  if (port === undefined) return sshd.config;
  const file = join(folder, 'ssh_config');
  const alias = `  HostKeyAlias [127.0.0.1]:${sshd.port}`;
  writeFileSync(file, readFileSync(sshd.config, 'utf8').replace(/^ {2}Port \d+$/m, `  Port ${port}\n${alias}`));
  return file;
}

function leaveMaster(end: End): void {
  try {
    run({ words: ['ssh', '-F', end.config, ...mastered(end), '-O', 'exit', 'far'], cwd: end.folder });
  } catch {
    // none was made
  }
}
