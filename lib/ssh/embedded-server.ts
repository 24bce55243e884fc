import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { baseEnvironment } from '../io/base-environment.ts';
import { signalGroup } from '../io/process-group.ts';
import { endTagged } from '../io/process-tree.ts';
import { freshKey } from './keys.ts';
import type { ParsedKey, ServerChannel } from './ssh2.ts';

type Ssh2 = typeof import('./ssh2.ts');

export interface EmbeddedServer extends AsyncDisposable {
  readonly port: number;
  /** The host key in wire format, to be pinned. */
  readonly hostKey: Buffer;
  /** The one private key that is let in. */
  readonly clientKey: string;
  /** Drops every connection without a word, as a broken link does. */
  cut(): void;
}

/** Tags every process of a server, so that none outlives a clean end of sbx. */
const TAG = 'SBX_EMBEDDED';

interface Size {
  readonly rows: number;
  readonly cols: number;
}

/**
 * An SSH server on 127.0.0.1 with keys that live in memory only. It runs commands as this user: it is no isolation whatsoever,
 * only the same way as to a machine, without a machine.
 */
export async function startEmbedded(
  folder: string,
  environment: ReadonlyMap<string, string>,
  tag: string,
  ssh2: Ssh2,
): Promise<EmbeddedServer> {
  const host = freshKey();
  const client = freshKey();
  const parsed = ssh2.parseKey(client.private);
  if (parsed instanceof Error) throw parsed;
  const allowed = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey;
  const connections = new Set<{ end(): unknown; _sock?: { destroy(): void } }>();
  // As sshd does it: of the user's own environment a few harmless variables, no more.
  const env = { ...Object.fromEntries(baseEnvironment(environment)), HOME: folder, SHELL: '/bin/sh', [TAG]: tag };
  const server = new ssh2.SshServer({ hostKeys: [host.private] }, (connection) => {
    connections.add(connection as never);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection as never));
    connection.on('authentication', (attempt) => {
      if (attempt.method !== 'publickey' || !attempt.key.data.equals(client.public)) return attempt.reject(['publickey']);
      if (attempt.signature === undefined) return attempt.accept();
      const verified = attempt.blob !== undefined && allowed.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
      return verified ? attempt.accept() : attempt.reject();
    });
    connection.on('session', (accept) => {
      const session = accept();
      let size: Size | undefined;
      let term = 'dumb';
      let child: ChildProcess | undefined;
      session.on('pty', (yes, _no, wanted) => {
        size = wanted;
        term = (wanted as unknown as { term?: string }).term || term;
        yes?.();
      });
      session.on('window-change', (yes, _no, wanted) => {
        if (child?.pid !== undefined) resize(child.pid, wanted);
        yes?.();
      });
      session.on('exec', (yes, _no, wanted) => {
        child = run(yes(), wanted.command, folder, size === undefined ? env : { ...env, TERM: term }, size);
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const cut = (): void => {
    for (const connection of connections) connection._sock?.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: host.public,
    clientKey: client.private,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await endTagged(`${TAG}=${tag}`, 0);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function run(channel: ServerChannel, command: string, folder: string, env: NodeJS.ProcessEnv, size: Size | undefined): ChildProcess {
  const words =
    size === undefined
      ? ['/bin/sh', '-c', command]
      : ['script', '-qefc', `stty rows ${size.rows} cols ${size.cols} 2>/dev/null; ${command}`, '/dev/null'];
  // A group and session of its own, as sshd gives it.
  const child = spawn(words[0] ?? '', words.slice(1), { cwd: folder, env, detached: true });
  let open = true;
  channel.on('close', () => {
    open = false;
    // A program whose channel is gone has no use; a supervisor ignores this and goes on for the grace.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(child.pid, 'SIGHUP');
    child.stdout.destroy();
    child.stderr.destroy();
    child.stdin.destroy();
  });
  channel.on('error', () => {});
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  child.on('error', (error: NodeJS.ErrnoException) => {
    const missing = size !== undefined && error.code === 'ENOENT';
    const why = missing ? 'a terminal in the embedded sandbox needs the program script (of util-linux or bsdutils)' : error.message;
    (size === undefined ? channel.stderr : channel).write(`sbx: ${why}\r\n`);
    channel.exit(127);
    channel.end();
  });
  child.on('exit', (code, signal) => {
    if (!open) return;
    if (code !== null) channel.exit(code);
    else channel.exit((signal ?? 'SIGKILL').slice(3) as never);
  });
  child.on('close', () => open && channel.end());
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  return child;
}

/** The terminal of `script` is that of its child. */
function resize(script: number, size: Size): void {
  try {
    const child = readFileSync(`/proc/${script}/task/${script}/children`, 'utf8').trim().split(' ')[0];
    spawn('stty', ['-F', `/proc/${child}/fd/0`, 'rows', String(size.rows), 'cols', String(size.cols)], { stdio: 'ignore' }).on(
      'error',
      () => {},
    );
  } catch {
    // ended meanwhile
  }
}
