import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ended, Invocation } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { until } from '../rig/patience.ts';
import { projectIn, type TestProject } from '../rig/project.ts';
import { freePort, type Sshd, startSshd } from '../rig/sshd.ts';
import { eventsOf, outcomesOf } from './far-project.ts';

// A sandbox that is one of several hosts, each a real sshd with a home of its own.

interface Story {
  readonly project: TestProject;
  /** By the names that they have in ssh_config: one, two, ... */
  readonly hosts: readonly Sshd[];
  readonly config: string;
  sbx(args: readonly string[], more?: Partial<Invocation>): Promise<Ended>;
  /** Runs to exit 0 and says at which hosts. */
  runAt(...args: string[]): Promise<readonly string[]>;
  built(host: number): boolean;
}

const NAMES = ['one', 'two', 'three'];

const sandboxfile = (sandbox: string, steps = ''): string => `version: 1
sandboxes:
  far: { files: all, ${sandbox} }
steps:
  sync: { task: sync, in: far, exclude: [out] }
  build: { task: remote-build, in: far, needs: [sync], run: mkdir -p out && cat a > out/app, state: [out] }
  fetch: { task: fetch-artifacts, in: far, needs: [build], from: out }
${steps}`;

function withHosts(count: number, file: string, use: (story: Story) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
    project.write('Sandboxfile.yaml', file);
    project.write('a', '1\n');
    const hosts = await Promise.all(NAMES.slice(0, count).map(() => startSshd({ clientLines: ['ConnectTimeout 2'] })));
    const config = join(folder, 'ssh_config');
    writeFileSync(config, hosts.map((host, i) => readFileSync(host.config, 'utf8').replace('Host far', `Host ${NAMES[i]}`)).join(''));
    const sbx: Story['sbx'] = (args, more) => project.sbx(args, { ...more, env: { SBX_SSH_CONFIG: config, ...more?.env } });
    try {
      await use({
        project,
        hosts,
        config,
        sbx,
        runAt: async (...args) => {
          const ended = await sbx(['run', '--json', ...args]);
          assert.is(ended.code, 0, ended.stdout + ended.stderr);
          return eventsOf(ended).flatMap(({ type, target, why }) => (type === 'place-connected' ? [`${target} (${why})`] : []));
        },
        built: (i) => existsSync(join(hosts[i]?.home ?? '', 'sbx/demo/out/app')),
      });
    } finally {
      for (const host of hosts) await host[Symbol.asyncDispose]();
    }
  });
}

