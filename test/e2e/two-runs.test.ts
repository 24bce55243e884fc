import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectIn } from '../rig/project.ts';
import { eventsOf, outcomesOf, sandboxfile, withFarProject } from './far-project.ts';

test('Two runs at once on one project: both right, the second says for whom it waits.', async () => {
  const run = 'mkdir -p out work; cat src/* > out/app; echo built >> work/builds; sleep 1';
  await withFarProject({ run }, async (story) => {
    const first = story.sbx(['run', '--json', 'fetch-artifacts']);
    while (!story.isThere('work/builds')) await new Promise((resolve) => setTimeout(resolve, 20));
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
