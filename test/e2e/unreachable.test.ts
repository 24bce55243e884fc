import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { eventsOf, type FarProject, outcomesOf, runTo, withFarProject } from './far-project.ts';

/** Milliseconds from the first to the last event of the newest run: what the promise is about, without the start of Node on a busy machine. */
function took({ project }: FarProject): number {
  const runs = join(project.root, '.sbx/runs');
  const all = readdirSync(runs).map((name) =>
    readFileSync(join(runs, name, 'journal.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly at: number }).at),
  );
  const [newest = []] = all.sort((a, b) => (b[0] ?? 0) - (a[0] ?? 0));
  return (newest.at(-1) ?? Number.NaN) - (newest[0] ?? Number.NaN);
}

test('An edited source with sshd stopped: exit 4 with one clear line, within 10 s, for a refused port.', async () => {
  await withFarProject({}, async (story) => {
    await runTo(story, 'fetch-artifacts');
    assert.is(story.project.read('out/app'), 'one\ntwo\n');
    story.sshd.stop();
    rmSync(join(story.project.root, 'out'), { recursive: true });
    const restored = await story.sbx(['run', '--json', 'fetch-artifacts']);
    assert.is(restored.code, 0, restored.stdout + restored.stderr);
    assert.is(outcomesOf(eventsOf(restored))['fetch-artifacts'], 'restored');
    assert.not.match(restored.stdout, /place-connecting/);
    assert.is(story.project.read('out/app'), 'one\ntwo\n');

    story.project.write('src/a', 'ONE\n');
    const refused = await story.sbx(['run', '--output', 'plain', 'fetch-artifacts']);
    assert.is(refused.code, 4, refused.stdout + refused.stderr);
    assert.ok(took(story) < 10_000, `${took(story)} ms`);
    const said = (refused.stdout + refused.stderr).split('\n').filter((line) => /^\s*reason /.test(line));
    assert.is(said.length, 1, refused.stdout + refused.stderr);
    assert.match(said[0] ?? '', new RegExp(`127\\.0\\.0\\.1:${story.sshd.port}`));
    assert.is(story.project.read('out/app'), 'one\ntwo\n', 'what was here is left alone');
  });
});

test('An edited source then: exit 4 with one clear line, within 10 s, for a black hole.', async () => {
  await withFarProject({}, async (story) => {
    await runTo(story, 'fetch-artifacts');
    story.project.write('src/a', 'ONE\n');
    // A network namespace of our own with an address that drops: nothing leaves this computer.
    const config = join(story.folder, 'black-hole');
    story.project.write('../black-hole', execFileSync('sed', ['-e', 's/HostName .*/HostName 192.0.2.1/', story.sshd.config]));
    const name = `sbx-hole-${process.pid}`;
    const ip = (...args: string[]): void => void execFileSync('ip', args);
    ip('netns', 'add', name);
    try {
      ip('-n', name, 'link', 'set', 'lo', 'up');
      // The other end of the pair is up and nobody has the address: packets vanish, as at a host that is asleep behind a firewall.
      ip('-n', name, 'link', 'add', 'hole', 'type', 'veth', 'peer', 'name', 'bottom');
      ip('-n', name, 'link', 'set', 'bottom', 'up');
      ip('-n', name, 'addr', 'add', '192.0.2.2/24', 'dev', 'hole');
      ip('-n', name, 'link', 'set', 'hole', 'up');
      ip('-n', name, 'neigh', 'add', '192.0.2.1', 'lladdr', '02:00:00:00:00:01', 'dev', 'hole');
      const { SBX } = await import('../rig/cli.ts');
      const { execute } = await import('../rig/cli.ts');
      const ended = await execute('ip', ['netns', 'exec', name, process.execPath, SBX, 'run', '--output', 'plain', 'fetch-artifacts'], {
        cwd: story.project.root,
        home: story.project.home,
        env: { SBX_SSH_CONFIG: config },
      });
      assert.is(ended.code, 4, ended.stdout + ended.stderr);
      assert.ok(took(story) < 10_000, `${took(story)} ms`);
      assert.match(ended.stdout + ended.stderr, /192\.0\.2\.1:\d+:? .*(no answer|did not answer|timed out)/);
    } finally {
      ip('netns', 'del', name);
    }
  });
});

test('A local edit during a remote build neither spoils its record nor hides the edit from the next run.', async () => {
  await withFarProject(
    {
      run: 'mkdir -p out work; cat src/* > out/app; touch work/started; while [ ! -e work/go ]; do sleep 0.05; done; rm work/go work/started',
    },
    async (story) => {
      const running = story.sbx(['run', '--json', 'fetch-artifacts']);
      await until('it builds', () => story.isThere('work/started'));
      story.project.write('src/a', 'edited\n');
      execFileSync('touch', [join(story.workspace, 'work/go')]);
      const first = await running;
      assert.is(first.code, 0, first.stdout + first.stderr);
      assert.is(story.project.read('out/app'), 'one\ntwo\n', 'what was sent was built');
      // The record belongs to what was sent: brought back, it is fresh.
      story.project.write('src/a', 'one\n');
      assert.is((await runTo(story, 'fetch-artifacts')).build, 'fresh');
      // The edit is seen.
      story.project.write('src/a', 'edited\n');
      const next = story.sbx(['run', '--json', 'fetch-artifacts']);
      await until('it builds', () => story.isThere('work/started'));
      execFileSync('touch', [join(story.workspace, 'work/go')]);
      const second = await next;
      assert.is(second.code, 0, second.stdout + second.stderr);
      assert.is(outcomesOf(eventsOf(second)).build, 'succeeded');
      assert.is(story.project.read('out/app'), 'edited\ntwo\n');
    },
  );
});

test.run();
