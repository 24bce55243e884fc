// rig: timeout 300s
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, type Ended, execute, type Invocation } from '../rig/cli.ts';
import { leftOut } from '../rig/needing.ts';
import { openPodman, type Podman, whyNoPodman } from '../rig/podman.ts';
import { projectIn, type TestProject, withProject } from '../rig/project.ts';
import { freePort, type Sshd, startSshd } from '../rig/sshd.ts';

const why = whyNoPodman();
const podmanTest = why === undefined ? test : leftOut(why);

interface Rig {
  readonly project: TestProject;
  readonly podman: Podman;
  readonly far: Sshd;
  readonly port: number;
}

const sandboxfile = (workspace: string, command: string): string => `version: 1
name: shop
default: [test]
sandboxes:
  far: { host: far, workspace: ${workspace}, files: all, grace: 1s }
steps:
  sync: { task: sync, in: far }
  stack: { task: compose, in: far, needs: [sync], ready: { deadline: 30s, interval: 100ms } }
  test: { in: far, needs: [stack], run: "${command}", outputs: [] }
`;

const HEALTH = 'interval: 200ms, timeout: 2s';

/** Answers with a page after a moment, and is healthy by then. */
const shop = (port: number): string => `services:
  web:
    image: localhost/busy:1
    command: ["sh", "-c", "sleep 0.3; echo hello >/page.txt; exec httpd -f -p 8000 -h /"]
    stop_signal: SIGKILL
    ports: ["127.0.0.1:${port}:8000"]
    volumes: ["kept:/kept"]
    healthcheck: { test: "wget -q -O /dev/null http://127.0.0.1:8000/page.txt", retries: 50, ${HEALTH} }
  once:
    image: localhost/busy:1
    command: ["echo", "migrated"]
volumes: { kept: {} }
`;

const asking = (port: number): string => `busybox wget -q -O - http://127.0.0.1:${port}/page.txt`;

function onPodman(use: (rig: Rig) => Promise<void>): Promise<void> {
  return withProject({}, async (project) => {
    const podman = openPodman(join(project.home, 'podman'));
    await using far = await startSshd({ path: `${podman.bin}:/usr/sbin:/usr/bin:/sbin:/bin` });
    const port = await freePort();
    project.write('Sandboxfile.yaml', sandboxfile(join(far.home, 'shop'), asking(port)));
    project.write('compose.yaml', shop(port));
    try {
      await use({ project, podman, far, port });
    } finally {
      podman.end();
    }
  });
}

/** What the journal of owned things says of compose projects. */
function told({ home }: TestProject): { readonly name: string | undefined; readonly states: readonly string[] } {
  const lines = readFileSync(join(home, '.state/sbx/owned.ndjson'), 'utf8').split('\n');
  const mine = lines.filter((line) => line.includes('"kind":"compose"'));
  return { name: /"path":"([^"]+)"/.exec(mine[0] ?? '')?.[1], states: mine.map((line) => /"state":"(\w+)"/.exec(line)?.[1] ?? '') };
}

/** A run, and its process id once it has said so. */
function startRun(project: TestProject, seen: (text: string, pid: number) => void, more: Partial<Invocation>): Promise<Ended> {
  let all = '';
  return execute('sh', ['-c', `echo pid=$$; exec ${COMMAND} run`], {
    cwd: project.root,
    home: project.home,
    ...more,
    seen: (text) => {
      all += text;
      seen(all, Number(/pid=(\d+)/.exec(all)?.[1]));
    },
  });
}

podmanTest(
  'compose over sshd with podman: up, healthy, tested, reported and taken down, by two checkouts at once under names of their own',
  () =>
    onPodman(async ({ project, podman, far }) => {
      const second = projectIn(`${project.root} too`, join(project.home, 'second'));
      const another = await freePort();
      second.write(
        'Sandboxfile.yaml',
        `version: 1\nuse: { recipe: compose-test, with: { host: far, test: "${asking(another)}", compose: podman-compose } }\nsandboxes: { host: { workspace: ${join(far.home, 'two')}, files: all } }\n`,
      );
      second.write('compose.yaml', shop(another));
      const runs = await Promise.all([project, second].map((one) => one.sbx(['run'], { env: far.env })));
      for (const { code, stdout, stderr } of runs) {
        assert.is(code, 0, stdout + stderr);
        assert.match(stdout, /stack ready after [\s\S]*test succeeded in .*\n {2}\| hello\n[\s\S]*\| once \| migrated\n/);
      }
      assert.equal(podman.left(), []);
      const both = [project, second].map((one) => told(one));
      for (const { states } of both) assert.equal(states, ['intent', 'created', 'destroying', 'destroyed']);
      assert.is.not(both[0]?.name, both[1]?.name);
      const again = await project.sbx(['run'], { env: far.env });
      assert.match(again.stdout, /^everything is fresh: .*no place was reached/); // what passed brings nothing up
    }),
);

