import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { localSandbox } from '../../lib/io/local.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Io } from '../../lib/model/io.ts';
import type { Sandbox, Session } from '../../lib/model/sandbox.ts';
import { AheadLink } from '../../lib/ssh/ahead.ts';
import { connectRoute } from '../../lib/ssh/connect.ts';
import { embeddedSandbox } from '../../lib/ssh/embedded.ts';
import { type Claim, patienceOf } from '../../lib/ssh/patience.ts';
import { openSession } from '../../lib/ssh/session.ts';
import { type SshSettings, sshSandbox } from '../../lib/ssh/ssh.ts';
import { type Sshd, type SshdSettings, startSshd } from '../rig/sshd.ts';
import { withLender } from './lender.ts';

/** A connected place and a private folder in it. */
export interface Place {
  readonly session: Session;
  readonly folder: string;
}

/** Runs `use` with a place that is gone afterwards. */
export type WithPlace = (use: (place: Place) => Promise<void>) => Promise<void>;

/** Connections to a local place are never lost; far ones count as lost soon in tests. */
export const SOON = { grace: 1000, beat: 200, silence: 2000, owner: 'test', backoff: { first: 50, most: 400 } };

/** As each run has one. */
export function claim(): Claim {
  return { id: nonce(), givenUp: new Set() };
}

/** Where no link is lost: not even on a machine where nobody gets to beat for a while. */
const STEADY = { ...SOON, silence: 30_000 };

/** What a user may have set and no command must see. */
const UNDECLARED = { NODE_OPTIONS: '--no-warnings', SSH_AUTH_SOCK: '/agent', MY_TOKEN: 'secret' };

/** Effects as in production, with the environment of a user whose home is `home`. */
export function realIo(home: string, more: Readonly<Record<string, string>> = {}): Io {
  const { PATH = '/usr/bin:/bin', LANG = 'C.UTF-8' } = process.env;
  const environment = new Map(Object.entries({ PATH, LANG, HOME: home, USER: process.env.USER ?? 'root', ...more }));
  return { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment };
}

export async function connected(sandbox: Sandbox): Promise<Session> {
  const session = await sandbox.connect(new AbortController().signal);
  if (!session.ok) throw new Error(`${session.error.code}: ${session.error.message} (${session.error.hint ?? ''})`);
  return session.value;
}

export async function withHome<T>(use: (home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'sbx-home-'));
  try {
    return await use(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export const inLocal: WithPlace = (use) =>
  withHome(async (folder) => {
    await using session = await connected(localSandbox('here', realIo(folder, UNDECLARED)));
    await use({ session, folder });
  });

export const inEmbedded: WithPlace = (use) =>
  withHome(async (folder) => {
    await using session = await connected(embeddedSandbox({ name: 'vm', folder, ...STEADY }, realIo(folder, UNDECLARED)));
    await use({ session, folder });
  });

export interface Far {
  readonly sshd: Sshd;
  readonly home: string;
  readonly io: Io;
  sandbox(settings?: Partial<SshSettings>): Sandbox;
}

/** A real sshd and what is needed to reach it. As root the far side is the user `build`. */
export async function withFar<T>(settings: SshdSettings, use: (far: Far) => Promise<T>): Promise<T> {
  return withHome(async (home) => {
    await using sshd = await startSshd(process.getuid?.() === 0 ? { user: 'build', ...settings } : settings);
    const io = realIo(home, sshd.env);
    const sandbox = (more: Partial<SshSettings> = {}): Sandbox =>
      sshSandbox({ name: 'vm', named: sshd.host, state: join(home, 'state'), ...SOON, ...more }, io);
    return await use({ sshd, home, io, sandbox });
  });
}

/** A real sshd, reached with these settings of the environment beside. */
function behindSshd(more: Readonly<Record<string, string>>): WithPlace {
  return (use) =>
    withFar({}, async (far) => {
      const io = { ...far.io, environment: new Map([...far.io.environment, ...Object.entries(more)]) };
      const settings = { name: 'vm', named: far.sshd.host, state: join(far.home, 'state'), ...STEADY };
      await using session = await connected(sshSandbox(settings, io));
      await inFolderOf(session, use);
    });
}

/** By ssh2. */
export const inSsh = behindSshd({ SBX_SSH: 'builtin' });

/** By the system's ssh. */
export const inSystemSsh = behindSshd({ SBX_SSH: 'system' });

/** Over a link that a resident agent lends: all there is, but its process. */
export const inBorrowed: WithPlace = (use) =>
  withFar({}, (far) =>
    withLender(far.io, far.home, async ({ borrow }) => {
      const route = { named: far.sshd.host, user: undefined, tunnel: undefined, state: join(far.home, 'state') };
      const link = await borrow(route);
      const dial = (signal: AbortSignal) => connectRoute(route, far.io, signal);
      const session = await openSession(new AheadLink(link), {
        io: far.io,
        patience: patienceOf(STEADY),
        signal: new AbortController().signal,
        dial,
      });
      if (!session.ok) throw new Error(session.error.message);
      await using open = session.value;
      await inFolderOf(open, use);
    }),
  );

async function inFolderOf(session: Session, use: (place: Place) => Promise<void>): Promise<void> {
  const signal = new AbortController().signal;
  const made = await session.program('d=$(mktemp -d); chmod 755 "$d"; printf %s "$d"', [], { signal });
  if (!made.ok) throw new Error(made.error.message);
  const folder = Buffer.from(made.value.stdout).toString();
  try {
    await use({ session, folder });
  } finally {
    await session.program('rm -rf -- "$1"', [folder], { signal });
  }
}
