import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Failure } from '../../lib/model/failure.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import { sshSandbox } from '../../lib/ssh/ssh.ts';
import { connected, type Far, realIo, SOON, withFar, withHome } from '../contract/places.ts';
import { program } from '../contract/programs.ts';
import { pause } from '../rig/patience.ts';
import { startProxy } from '../rig/proxy.ts';
import { freePort } from '../rig/sshd.ts';

const signal = new AbortController().signal;

async function failure(sandbox: Sandbox, stop = signal): Promise<Failure> {
  const session = await sandbox.connect(stop);
  if (!session.ok) return session.error;
  await session.value[Symbol.asyncDispose]();
  throw new Error('connected');
}

const at = (home: string, named: string, patience = 40_000): Sandbox =>
  sshSandbox({ name: 'vm', named, state: join(home, 'state'), ...SOON, patience }, realIo(home));

async function listening(answer: (socket: Socket) => void, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    await use(typeof address === 'object' && address ? address.port : 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

test('what does not answer like a host is named in one line with host, port and a hint', () =>
  withHome(async (home) => {
    const expect = async (named: string, message: RegExp, patience?: number): Promise<void> => {
      const said = await failure(at(home, named, patience));
      assert.is(said.code, 'unreachable', said.message);
      assert.match(said.message, message);
      assert.not.match(said.message, /\n/);
      assert.is(said.sandbox, 'vm');
    };
    const port = await freePort();
    await expect(`me@127.0.0.1:${port}`, new RegExp(`^127\\.0\\.0\\.1:${port}: connection refused`));
    await expect('me@no-such-host.invalid', /no-such-host\.invalid:22: no such host name/);
    await listening(
      () => {},
      (silent) => expect(`me@127.0.0.1:${silent}`, /no SSH server answered within 1\.5 s/, 1500),
    );
    await listening(
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      (http) => expect(`me@127.0.0.1:${http}`, /not that of an SSH server|no SSH connection|reset/),
    );
    await listening(
      (socket) => socket.resetAndDestroy(),
      (resets) => expect(`me@127.0.0.1:${resets}`, /connection reset|closed/),
    );
    await listening(
      (socket) => socket.write(Buffer.alloc(100_000, 0x41)),
      (garbage) => expect(`me@127.0.0.1:${garbage}`, /127\.0\.0\.1:\d+: /),
    );
  }));

test('a black hole ends at the deadline, an abort at once', () =>
  withHome(async (home) => {
    // A listener with a full backlog drops what knocks: nothing comes back, as behind a firewall that drops. It says so when it did.
    const hole = spawn('python3', [
      '-c',
      `import socket,time
s=socket.socket();s.bind(("127.0.0.1",0));s.listen(0)
print(s.getsockname()[1],flush=True)
c=[]
while True:
  x=socket.socket();x.settimeout(0.5);c.append(x)
  try: x.connect(s.getsockname())
  except TimeoutError: break
print("full",flush=True)
time.sleep(60)`,
    ]);
    try {
      let said = '';
      for await (const chunk of hole.stdout) {
        said += chunk;
        if (said.includes('full\n')) break; // whatever it wrote after this would end it
      }
      const named = `me@127.0.0.1:${said.split('\n')[0]}`;
      const late = await failure(at(home, named, 700));
      assert.is(late.code, 'unreachable');
      assert.match(late.message, /no answer within 0\.7 s/, late.message);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      assert.is((await failure(at(home, named), stop.signal)).code, 'cancelled');
    } finally {
      hole.kill();
    }
  }));

test('login refused: which keys were tried', () =>
  withFar({}, async (far) => {
    writeFileSync(join(far.sshd.folder, 'authorized_keys'), '');
    const said = await failure(far.sandbox());
    assert.is(said.code, 'auth-failed');
    assert.ok(said.message.includes(far.sshd.key) && said.message.includes(far.sshd.user), said.message);
  }));

test('an encrypted key: its passphrase is asked for, else ssh-add is named', () =>
  withFar({}, async (far) => {
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'geheim', '-f', far.sshd.key]);
    const unasked = await failure(far.sandbox());
    assert.is(unasked.code, 'auth-failed');
    assert.match(`${unasked.message} ${unasked.hint}`, /encrypted.*ssh-add/);
    assert.match((await failure(far.sandbox({ ask: async () => 'wrong' }))).message, /wrong passphrase/);
    const asked: string[] = [];
    const ask = async (file: string): Promise<string> => {
      asked.push(file);
      await pause(3700); // typing does not count as slowness of the host
      return 'geheim';
    };
    await using _session = await connected(far.sandbox({ ask, patience: 3500 }));
    assert.equal(asked, [far.sshd.key]);
  }));

