import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TAKE_UP } from '../../lib/ssh/kept-programs.ts';
import { freshKey } from '../../lib/ssh/keys.ts';
import type { ServerChannel } from '../../lib/ssh/ssh2.ts';
import { SshServer } from '../../lib/ssh/ssh2.ts';
import { FITNESS, SUPERVISOR } from '../../lib/ssh/supervisor.ts';
import { APPLY } from '../../lib/sync/apply-program.ts';
import { ARRIVE } from '../../lib/sync/arrive-program.ts';
import { CAT, CAT_PACKED } from '../../lib/sync/cat-programs.ts';
import { CHECK, HOLD, SURVEY } from '../../lib/sync/check-programs.ts';
import { HASH, LIST } from '../../lib/sync/manifest-programs.ts';
import { CREATE } from '../../lib/sync/workspace-programs.ts';
import { pause } from './patience.ts';
import { kill } from './processes.ts';

const PROGRAMS = {
  list: LIST,
  hash: HASH,
  cat: CAT,
  'cat-packed': CAT_PACKED,
  check: CHECK,
  survey: SURVEY,
  apply: APPLY,
  hold: HOLD,
  create: CREATE,
  arrive: ARRIVE,
};

/** What was asked: one of our programs, by name. */
export type Program = keyof typeof PROGRAMS | 'fit' | 'job' | 'take-up' | 'other';

/** What a far side says of a program, after the mark that no start-up file can print. */
export interface Said {
  /** Printed before the mark. */
  readonly noise?: Uint8Array;
  /** Without the mark: nothing of ours seems to have begun. */
  readonly unmarked?: boolean;
  readonly stdout: Uint8Array | Iterable<Uint8Array>;
  readonly stderr?: Uint8Array | Iterable<Uint8Array>;
  /** Absent: it ends without a word of how. */
  readonly exit?: { readonly code: number } | { readonly signal: string };
}

export interface Asked {
  readonly program: Program;
  /** What was sent after the program itself; of a job nothing. */
  readonly input: Uint8Array;
  /** The random word of this exchange. */
  readonly mark: string;
  /** Runs the program for real. */
  honest(): Promise<Said & { readonly stdout: Buffer }>;
  /** Ends what `honest` started with KILL. */
  kill(): void;
}

/** An answer of its own, or undefined to run the program for real. */
export type Lie = (asked: Asked) => Promise<Said | undefined>;

/** An SSH server of ours that runs what it is told in a folder, unless it lies. For whoever knows `config`. */
export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** ssh_config whose host `far` it is; give it to sbx as SBX_SSH_CONFIG. */
  readonly config: string;
  /** HOME of what it runs. */
  readonly home: string;
  /** `ssh-ed25519 AAAA...`. */
  readonly hostKey: string;
  lie: Lie | undefined;
  /** Whether a login succeeds. */
  letsIn: boolean;
  /** Asked at each new channel: whether it is granted. */
  grants: () => boolean;
  /** The login shell: its words come before `-c COMMAND`. */
  shell: (program: Program) => readonly string[];
  /** More variables of what it runs. */
  env: { readonly [name: string]: string };
  /** Drops every connection without a word. */
  cut(): void;
}

