import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment, SBX } from '../rig/cli.ts';
import { until } from '../rig/patience.ts';
import { projectIn, withProject } from '../rig/project.ts';
import { eventsOf, outcomesOf, sandboxfile, withFarProject } from './far-project.ts';

test('Two runs at once on one project: both right, the second says for whom it waits.', async () => {
  const run = 'mkdir -p out work; cat src/* > out/app; echo built >> work/builds; sleep 1';
  await withFarProject({ run }, async (story) => {
    const first = story.sbx(['run', '--json', 'fetch-artifacts']);
    await until('it builds', () => story.isThere('work/builds'));
    const second = await story.sbx(['run', '--json', 'fetch-artifacts']);
    const ended = await first;
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    assert.is(second.code, 0, second.stdout + second.stderr);
    const waiting = eventsOf(second).find((e) => e.type === 'waiting');
    assert.match(waiting?.holder ?? '', /\d+/, 'names the process that holds the project');
    assert.is(outcomesOf(eventsOf(ended)).build, 'succeeded');
    assert.is(outcomesOf(eventsOf(second)).build, 'fresh');
    assert.is(story.there('work/builds'), 'built\n');
    assert.is(story.project.read('out/app'), 'one\ntwo\n');
  });
});

test('a run that is stopped while it waits for another one says that it began nothing', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps:\n  wait: { run: "until [ -e go ]; do sleep 0.05; done" }\n' }, async (project) => {
    const first = project.sbx(['run', 'wait']);
    while (!existsSync(join(project.root, '.sbx/lock'))) await new Promise((resolve) => setTimeout(resolve, 20));
    const env = cleanEnvironment({ home: project.home });
    const second = spawn(process.execPath, [SBX, 'run', 'wait'], { cwd: project.root, env });
    let said = '';
    second.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.includes('holds the project') && !second.killed) second.kill('SIGTERM');
    });
    assert.is(await new Promise((resolve) => second.once('close', resolve)), 143);
    assert.match(said, /\nstopping \(SIGTERM\): nothing was begun yet\nstopped before any step began, in /);
    project.write('go', '');
    assert.is((await first).code, 0);
  }));

test('a run in a step of the same project is refused at once, also behind a run of another project, which is not; queries are not', () =>
  withProject({}, async (project) => {
    const sbx = COMMAND;
    const other = projectIn(join(project.root, '../other'), project.home);
    const back = `${sbx} -C '${project.root}' run inner`;
    other.write('Sandboxfile.yaml', `version: 1\nsteps:\n  back: { run: "${back} || echo then $?" }\n`);
    project.write(
      'Sandboxfile.yaml',
      `version: 1
steps:
  inner: { run: "true" }
  within: { run: "env -i ${sbx} run inner || echo ended $?; ${sbx} plan inner" }
  around: { run: "${sbx} -C '${other.root}' run back" }
`,
    );
    const within = await project.sbx(['run', 'within']);
    assert.is(within.code, 0, within.stdout + within.stderr);
    assert.match(
      within.stdout,
      /a step of sbx run within \(process \d+ on .* started this run in the same project[\s\S]*needs: \[[\s\S]*ended 2/,
    );
    assert.match(within.stdout, /ended 2[\s\S]*inner/);
    const around = await project.sbx(['run', 'around']);
    assert.is(around.code, 0, around.stdout + around.stderr);
    assert.match(around.stdout, /a step of sbx run around[\s\S]*then 2/);
  }));

test('a workspace of another checkout is not touched: the second gets one of its own and says so', async () => {
  await withFarProject({}, async (story) => {
    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 0);
    const other = projectIn(join(story.folder, 'other/demo'), story.project.home);
    other.write('Sandboxfile.yaml', sandboxfile(story.workspace));
    other.write('src/c', 'three\n');
    const before = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} + | sort'], { cwd: story.workspace, encoding: 'utf8' });
    const ended = await other.sbx(['run', '--json', 'fetch-artifacts'], { env: story.sshd.env });
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    assert.is(other.read('out/app'), 'three\n');
    const after = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} + | sort'], { cwd: story.workspace, encoding: 'utf8' });
    assert.is(after, before);
    assert.match(ended.stdout, /demo-[0-9a-f]{8}/);
    const own = await other.sbx(['adopt', 'far', '-y'], { env: story.sshd.env });
    assert.match(own.stderr + own.stdout, /belongs to .*: this checkout uses .*demo-[0-9a-f]{8}\n.* belongs to this project already\n/);
  });
});

test('adopt takes over the workspace that is declared from another checkout, where nothing is of the other name', async () => {
  await withFarProject({}, async (story) => {
    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 0);
    const moved = projectIn(join(story.folder, 'moved/demo'), story.project.home);
    moved.write('Sandboxfile.yaml', sandboxfile(story.workspace));
    moved.write('src/c', 'three\n');
    const { env } = story.sshd;
    const asked = await moved.sbx(['adopt', 'far'], { env });
    assert.is(asked.code, 1, asked.stdout);
    assert.match(asked.stderr, `${story.workspace} in far belongs to `);
    const adopted = await moved.sbx(['adopt', 'far', '-y'], { env });
    assert.is(adopted.stdout, `${story.workspace} in far is the workspace of this project now\n`, adopted.stderr);
    assert.is((await moved.sbx(['run', 'fetch-artifacts'], { env })).code, 0);
    assert.is(story.there('src/c'), 'three\n');
  });
});

test('a folder with files and no sentinel is refused with what would go, and adopt takes it over', async () => {
  await withFarProject({}, async (story) => {
    execFileSync('sh', ['-c', `mkdir -p '${story.workspace}' && echo mine > '${story.workspace}/precious'`]);
    const refused = await story.sbx(['run', '--output', 'plain', 'fetch-artifacts']);
    const said = refused.stdout + refused.stderr;
    assert.is(refused.code, 1, said);
    assert.match(said, /precious/);
    assert.match(said, /sbx adopt far/);
    assert.is(story.there('precious'), 'mine\n');
    const adopted = await story.sbx(['adopt', 'far', '-y']);
    assert.is(adopted.code, 0, adopted.stdout + adopted.stderr);
    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 0);
    assert.is(story.project.read('out/app'), 'one\ntwo\n');
  });
});

test.run();