podmanTest('a compose project that does not come up: an exit, no health, a port that is taken, a short name; nothing is left', () =>
  onPodman(async ({ project, podman, far, port }) => {
    const failing = async (file: string, ...words: readonly (string | RegExp)[]): Promise<void> => {
      project.write('compose.yaml', file);
      const run = await project.sbx(['run'], { env: far.env });
      assert.is(run.code, 1, run.stdout + run.stderr);
      for (const word of words) assert.match(run.stdout + run.stderr, word);
      assert.match(run.stdout, 'skipped test: stack failed');
      assert.equal(podman.left(), []);
    };
    const one = (command: string, more = ''): string =>
      `services:\n  db:\n    image: localhost/busy:1\n    stop_signal: SIGKILL\n    command: ["sh", "-c", "${command}"]\n${more}`;
    const check = (retries: number): string => `    healthcheck: { test: "echo too early; false", retries: ${retries}, ${HEALTH} }\n`;
    await failing(one('echo no room; exit 3'), 'it ended before it was ready: db exited with 3', '| db | no room');
    await failing(one('sleep 60', check(1)), 'it ended before it was ready: db is unhealthy (too early)');
    const other = createServer().listen(port, '127.0.0.1').unref();
    await failing(one('sleep 60', `    ports: ["127.0.0.1:${port}:8000"]\n`), 'a port that it publishes is in use there');
    await new Promise((closed) => other.close(closed));
    project.write('Sandboxfile.yaml', project.read('Sandboxfile.yaml').replace('deadline: 30s', 'deadline: 4s'));
    await failing(one('sleep 60', check(1000)), 'it was not ready within 4s: waited for what it brings up to answer');
    await failing(
      'services: { db: { image: "redis:7" } }\n',
      'the image `redis:7` of db does not say its registry',
      'docker.io/library/redis:7',
    );
    assert.is(podman.run('images', '-q').trim().split('\n').length, 1);
  }),
);

podmanTest('compose and Ctrl-C, kill -9 of sbx, a link that is cut: taken down at once, or by the next run', () =>
  onPodman(async ({ project, podman, far }) => {
    project.write('Sandboxfile.yaml', sandboxfile(join(far.home, 'shop'), 'echo it begins; sleep 60'));
    const ended = async (how: (pid: number) => void): Promise<Ended> => {
      let isDone = false;
      const begins = (text: string, pid: number): void => {
        if (isDone || (!text.includes('"step-output","step":"test"') && !/^test runs/m.test(text))) return;
        isDone = true;
        how(pid);
      };
      return startRun(project, begins, { env: { ...far.env, SBX_KILL_GRACE: '100ms' } });
    };
    const stopped = await ended((pid) => process.kill(pid, 'SIGINT'));
    assert.is(stopped.code, 130, stopped.stdout + stopped.stderr);
    assert.equal(podman.left(), []);

    const killed = await ended((pid) => process.kill(pid, 'SIGKILL'));
    assert.is(killed.signal, 'SIGKILL');
    assert.is(told(project).states.at(-1), 'created');
    assert.is.not(podman.left().length, 0);

    const gone = await ended(() => far.stop());
    assert.is.not(gone.code, 0);
    assert.match(gone.stdout, 'took down what an earlier run left of it: 2 containers');
    assert.match(gone.stdout, /sbx-[0-9a-f]{16} may be up still: .*`sbx reap`/);
    assert.is(told(project).states.at(-1), 'destroying');
    await far.start();
    // The run is over, so its process is gone; what it could not reach is.
    assert.match(
      (await project.sbx(['reap', '-n'], { env: far.env })).stdout,
      /^would end containers of sbx-[0-9a-f]{16}: the run that brought it up is over$/m,
    );
    assert.is.not(podman.left().length, 0);
    assert.match((await project.sbx(['reap'], { env: far.env })).stdout, /^ended containers of sbx-[0-9a-f]{16}: .*\n {2}took down 2$/m);
    assert.equal(podman.left(), []);
    assert.is(told(project).states.at(-1), 'destroyed');

    const cut = await ended(() => far.cut());
    assert.match(cut.stdout, /link lost to far.*the connection was lost/, 'the test goes on over another one, unless it had not begun yet');
    assert.is(told(project).states.at(-1), 'destroyed');
    assert.equal(podman.left(), []);
  }),
);

test.run();
