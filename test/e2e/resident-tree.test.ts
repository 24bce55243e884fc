// The resident agent watches the files of a project for the next run. What it says only saves looks: with it, without it, and with one that hangs, runs find the same.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TreeStatus } from '../../lib/io/tree-watches.ts';
import { pause, until } from '../rig/patience.ts';
import { kill } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';

interface Status {
  readonly agents: readonly { readonly state?: { readonly pid: number; readonly trees: readonly TreeStatus[] } }[];
}

interface Story extends TestProject {
  /** The output of the only step: all its files. */
  run(agent?: 'on' | 'watch'): Promise<string>;
  pid(): Promise<number>;
  tree(): Promise<TreeStatus | undefined>;
}

const NAME = 'a-name-that-is-long-so-that-few-files-make-a-memo-for-which-it-is-worth-while-to-ask-'.repeat(2);
const FILES = 700;

function withAgent(use: (story: Story) => Promise<void>): Promise<void> {
  return withProject({}, async (project) => {
    project.write('Sandboxfile.yaml', 'version: 1\nsteps:\n  all: { run: cat src/*/* > all, inputs: [src], outputs: [all] }\n');
    for (let file = 0; file < FILES; file++) project.write(`src/${file % 7}/${NAME}${file}`, `${file}\n`);
    const env = { SBX_AGENT: 'watch', SBX_AGENT_IDLE: '10m' };
    const state = async () => (JSON.parse((await project.sbx(['agent', 'status', '--json'], { env })).stdout) as Status).agents[0]?.state;
    const over = new AbortController();
    const agent = project.sbx(['agent', 'serve'], { env, signal: over.signal });
    try {
      await until('it listens', async () => (await state()) !== undefined);
      const pid = (await state())?.pid as number;
      await use({
        ...project,
        async run(said = 'watch') {
          const { code, stdout, stderr } = await project.sbx(['run', 'all'], { env: { ...env, SBX_AGENT: said } });
          assert.is(code, 0, stdout + stderr);
          return project.read('all');
        },
        pid: async () => pid,
        tree: async () => (await state())?.trees.find(({ root }) => root === project.root),
      });
      kill(pid, 'SIGCONT');
    } finally {
      over.abort();
      await agent;
    }
  });
}

/** Runs until a run was answered, which is not before its files are at rest for two seconds. */
async function untilAnswered({ run, tree }: Story): Promise<void> {
  const before = (await tree())?.answered ?? 0;
  await until('an answer', async () => {
    await run();
    return ((await tree())?.answered ?? 0) > before;
  });
}

test('resident agent: watches the files of a project that a run asked about, and a run that takes its word finds every edit', () =>
  withAgent(async (story) => {
    assert.is(await story.tree(), undefined, 'it knows no project');
    await untilAnswered(story);
    assert.ok(((await story.tree())?.folders ?? 0) >= 7 + 3, 'the root, .sbx and src besides');
    for (const text of ['one', 'two', 'three']) {
      const { answered } = (await story.tree()) as TreeStatus;
      story.write(`src/3/${NAME}3`, `${text}\n`);
      story.write(`src/4/${text}`, `new ${text}\n`);
      const all = await story.run();
      assert.match(all, new RegExp(`^${text}$`, 'm'));
      assert.match(all, new RegExp(`^new ${text}$`, 'm'));
      assert.ok(((await story.tree())?.answered ?? 0) > answered, text);
    }
    assert.equal(
      readdirSync(join(story.root, '.sbx')).filter((name) => name.startsWith('cookie')),
      [],
    );
  }));

test('resident agent: not asked to watch, stopped in its tracks or killed, the run looks at the files itself', () =>
  withAgent(async (story) => {
    await untilAnswered(story);
    const pid = await story.pid();
    const { asked } = (await story.tree()) as TreeStatus;
    story.write(`src/1/${NAME}1`, 'off\n');
    assert.match(await story.run('on'), /^off$/m);
    assert.is((await story.tree())?.asked, asked, 'nobody asked');
    kill(pid, 'SIGSTOP');
    story.write(`src/1/${NAME}1`, 'wedged\n');
    assert.match(await story.run(), /^wedged$/m);
    kill(pid, 'SIGCONT');
    await untilAnswered(story);
    kill(pid);
    await pause(10);
    story.write(`src/1/${NAME}1`, 'killed\n');
    assert.match(await story.run(), /^killed$/m);
  }));

test.run();
