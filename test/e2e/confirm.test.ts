import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { type Terminal, withTerminal } from '../rig/tmux.ts';

const testing = needing('tmux');

const FILE = `version: 1
steps:
  build: { run: echo built > built, outputs: [built] }
  deploy: { run: touch deployed, needs: [build], confirm: "Deploy to \${{ name }}?", aliases: [d] }
  tell: { run: touch told, needs: [deploy] }
  mac: { run: touch mac, platforms: [darwin] }
  after-mac: { run: touch after, needs: [mac] }
`;

const asking = (use: (project: TestProject, terminal: Terminal) => Promise<void>): Promise<void> =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const env = { ...cleanEnvironment({ home: project.home }), TERM: 'tmux-256color' } as Record<string, string>;
    const command = `${COMMAND} run tell; echo "exit $?"`;
    await withTerminal(command, { columns: 100, rows: 20, cwd: project.root, env }, async (terminal) => {
      await terminal.until((text) => /deploy: Deploy to project\? \[y\/N\] *$/.test(text), 'the question');
      assert.not(existsSync(join(project.root, 'deployed')));
      await use(project, terminal);
    });
  });

testing('confirm: a question on the terminal before the step is executed, and yes lets it begin', () =>
  asking(async ({ root }, terminal) => {
    await terminal.keys('y', 'Enter');
    const last = await terminal.until((text) => text.includes('exit '), 'the end');
    assert.match(last.join('\n'), 'exit 0');
    assert.ok(existsSync(join(root, 'told')));
  }),
);

testing('confirm: any other answer, and nothing of the step runs', () =>
  asking(async ({ root }, terminal) => {
    await terminal.keys('Enter');
    const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
    assert.match(last, 'exit 1');
    assert.match(last, '"Deploy to project?" was not answered with yes');
    assert.ok(existsSync(join(root, 'built')));
    assert.not(existsSync(join(root, 'deployed')));
    assert.not(existsSync(join(root, 'told')));
  }),
);

testing('confirm: Ctrl-C at the question stops the run', () =>
  asking(async ({ root }, terminal) => {
    await terminal.keys('C-c');
    const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
    assert.match(last, 'exit 130');
    assert.not(existsSync(join(root, 'deployed')));
  }),
);

test('confirm: without a terminal the step fails before anything of it runs, and -y says yes', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const refused = await project.sbx(['run', 'd']);
    assert.is(refused.code, 1);
    assert.match(refused.stdout, 'it asks "Deploy to project?", and there is no terminal to answer on');
    assert.match(refused.stdout, '-y says yes');
    assert.not(existsSync(join(project.root, 'deployed')));
    assert.is((await project.sbx(['run', 'd', '-y'])).code, 0);
    assert.ok(existsSync(join(project.root, 'deployed')));
  }));

test('platforms: a step for others is skipped, says so, and what needs it goes on', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    if (process.platform === 'darwin') return;
    const run = await project.sbx(['run', 'after-mac']);
    assert.is(run.code, 0, run.stdout + run.stderr);
    assert.ok(existsSync(join(project.root, 'after')));
    assert.not(existsSync(join(project.root, 'mac')));
    const plan = await project.sbx(['plan', 'after-mac']);
    assert.match(plan.stdout, /mac.*it is for darwin only/);
    assert.not.match(run.stdout, 'darwin', 'no news');
    assert.match(
      (await project.sbx(['run', 'mac'])).stdout,
      /^skipped mac: it is for darwin only\n1 step: 1 skipped/,
      'somebody asked for it',
    );
  }));

test('completion and list know aliases', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const { stdout } = await project.sbx(['__complete', 'steps']);
    assert.equal(stdout.trim().split('\n'), ['build', 'deploy', 'tell', 'mac', 'after-mac', 'd']);
    assert.match((await project.sbx(['list'])).stdout, /deploy, d /);
  }));

test.run();
