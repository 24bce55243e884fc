import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { until } from '../rig/patience.ts';
import { startProxy } from '../rig/proxy.ts';
import { freePort } from '../rig/sshd.ts';
import { eventsOf, type FarProject, outcomesOf, runTo, withFarProject } from './far-project.ts';

// Tunnels of a Sandboxfile. The far side is a real sshd on this computer, so each port of the place is one here.

interface Tunnelled extends FarProject {
  readonly near: number;
  readonly far: number;
  isFree(): Promise<boolean>;
}

/** Says to port $1 of here what $2 is, and prints what it hears. */
const ASK = `const socket = require('node:net').connect({ port: Number(process.argv[2]), host: '127.0.0.1' }, () => socket.end(process.argv[3]));
socket.pipe(process.stdout);
`;

/** A project with a tunnel each way, both to a server that says back what it hears; %N and %F in the steps are their ports, %E that of the server. */
async function tunnelled(steps: string, use: (story: Tunnelled) => Promise<void>, host = (_: FarProject) => 'far'): Promise<void> {
  const [near, far, echo] = [await freePort(), await freePort(), await freePort()];
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(echo, '127.0.0.1');
  await once(server, 'listening');
  try {
    await withFarProject({ sshd: { clientLines: ['HostKeyAlias sbx-far'] } }, async (story) => {
      appendFileSync(story.sshd.knownHosts, `sbx-far ${readFileSync(join(story.sshd.folder, 'host_key.pub'), 'utf8')}`);
      story.project.write('ask.cjs', ASK);
      story.project.write(
        'Sandboxfile.yaml',
        `version: 1
sandboxes: { far: { host: ${host(story)}, workspace: ${story.workspace} } }
tunnels:
  in: { in: far, listen: %N, to: "localhost:%E" }
  out: { in: far, listen: "there:%F", to: %E }
steps:
${steps}`.replace(/%[NFE]/g, (mark) => String({ '%N': near, '%F': far, '%E': echo }[mark])),
      );
      await use({ ...story, near, far, isFree: async () => (await isFree(near)) && (await isFree(far)) });
    });
  } finally {
    server.close();
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() === undefined));
    socket.once('error', () => resolve(true));
  });
}

const BOTH = `  here: { needs: [in], run: "node ask.cjs %N hello > here.txt" }
  there: { needs: [out], run: "node ask.cjs %F again > there.txt" }
  both: { needs: [here, there], run: "true" }
`;

for (const ssh of ['builtin', 'system'])
  test(`tunnels of both directions carry bytes, two at once, and are gone after the run (${ssh})`, () =>
    tunnelled(BOTH, async ({ sbx, project, isFree }) => {
      const run = await sbx(['run', '--json', 'both'], { env: { SBX_SSH: ssh } });
      assert.is(run.code, 0, run.stdout + run.stderr);
      const outcomes = outcomesOf(eventsOf(run));
      assert.equal([outcomes.in, outcomes.out], ['succeeded', 'succeeded']);
      assert.equal([project.read('here.txt'), project.read('there.txt')], ['hello', 'again']);
      assert.ok(await isFree());
    }));

test('a tunnel is up only if a step that needs it is executed', () =>
  tunnelled('  here: { needs: [in], run: "node ask.cjs %N hello > out", inputs: [ask.cjs], outputs: [out] }\n', async (story) => {
    assert.equal(await runTo(story, 'here'), { in: 'succeeded', here: 'succeeded' });
    assert.equal(await runTo(story, 'here'), { in: 'skipped', here: 'fresh' });
  }));

test('a port that is taken fails the tunnel, and says who has it', () =>
  tunnelled(BOTH, async ({ sbx, near, far, isFree }) => {
    for (const [port, step, where] of [
      [near, 'here', 'here'],
      [far, 'there', 'in far'],
    ] as const) {
      const other = createServer().listen(port, '127.0.0.1');
      await once(other, 'listening');
      const run = await sbx(['run', step]);
      assert.is(run.code, 1, run.stdout + run.stderr);
      assert.match(run.stdout + run.stderr, new RegExp(`port ${port} is in use ${where} \\(.*, process ${process.pid}\\)`));
      await new Promise((resolve) => other.close(resolve));
    }
    assert.ok(await isFree());
  }));

test('nobody answers where a tunnel leads: it is not ready, and why is said', () =>
  tunnelled('  test: { needs: [db], run: "true" }\n', async ({ sbx, project, near }) => {
    const nobody = await freePort();
    const text = project
      .read('Sandboxfile.yaml')
      .replace('tunnels:', `tunnels:\n  db: { in: far, listen: ${near}, to: ${nobody}, ready: { deadline: 1s } }`);
    project.write('Sandboxfile.yaml', text);
    const run = await sbx(['run', 'test']);
    assert.is(run.code, 1);
    assert.match(run.stdout + run.stderr, new RegExp(`not ready within 1s.*localhost:${nobody}.*refused`));
  }));

/** Waits for a file, and asks again. */
const AGAIN = `  both:
    needs: [in, out]
    run: |
      touch up
      while ! [ -e go ]; do sleep 0.05; done
      until [ "$(node ask.cjs %N here)" = here ]; do sleep 0.2; done
      until [ "$(node ask.cjs %F there)" = there ]; do sleep 0.2; done
`;

test('a link that is cut and comes back has its tunnels again', async () => {
  const leads = await startProxy(0);
  await using proxy = leads;
  await tunnelled(
    AGAIN,
    async ({ sbx, project, sshd, isFree }) => {
      proxy.lead(sshd.port);
      const running = sbx(['run', 'both'], { env: { SBX_AGENT: 'off' } });
      await until('they are up', () => existsSync(join(project.root, 'up')));
      proxy.set('reset');
      proxy.set('none');
      project.write('go', '');
      const run = await running;
      assert.is(run.code, 0, run.stdout + run.stderr);
      assert.ok(await isFree());
    },
    () => `far:${proxy.port}`,
  );
});

for (const signal of ['SIGINT', 'SIGKILL'] as const)
  test(`${signal} of sbx: nothing listens any more`, () =>
    tunnelled(AGAIN, async ({ project, sshd, isFree }) => {
      const env = cleanEnvironment({ home: project.home, env: sshd.env });
      const child = spawn(process.execPath, [SBX, 'run', 'both'], { cwd: project.root, env, stdio: 'ignore' });
      const ended = once(child, 'close');
      await until('they are up', () => existsSync(join(project.root, 'up')));
      assert.not(await isFree());
      child.kill(signal);
      await ended;
      await until('both ports are free', isFree);
      project.write('go', '');
    }));

test('names and ports of tunnels are checked when the file is read', () =>
  tunnelled('  test: { needs: [inn], run: "true" }\n', async ({ sbx, project }) => {
    project.write('Sandboxfile.yaml', project.read('Sandboxfile.yaml').replace('out: { in: far, listen', 'out: { in: farr, lissten'));
    const checked = await sbx(['validate']);
    assert.is(checked.code, 2);
    for (const said of [
      'there is no step `inn`',
      'there is no sandbox `farr`',
      'Did you mean `far`?',
      'Did you mean `listen`?',
      'Sandboxfile.yaml:',
    ])
      assert.match(checked.stdout + checked.stderr, said);
  }));

test.run();