/** Takes every connection and says nothing; counts them, and tells what becomes of them. */
async function blackHole(
  tell: (what: 'dialled' | 'left') => void = () => {},
): Promise<{ readonly port: number; readonly server: Server; readonly dials: () => number }> {
  let dials = 0;
  const server = createServer((socket) => {
    dials += 1;
    tell('dialled');
    socket.on('error', () => {});
    socket.on('close', () => tell('left'));
    socket.resume();
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  server.unref();
  return { port, server, dials: () => dials };
}

const failuresOf = (ended: Ended) =>
  eventsOf(ended).flatMap(({ type, failure }) => (type === 'place-failed' ? [failure as { code: string; message: string }] : []));

test('pinned: the first of the list, then the one that was used last, as long as it is well', () =>
  withHosts(2, sandboxfile('hosts: [one, two]'), async ({ project, hosts, sbx, runAt, built }) => {
    const plan = await sbx(['plan', 'fetch']);
    assert.match(plan.stdout, /reaches far at one \(the first of the list\)\n/);
    assert.equal(await runAt('fetch'), ['one (the first of the list)']);
    assert.equal([built(0), built(1)], [true, false]);

    hosts[0]?.stop();
    project.write('a', '2\n');
    const moved = await sbx(['run', '--output', 'plain', 'fetch']);
    assert.is(moved.code, 0, moved.stdout + moved.stderr);
    assert.match(moved.stdout, /connected to far at two \(the next of the list\), workspace /);
    assert.match(moved.stdout, /far is two, since one: .*refused/);
    assert.ok(built(1));
    assert.is(project.read('out/app'), '2\n');

    await hosts[0]?.start();
    project.write('a', '3\n');
    const json = JSON.parse((await sbx(['plan', '--json', 'fetch'])).stdout) as { readonly hosts: unknown };
    assert.equal(json.hosts, { far: { host: 'two', why: 'used last' } });
    assert.match((await sbx(['explain', 'build'])).stdout, /\nPlace: far at two \(used last\)\n/);
    assert.match((await sbx(['vm-info', 'far'])).stdout, /target +two\n *chosen +used last\n/);
    assert.equal(await runAt('fetch'), ['two (used last)'], 'well again is no reason to move');
  }));

test('a host that others share is asked once a run, and its verdict is that of all', () =>
  withHosts(1, '', async ({ project, config, runAt, sbx }) => {
    const hole = await blackHole();
    const steps = ['a', 'b', 'c'].map(
      (name, i) => `  ${name}: { task: remote-build, in: ${name}, ${i > 0 ? `after: [${'ab'[i - 1]}], ` : ''}run: 'true' }\n`,
    );
    writeFileSync(config, `Host hole\n  HostName 127.0.0.1\n  Port ${hole.port}\n  ConnectTimeout 1\n${readFileSync(config, 'utf8')}`);
    const several = 'hosts: [hole, one]';
    project.write(
      'Sandboxfile.yaml',
      `version: 1\nsandboxes:\n  a: { ${several}, workspace: w/a, files: all }\n  b: { ${several}, workspace: w/b }\n  c: { host: hole, onUnreachable: skip }\nsteps:\n${steps.join('')}`,
    );
    const after = 'the next of the list';
    assert.equal(await runAt('a', 'b', 'c'), [`one (${after})`, `one (${after})`]);
    assert.is(hole.dials(), 1);
    const alone = await sbx(['run', '--json', 'c']);
    assert.is(outcomesOf(eventsOf(alone)).c, 'skipped');
    assert.is(hole.dials(), 2, 'another run asks again');
    hole.server.close();
  }));

test('hosts that do not answer are waited for side by side, and the next one in the order that answers is it', () =>
  withHosts(1, sandboxfile('hosts: [dark, darker, one]'), async ({ config, runAt, sbx }) => {
    const seen: string[] = [];
    const [dark, darker] = await Promise.all(['dark', 'darker'].map((name) => blackHole((what) => seen.push(`${name} ${what}`))));
    const lines = (name: string, port?: number): string => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  ConnectTimeout 4\n`;
    writeFileSync(config, lines('dark', dark?.port) + lines('darker', darker?.port) + readFileSync(config, 'utf8'));
    assert.equal(await runAt('sync'), ['one (the next of the list)']);
    assert.equal(seen.slice(0, 2), ['dark dialled', 'darker dialled']);
    assert.is(seen.length, 4, 'each once, and nobody holds on to them');
    assert.is((await sbx(['vm-info', 'far'])).code, 0);
    for (const hole of [dark, darker]) hole?.server.close();
  }));

test('all hosts down: one failure with the reason of each, exit 4; the policy holds, and hides no host that must not be trusted', () =>
  withHosts(2, sandboxfile('hosts: [one, hole, two]'), async ({ project, hosts, config, sbx }) => {
    const hole = await blackHole();
    writeFileSync(config, `Host hole\n  HostName 127.0.0.1\n  Port ${hole.port}\n  ConnectTimeout 1\n${readFileSync(config, 'utf8')}`);
    for (const host of hosts) host.stop();
    const ended = await sbx(['run', '--json', 'fetch']);
    assert.is(ended.code, 4, ended.stdout + ended.stderr);
    const [failure, ...more] = failuresOf(ended);
    assert.is(more.length, 0);
    assert.is(failure?.code, 'unreachable');
    assert.match(failure?.message ?? '', /^none of the 3 hosts of far can be used: one: .*refused.*; hole: .*; two: .*refused/);

    project.write('Sandboxfile.yaml', sandboxfile('hosts: [one, hole, two], onUnreachable: skip'));
    const skipped = await sbx(['run', '--json', 'fetch']);
    assert.is(skipped.code, 0, skipped.stdout + skipped.stderr);
    assert.is(outcomesOf(eventsOf(skipped)).build, 'skipped');

    hosts[1]?.changeHostKey();
    await hosts[1]?.start();
    const changed = await sbx(['run', '--json', 'fetch']);
    assert.is(changed.code, 4, changed.stdout + changed.stderr);
    assert.is(failuresOf(changed)[0]?.code, 'host-key-changed');
    hole.server.close();
  }));

test('a host with a changed key is passed over, and it is said', () =>
  withHosts(2, sandboxfile('hosts: [one, two]'), async ({ hosts, sbx, built }) => {
    hosts[0]?.changeHostKey();
    await hosts[0]?.start();
    const ended = await sbx(['run', '--output', 'plain', 'fetch']);
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /far is two, since one: the key of .* has changed: /);
    assert.equal([built(0), built(1)], [false, true]);
  }));

test('by-project: the same host each time, whatever the order of the list; the next one only while it is away', () =>
  withHosts(3, sandboxfile('hosts: [one, two, three], assign: by-project'), async ({ project, hosts, sbx, runAt }) => {
    const [first = ''] = await runAt('sync');
    const asked = async (): Promise<string> =>
      /far at (\w+) \(by the hash of this checkout\)/.exec((await sbx(['plan', '--force', 'build'])).stdout)?.[1] ?? '';
    const mine = await asked();
    assert.is(`${mine} (by the hash of this checkout)`, first);
    project.write('Sandboxfile.yaml', sandboxfile('hosts: [three, two, one], assign: by-project'));
    assert.is(await asked(), mine);
    assert.equal(await runAt('fetch'), [`${mine} (by the hash of this checkout)`]);
    const host = hosts[NAMES.indexOf(mine)];
    host?.stop();
    project.write('a', '2\n');
    const [other = ''] = await runAt('fetch');
    assert.match(other, /^(one|two|three) \(the next by the hash of this checkout\)$/);
    await host?.start();
    project.write('a', '3\n');
    assert.equal(await runAt('fetch'), [`${mine} (by the hash of this checkout)`]);
  }));

test('--host names one of them, and the pin follows it', () =>
  withHosts(2, sandboxfile('hosts: [one, two]'), async ({ project, runAt, sbx, built }) => {
    assert.equal(await runAt('fetch', '--host', 'far=two'), ['two (named by --host)']);
    assert.equal([built(0), built(1)], [false, true]);
    project.write('a', '2\n');
    assert.equal(await runAt('fetch'), ['two (used last)']);
    assert.match((await sbx(['plan', 'fetch', '--force', '--host', 'one'])).stdout, /reaches far at one \(named by --host\)/);
  }));

test('another host with the same tools makes nothing stale, and one with others does', () => {
  const check = '  check: { task: remote-build, in: far, needs: [sync], run: "true", outputs: [] }\n';
  const probed = (probe: string): string => sandboxfile(`hosts: [one, two], probes: { tool: ${probe} }`, check);
  return withHosts(2, probed('echo 1'), async ({ project, sbx }) => {
    const outcome = async (host: string): Promise<string | undefined> => {
      const ended = await sbx(['run', '--json', 'check', 'build', '--host', host]);
      assert.is(ended.code, 0, ended.stdout + ended.stderr);
      return outcomesOf(eventsOf(ended)).check;
    };
    assert.is(await outcome('one'), 'succeeded');
    assert.is(await outcome('two'), 'fresh');
    project.write('Sandboxfile.yaml', probed("'cat $HOME/../port'"));
    assert.is(await outcome('one'), 'succeeded');
  });
});

test('a host that is lost during a run is not left for another one in the midst of it', () =>
  withHosts(
    2,
    sandboxfile('hosts: [one, two], grace: 1s').replace('run: mkdir', 'retry: 3, run: touch ../../going; sleep 60; mkdir'),
    async ({ hosts, sbx, built }) => {
      const running = sbx(['run', '--json', 'fetch']);
      const going = join(hosts[0]?.home ?? '', 'going');
      await until('it builds', () => existsSync(going));
      hosts[0]?.stop();
      const ended = await running;
      assert.is(ended.code, 4, ended.stdout + ended.stderr);
      assert.not.ok(existsSync(join(hosts[1]?.home ?? '', 'sbx')), 'nothing was done at the other one');
      assert.not.ok(built(0));
    },
  ));

test('`hosts: bridge` are the VMs that have a port, each by its own key', () =>
  withHosts(1, sandboxfile('hosts: bridge, user: root'), async ({ project, hosts, sbx }) => {
    const none = await sbx(['run', '--json', 'fetch']);
    assert.is(none.code, 4, none.stdout + none.stderr);
    assert.match(failuresOf(none)[0]?.message ?? '', /there is no port-registry\.yml in .*demo or above it/);
    const [one] = hosts;
    const gone = await freePort();
    const ports = `ports:\n  ${gone}: { vm_name: asleep, status: reserved }\n  ${one?.port}: { vm_name: one, status: reserved }\n  12225: { status: available }\n`;
    project.write('port-registry.yml', ports);
    const unknown = await sbx(['run', '--json', 'fetch']);
    assert.is(unknown.code, 4, unknown.stdout + unknown.stderr);
    assert.is(failuresOf(unknown)[0]?.code, 'host-key-unknown', 'the key of the port is not that of the VM');
    appendFileSync(one?.knownHosts ?? '', `one ${readFileSync(join(one?.folder ?? '', 'host_key.pub'), 'utf8')}`);
    const ended = await sbx(['run', '--output', 'plain', 'fetch']);
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, new RegExp(`far is one at localhost:${one?.port}, since asleep: localhost:${gone}: connection refused`));
  }));

test.run();
