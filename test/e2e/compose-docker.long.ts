// rig: timeout 300s
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDocker } from '../rig/docker.ts';
import { leftOut, needing } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';
import { freePort, startSshd } from '../rig/sshd.ts';

const asRoot = process.getuid?.() === 0 ? needing('dockerd', 'docker', 'docker-compose', 'containerd', 'iptables') : leftOut('not root');

asRoot('compose over sshd with a Docker daemon and docker-compose: up, healthy, tested and taken down; a container that exits', () =>
  withProject({}, async (project) => {
    await using docker = await openDocker(join(project.home, 'docker'));
    await using far = await startSshd({ path: `${docker.bin}:/usr/sbin:/usr/bin:/sbin:/bin` });
    const port = await freePort();
    project.write(
      'Sandboxfile.yaml',
      `version: 1
name: shop
default: [test]
sandboxes:
  far: { host: far, workspace: ${join(far.home, 'shop')}, files: all }
steps:
  sync: { task: sync, in: far }
  stack: { task: compose, in: far, needs: [sync], command: docker-compose, ready: { deadline: 60s } }
  test: { in: far, needs: [stack], run: "busybox wget -q -O - http://127.0.0.1:${port}/page.txt", outputs: [] }
`,
    );
    project.write('Dockerfile', 'FROM localhost/busy:1\nCOPY page.txt /page.txt\n');
    project.write('page.txt', 'built in\n');
    const web = (command: string): string => `version: "3.9"
services:
  web:
    build: .
    command: ["sh", "-c", "${command}"]
    stop_signal: SIGKILL
    ports: ["127.0.0.1:${port}:8000"]
    volumes: ["kept:/kept"]
    healthcheck: { test: "wget -q -O /dev/null http://127.0.0.1:8000/page.txt", interval: 1s, timeout: 2s, retries: 5 }
volumes: { kept: {} }
`;
    const left = (): string =>
      ['ps -aq', 'volume ls -q', 'network ls -q --filter name=sbx-', 'images -q sbx-*']
        .map((words) => docker.run(...words.split(' ')))
        .join('');
    project.write('compose.yaml', web('exec httpd -f -p 8000 -h /'));
    const run = await project.sbx(['run'], { env: far.env });
    assert.is(run.code, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /stack ready after [\s\S]*\| built in\n/);
    assert.is(left(), '');
    project.write('compose.yaml', web('echo no room; exit 3'));
    const exits = await project.sbx(['run'], { env: far.env });
    assert.is(exits.code, 1, exits.stdout + exits.stderr);
    assert.match(exits.stdout, 'it ended before it was ready: web exited with 3');
    assert.match(exits.stdout, '| web | no room');
    assert.is(left(), '');
  }),
);

test.run();