/** `folder` is made; its files and the server are the caller's to remove. */
export async function startPeer(folder: string): Promise<Peer> {
  const host = freshKey();
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const connections = new Set<{ _sock?: { destroy(): void } }>();
  const children = new Set<ChildProcess>();
  const server = new SshServer({ hostKeys: [host.private] }, (connection) => {
    connections.add(connection as never);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection as never));
    connection.on('authentication', (attempt) => {
      if (peer.letsIn && attempt.method === 'publickey') attempt.accept();
      else attempt.reject(['publickey']);
    });
    connection.on('session', (accept, reject) => {
      if (!peer.grants()) return void reject();
      accept().on('exec', (yes, _no, { command }) => void serve(yes(), command, peer, children));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('id'), freshKey().private, { mode: 0o600 });
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ssh-ed25519 ${host.public.toString('base64')}\n`);
  const lines = [
    `HostName 127.0.0.1`,
    `Port ${port}`,
    'User far',
    `IdentityFile "${file('id')}"`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
  ];
  const known = [`UserKnownHostsFile "${file('known_hosts')}"`, 'GlobalKnownHostsFile /dev/null'];
  writeFileSync(file('config'), `Host far\n${[...lines, ...known].map((line) => `  ${line}\n`).join('')}`);
  const cut = (): void => {
    for (const connection of connections) connection._sock?.destroy();
  };
  const peer: Peer = {
    port,
    config: file('config'),
    home,
    hostKey: `ssh-ed25519 ${host.public.toString('base64')}`,
    lie: undefined,
    letsIn: true,
    grants: () => true,
    shell: () => ['/bin/sh'],
    env: {},
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      for (const { pid } of children) end(pid);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return peer;
}

async function serve(channel: ServerChannel, command: string, peer: Peer, children: Set<ChildProcess>): Promise<void> {
  channel.on('error', () => {});
  let child: ChildProcess | undefined;
  let closed = false;
  channel.on('close', () => {
    closed = true;
    if (child?.exitCode === null && child.signalCode === null) end(child.pid, 'SIGHUP');
  });
  const line = await firstLine(channel);
  if (line === undefined) return void channel.end();
  const text = decoded(line.subarray(0, line.indexOf(10)));
  const program = programOf(text);
  const mark = /^unset sbx; printf %s ([0-9a-f]+);/.exec(text)?.[1] ?? '';
  const start = (input: Uint8Array): ChildProcess & { stdin: NonNullable<ChildProcess['stdin']> } => {
    const [shell = '/bin/sh', ...words] = peer.shell(program);
    const env = { PATH: process.env.PATH ?? '', HOME: peer.home, LANG: 'C.UTF-8', ...peer.env };
    child = spawn(shell, [...words, '-c', command], { cwd: peer.home, env, detached: true });
    const started = child;
    children.add(started);
    started.on('close', () => children.delete(started));
    started.on('error', () => {});
    for (const stream of [started.stdin, started.stdout, started.stderr]) stream?.on('error', () => {});
    started.stdin?.write(input);
    return started as ReturnType<typeof start>;
  };
  const liar = peer.lie;
  if (liar === undefined) {
    const ran = start(line);
    channel.pipe(ran.stdin);
    ran.stdout?.pipe(channel, { end: false });
    ran.stderr?.pipe(channel.stderr, { end: false });
    ran.on('close', (code, signal) => finish(channel, closed, code === null ? { signal: signal ?? 'SIGKILL' } : { code }));
    return;
  }
  const hasBeats = program === 'job' || program === 'take-up';
  const rest = hasBeats ? Buffer.alloc(0) : await toEnd(channel);
  const honest = async (): Promise<Said & { readonly stdout: Buffer }> => {
    const ran = start(line);
    if (hasBeats) channel.pipe(ran.stdin);
    else ran.stdin.end(rest);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    ran.stdout?.on('data', (chunk: Buffer) => {
      out.push(chunk);
      // What is told only once it has ended is taken here: a supervisor waits for that.
      if (hasBeats && chunk.includes(`${mark} `)) ran.stdin.write('taken\n');
    });
    ran.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    const [code, signal] = (await once(ran, 'close')) as [number | null, string | null];
    const stdout = Buffer.concat(out);
    const begin = stdout.indexOf(mark);
    const exit = code === null ? { signal: signal ?? 'SIGKILL' } : { code };
    return { stdout: stdout.subarray(begin < 0 ? 0 : begin + mark.length), stderr: Buffer.concat(err), exit };
  };
  // What the first line brought along beyond itself is input too.
  const input = Buffer.concat([line.subarray(line.indexOf(10) + 1), rest]);
  const said = (await liar({ program, input, mark, honest, kill: () => end(child?.pid) })) ?? (await honest());
  const isGone = (): boolean => closed;
  await send(channel, said.noise ?? [], isGone);
  if (!said.unmarked) await send(channel, Buffer.from(mark), isGone);
  if (!said.unmarked) channel.stderr.write(mark);
  await send(channel.stderr, said.stderr ?? [], isGone);
  await send(channel, said.stdout, isGone);
  finish(channel, closed, said.exit);
}

function finish(channel: ServerChannel, closed: boolean, exit: Said['exit']): void {
  if (closed) return;
  if (exit !== undefined && 'code' in exit) channel.exit(exit.code);
  else if (exit !== undefined) channel.exit(exit.signal.slice(3) as never);
  channel.end();
}

async function send(to: NodeJS.WritableStream, bytes: Uint8Array | Iterable<Uint8Array>, isGone: () => boolean): Promise<void> {
  for (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
    if (isGone()) return;
    if (chunk.length > 0 && !to.write(chunk)) {
      while (!isGone() && (to as { writableNeedDrain?: boolean }).writableNeedDrain) await pause(1);
    }
  }
}

/** All that has come when the first newline has; undefined if none comes. */
function firstLine(channel: ServerChannel): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const ended = (): void => resolve(undefined);
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!bytes.includes(10)) return;
      channel.off('data', take);
      channel.off('end', ended);
      channel.pause();
      resolve(bytes);
    };
    channel.on('data', take);
    channel.on('end', ended);
    channel.on('close', ended);
  });
}

async function toEnd(channel: ServerChannel): Promise<Buffer> {
  const chunks: Buffer[] = [];
  channel.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = Promise.race([once(channel, 'end'), once(channel, 'close')]);
  channel.resume();
  await ended;
  return Buffer.concat(chunks);
}

/** The inverse of what START's `printf %b` undoes. */
function decoded(line: Uint8Array): string {
  const text = Buffer.from(line).toString('latin1');
  return Buffer.from(
    text.replace(/\\0([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    'latin1',
  ).toString('utf8');
}

function programOf(text: string): Program {
  if (text.endsWith(SUPERVISOR)) return 'job';
  if (text.endsWith(TAKE_UP)) return 'take-up';
  if (text.includes(FITNESS)) return 'fit';
  const found = (Object.entries(PROGRAMS) as [Program, string][]).find(([, program]) => text.endsWith(program));
  return found?.[0] ?? 'other';
}

function end(pid: number | undefined, signal?: NodeJS.Signals): void {
  if (pid !== undefined) kill(-pid, signal);
}
