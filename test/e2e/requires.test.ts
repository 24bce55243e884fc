import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';
import { gitIn } from '../rig/repository.ts';
import { type Terminal, withTerminal } from '../rig/tmux.ts';

const testing = needing('tmux');

const FILE = `version: 1
params:
  version: { type: number, description: What to release }
  channel: { enum: [stable, beta] }
secrets: [TOKEN]
steps:
  build: { run: echo built > built, outputs: [built] }
  release:
    run: echo "\${{ params.version }} \${{ params.channel }} $REGION $TOKEN" > released
    needs: [build]
    requires: [REGION, TOKEN]
    env: [REGION]
    secrets: [TOKEN]
    outputs: [released]
    cache: true
`;

testing('missing params and required variables are asked for on a terminal, enum params as a choice', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async ({ root, home, read }) => {
    const env = { ...cleanEnvironment({ home }), TERM: 'tmux-256color' } as Record<string, string>;
    const command = `${COMMAND} run release; echo "exit $?"`;
    await withTerminal(command, { columns: 100, rows: 30, cwd: root, env }, async (terminal: Terminal) => {
      const answers = async (question: RegExp, ...keys: readonly string[]): Promise<void> => {
        await terminal.until((text) => question.test(text), String(question));
        await terminal.keys(...keys, 'Enter');
      };
      await answers(/REGION is needed:\nREGION: *$/, 'eu');
      await answers(/TOKEN is needed:\nTOKEN: *$/, 'geheim');
      await answers(/version is needed:\n {2}What to release\nversion: *$/, 'one');
      await answers(/this is not a number\nversion: *$/, '2');
      await answers(/channel is needed:\n {4}stable\n {4}beta\nwhich of them: *$/, 'bet');
      await answers(/did you mean beta\?\nwhich of them: *$/, 'beta');
      const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
      assert.match(last, 'exit 0');
      assert.not.match(last, 'geheim');
      assert.is(read('released'), '2 beta eu geheim\n');
    });
  }),
);

const TWO = `version: 1
default: [a, b]
params: { version: {} }
steps:
  a: { run: "test -e a.fixed", inputs: [a.fixed], outputs: [] }
  b: { run: "echo \${{ params.version }}", inputs: [b.in], outputs: [] }
  c: { run: "echo \${{ params.version }}", inputs: [c.in], outputs: [] }
`;

test('`--failed` needs nothing for steps that it leaves out', () =>
  withProject({ 'Sandboxfile.yaml': TWO }, async (project) => {
    assert.is((await project.sbx(['run', '--continue', '--set', 'version=1'])).code, 1);
    project.write('a.fixed', '');
    assert.is((await project.sbx(['run'])).code, 2);
    const { code, stdout, stderr } = await project.sbx(['run', '--failed']);
    assert.is(code, 0, stdout + stderr);
  }));

needing('tmux', 'git')('`--affected` takes the project of then with the answers that were given', () =>
  withProject({ 'Sandboxfile.yaml': TWO, 'b.in': '1', 'c.in': '1', '.gitignore': '.sbx\n' }, async ({ root, home, write }) => {
    const git = gitIn(root, home);
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'first');
    write('b.in', '2');
    const env = { ...cleanEnvironment({ home }), TERM: 'tmux-256color' } as Record<string, string>;
    const command = `${COMMAND} run b c --affected=HEAD; echo "exit $?"`;
    await withTerminal(command, { columns: 100, rows: 30, cwd: root, env }, async (terminal: Terminal) => {
      await terminal.until((text) => /version: *$/.test(text), 'the question');
      await terminal.keys('2', 'Enter');
      const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
      assert.match(last, 'affected: b (');
      assert.match(last, 'exit 0');
    });
  }),
);

test('`--affected` needs nothing for steps that it leaves out, whatever they lack', () => {
  const inputs = TWO.replace('inputs: [c.in]', 'dir: "${{ params.version }}", inputs: [c.in]');
  return withProject({ 'Sandboxfile.yaml': inputs, 'a.fixed': '1', 'b.in': '1', '.gitignore': '.sbx\n' }, async (project) => {
    const git = gitIn(project.root, project.home);
    const run = async (...words: readonly string[]): Promise<string> => {
      const { code, stderr } = await project.sbx(['run', '--affected=HEAD', ...words]);
      return `${code} ${stderr}`;
    };
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'first');
    assert.match(await run(), /^0 nothing is affected: /);
    project.write('a.fixed', '2');
    assert.match(await run(), /^0 affected: a \([^\n]*\n$/);
    assert.match(await run('a', 'c'), /^2 .*missing-param.* and c needs it/, 'its folder is not known: it may read a.fixed');
    git('commit', '-qam', 'second');
    project.write('Sandboxfile.yaml', inputs.replace('b: { run: "echo', 'b: { run: "echo b'));
    assert.match(await run(), /^2 .*missing-param.* and b needs it/, 'how it is declared now');
  });
});

test('without a terminal all that is missing is named at once, with place and how to set it, also when the file was read before', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    const { code, stderr } = await project.sbx(['run', 'release']);
    assert.is(code, 2);
    for (const line of [
      'error[missing-param]: the parameter `version` has no value, and release needs it\n --> Sandboxfile.yaml:3:3',
      'hint: Give it one: --set version=..., SBX_PARAM_VERSION or a default.',
      'error[missing-param]: the parameter `channel` has no value, and release needs it\n --> Sandboxfile.yaml:4:3',
      'It is one of stable, beta.',
      'error[missing-param]: the variable `REGION` is not set, and release needs it\n  --> Sandboxfile.yaml:11:16',
      'error[missing-param]: the secret `TOKEN` is not set, and release needs it\n  --> Sandboxfile.yaml:11:24',
      '4 errors',
    ])
      assert.ok(stderr.includes(line), `${line} is not in\n${stderr}`);
    assert.is((await project.sbx(['plan', 'release'])).code, 2);
    for (const query of ['validate', 'list']) assert.is((await project.sbx([query])).code, 0, query);
    const env = { SBX_PARAM_CHANNEL: 'stable', REGION: 'us', TOKEN: 'secret' };
    assert.is((await project.sbx(['run', 'release', '--set', 'version=3'], { env })).code, 0);
    assert.is(project.read('released'), '3 stable us secret\n');
  }));

test.run();