async function withAgent(use: (socket: string) => Promise<void>): Promise<void> {
  await withHome(async (folder) => {
    const socket = join(folder, 'agent');
    const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => agent.stdout?.once('data', resolve));
      await use(socket);
    } finally {
      agent.kill();
    }
  });
}

test('keys of the agent', () =>
  withFar({}, async (far) => {
    await withAgent(async (socket) => {
      execFileSync('ssh-add', ['-q', far.sshd.key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
      execFileSync('rm', [far.sshd.key]); // only the agent has it now
      const config = readFileSync(far.sshd.config, 'utf8');
      const rewrite = (agent: string): void =>
        writeFileSync(far.sshd.config, config.replace('IdentityAgent none', `IdentityAgent "${agent}"`));
      rewrite(socket);
      await using session = await connected(far.sandbox()); // IdentitiesOnly: known by its .pub
      assert.equal((await program({ session, folder: '/' }, 'exit 0')).exit, { code: 0 });
      rewrite('/no/such/agent');
      assert.is((await failure(far.sandbox())).code, 'auth-failed');
    });
  }));

test('through a jump host, whose key is verified too', () =>
  withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
    const key = readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8');
    appendFileSync(far.sshd.knownHosts, `sbx-far ${key}`);
    await using front = await startProxy(far.sshd.port);
    const alias = (name: string, port: number, more: string): string =>
      readFileSync(far.sshd.config, 'utf8')
        .replace('Host far', `Host ${name}`)
        .replace(/Port \d+/, `Port ${port}`) + more;
    const plain = readFileSync(far.sshd.config, 'utf8');
    writeFileSync(
      far.sshd.config,
      plain +
        alias('jump', front.port, '') +
        alias('inner', far.sshd.port, '  ProxyJump jump\n') +
        alias('innermost', far.sshd.port, '  ProxyJump jump,inner\n'),
    );
    for (const named of ['inner', 'innermost']) {
      await using session = await connected(far.sandbox({ named }));
      assert.equal((await program({ session, folder: '/' }, 'exit 3')).exit, { code: 3 });
    }
    front.set('reset');
    assert.match((await failure(far.sandbox({ named: 'inner' }))).message, /jump host 1 of inner: 127/);
    front.set('none');
    writeFileSync(far.sshd.knownHosts, '');
    const said = await failure(far.sandbox({ named: 'inner' }));
    assert.is(said.code, 'host-key-unknown');
    assert.match(`${said.message} ${said.hint}`, /jump host 1.*sbx trust jump/);
  }));

test('a far side that gives one session at a time still serves twenty calls', () =>
  withFar({ maxSessions: 1 }, async (far: Far) => {
    await using session = await connected(far.sandbox());
    const ends = await Promise.all(Array.from({ length: 20 }, (_, n) => program({ session, folder: '/' }, 'printf %s "$1"', [String(n)])));
    assert.equal(
      ends.map((end) => Buffer.from(end.stdout).toString()),
      Array.from({ length: 20 }, (_, n) => String(n)),
    );
  }));

for (const carrier of ['builtin', 'system'])
  test(`a port that the sshd reaches for nobody is told from one where nobody listens (${carrier})`, () =>
    withFar({ serverLines: ['AllowTcpForwarding no'] }, async ({ sshd, home }) => {
      const io = realIo(home, { ...sshd.env, SBX_SSH: carrier });
      await using session = await connected(sshSandbox({ name: 'vm', named: sshd.host, state: join(home, 'state'), ...SOON }, io));
      const refused = await session.forward('localhost', sshd.port, signal);
      assert.match(refused.ok ? '' : refused.error.message, /not reachable from .*opens no connection for us: does AllowTcpForwarding/);
    }));

test.run();
