// The main job of examples/quickstart over the embedded sandbox: what `npm run quickstart` shows, without its installation.
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Stamped } from '../../lib/model/event.ts';
import { execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { projectIn, type TestProject } from '../rig/project.ts';

function withQuickstart(use: (project: TestProject) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const project = projectIn(join(folder, 'quickstart'), join(folder, 'home'));
    for (const name of ['Sandboxfile.yaml', 'make.mjs', 'src']) {
      cpSync(join(REPOSITORY, 'examples/quickstart', name), join(project.root, name), { recursive: true });
    }
    await use(project);
  });
}

/** Events of all runs so far, oldest run first. */
function journals({ root }: TestProject): Stamped[][] {
  const runs = join(root, '.sbx/runs');
  const read = (name: string): Stamped[] => {
    const lines = readFileSync(join(runs, name, 'journal.ndjson'), 'utf8')
      .trim()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as Stamped);
  };
  return readdirSync(runs)
    .map(read)
    .sort((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0));
}

const started = (events: readonly Stamped[]): string[] => events.flatMap((event) => (event.type === 'step-started' ? [event.step] : []));
const dialled = (events: readonly Stamped[]): string[] =>
  events.flatMap((event) => (event.type === 'place-connecting' ? [event.sandbox] : []));

test('the quickstart builds in the embedded sandbox, brings the program back, and dials nobody the second time', () =>
  withQuickstart(async (project) => {
    const first = await project.sbx(['run', 'fetch-artifacts']);
    assert.is(first.code, 0, first.stdout + first.stderr);
    const hello = await execute(process.execPath, ['out/hello.mjs'], { cwd: project.root, home: project.home });
    assert.is(hello.stdout, 'Hello, world!\n');
    const second = await project.sbx(['run', 'fetch-artifacts']);
    assert.is(second.code, 0, second.stdout + second.stderr);
    const [one = [], two = []] = journals(project);
    assert.equal([started(one), dialled(one)], [['sync', 'remote-build', 'fetch-artifacts'], ['box']]);
    assert.equal([started(two), dialled(two)], [[], []]);
  }));

test('a parameter of the quickstart rebuilds, and the old value comes back without building', () =>
  withQuickstart(async (project) => {
    for (const [greeting, dials] of [
      ['Hello', 1],
      ['Bonjour', 1],
      ['Hello', 0],
    ] as const) {
      const ended = await project.sbx(['run', '--set', `greeting=${greeting}`]);
      assert.is(ended.code, 0, ended.stdout + ended.stderr);
      assert.match(project.read('out/hello.mjs'), `GREETING = "${greeting}"`);
      assert.is(dialled(journals(project).at(-1) ?? []).length, dials, greeting);
    }
    assert.ok(existsSync(join(project.root, 'out/hello.mjs')));
  }));

test('the quickstart tests what it built, where it was built', () =>
  withQuickstart(async (project) => {
    const ended = await project.sbx(['run', 'remote-test']);
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    const again = await project.sbx(['run', 'remote-test']);
    assert.is(again.code, 0, again.stdout + again.stderr);
    assert.equal(dialled(journals(project).at(-1) ?? []), []);
  }));

test.run();
