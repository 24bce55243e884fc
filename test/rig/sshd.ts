import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pause, until } from './patience.ts';
import { descendants, kill, lives } from './processes.ts';

/** Debian's own sshd, started for real: own configuration, host key, client key and port, all in a temporary folder. */
export interface Sshd {
  /** The alias in `config` to connect to. */
  readonly host: string;
  readonly user: string;
  readonly port: number;
  /** HOME of its sessions: a folder of this server alone, that belongs to `user`. Commands start in the one of the user database. */
  readonly home: string;
  /** ssh_config with the alias; give it to sbx as SBX_SSH_CONFIG, or to `ssh -F`. */
  readonly config: string;
  readonly env: { readonly SBX_SSH_CONFIG: string };
  readonly knownHosts: string;
  readonly key: string;
  /** `SHA256:...` of the host key. */
  readonly fingerprint: string;
  readonly folder: string;
  start(): Promise<void>;
  /** Ends the server and every connection at once; what it started goes on, as when a real sshd dies. */
  stop(): void;
  /** Ends the connections, not the server. */
  cut(): void;
  /** Makes a new host key; it is not added to known_hosts. Takes effect with the next start. */
  changeHostKey(): void;
  log(): string;
  /** Process ids of everything that its sessions started and that still hangs below them. */
  started(): readonly number[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SshdSettings {
  /** Only as root: made with a home if it is missing. Default: who runs the test. */
  readonly user?: string;
  readonly shell?: string;
  /** The address to listen on and the name to use; default 127.0.0.1. */
  readonly address?: string;
  readonly maxSessions?: number;
  /** Words that come before its own, given its folder: what they are run in. */
  readonly before?: (folder: string) => readonly string[];
  /** PATH of its sessions. */
  readonly path?: string;
  /** Shows an ECDSA host key too (`host_key_ecdsa`), which is in no known_hosts. */
  readonly secondHostKey?: boolean;
  /** More lines for sshd_config and for ssh_config below the alias. */
  readonly serverLines?: readonly string[];
  readonly clientLines?: readonly string[];
}

export function sshdIsInstalled(): boolean {
  return existsSync('/usr/sbin/sshd');
}

export async function startSshd(settings: SshdSettings = {}): Promise<Sshd> {
  const root = process.getuid?.() === 0;
  const user = settings.user ?? userInfo().username;
  if (root) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  if (root && settings.user !== undefined) ensureUser(user, settings.shell ?? '/bin/bash');
  const folder = mkdtempSync(join(tmpdir(), 'sbx-sshd-'));
  execFileSync('chmod', ['755', folder]);
  const file = (name: string): string => join(folder, name);
  // What is in the home of the account, and what others write there meanwhile, is no part of a test.
  mkdirSync(file('home'));
  if (root) execFileSync('chown', [user, file('home')]);
  const address = settings.address ?? '127.0.0.1';
  const port = await freePort();
  const keygen = (name: string, type = 'ed25519'): void => {
    for (const old of [name, `${name}.pub`]) rmSync(file(old), { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'sbx test', '-f', file(name)]);
  };
  keygen('host_key');
  keygen('id');
  if (settings.secondHostKey) keygen('host_key_ecdsa', 'ecdsa');
  writeFileSync(file('authorized_keys'), readFileSync(file('id.pub')));
  writeFileSync(file('known_hosts'), `[${address}]:${port} ${readFileSync(file('host_key.pub'), 'utf8')}`);
  const lines = [
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey "${file('host_key')}"`,
    ...(settings.secondHostKey ? [`HostKey "${file('host_key_ecdsa')}"`] : []),
    `AuthorizedKeysFile "${file('authorized_keys')}"`,
    `PidFile "${file('pid')}"`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'PrintMotd no',
    'UseDNS no',
    `MaxSessions ${settings.maxSessions ?? 10}`,
    'MaxStartups 100',
    'Subsystem sftp internal-sftp',
    `SetEnv "HOME=${file('home')}"${settings.path === undefined ? '' : ` "PATH=${settings.path}"`}`, // the first line of these counts, alone
    ...(settings.serverLines ?? []),
  ];
  writeFileSync(file('sshd_config'), `${lines.join('\n')}\n`);
  const client = [
    'Host far',
    `  HostName ${address}`,
    `  Port ${port}`,
    `  User ${user}`,
    `  IdentityFile "${file('id')}"`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile "${file('known_hosts')}"`,
    '  GlobalKnownHostsFile /dev/null',
    ...(settings.clientLines ?? []).map((line) => `  ${line}`),
  ];
  writeFileSync(file('ssh_config'), `${client.join('\n')}\n`);

  let server: ChildProcess | undefined;
  const cut = (): void => {
    for (const pid of server?.pid === undefined ? [] : descendants(server.pid, 'sshd')) kill(pid);
  };
  const end = (): readonly number[] => {
    if (server?.pid === undefined) return [];
    const pids = [server.pid, ...descendants(server.pid, 'sshd')];
    for (const pid of pids) kill(pid);
    server = undefined;
    return pids;
  };
  const stop = (): void => void end();
  const before = settings.before?.(folder) ?? [];
  const start = async (): Promise<void> => {
    const former = end();
    // Until it is dead it has the port, and would answer in place of the new one.
    await until('the former sshd is gone', () => !former.some(lives));
    const log = openSync(file('log'), 'a');
    const [program = '', ...words] = [...before, '/usr/sbin/sshd', '-D', '-e', '-f', file('sshd_config')];
    server = spawn(program, words, { stdio: ['ignore', log, log] });
    closeSync(log);
    await answers(address, port, server, () => readFileSync(file('log'), 'utf8'));
  };
  process.once('exit', stop);
  await start();
  return {
    host: 'far',
    user,
    port,
    home: file('home'),
    config: file('ssh_config'),
    env: { SBX_SSH_CONFIG: file('ssh_config') },
    knownHosts: file('known_hosts'),
    key: file('id'),
    get fingerprint() {
      return execFileSync('ssh-keygen', ['-lf', file('host_key.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '';
    },
    folder,
    start,
    stop,
    cut,
    changeHostKey: () => keygen('host_key'),
    log: () => readFileSync(file('log'), 'utf8'),
    started: () => {
      const servers = new Set(server?.pid === undefined ? [] : descendants(server.pid, 'sshd'));
      return server?.pid === undefined ? [] : descendants(server.pid).filter((pid) => !servers.has(pid));
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', stop);
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of 127.0.0.1 that nobody listens on now; none that the system gives to connections, which would take it until the server starts again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** Other tests may want the same user at the same time: who sees it sees it whole. */
function ensureUser(user: string, shell: string): void {
  // sshd without PAM refuses an account whose password is locked by `!`.
  const text = `case $(getent passwd "$1") in
    '') useradd -m -s "$2" -p '*' "$1" ;;
    *:"$2") ;;
    *) usermod -s "$2" "$1" ;;
  esac`;
  execFileSync('flock', ['/run/sshd', 'sh', '-c', text, 'sh', user, shell]);
}

async function answers(address: string, port: number, server: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 1200 && server.exitCode === null; attempt++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, address, () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (up) return;
    await pause(25);
  }
  throw new Error(`sshd does not answer on ${address}:${port}\n${log()}`);
}
