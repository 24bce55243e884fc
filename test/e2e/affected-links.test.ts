import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withBranch } from './branch.ts';

const SINCE = '--affected=HEAD';

const step = (inputs: string): string => `{ run: 'true', inputs: [${inputs}], outputs: [] }`;

const LINKED = `version: 1
steps:
  file: ${step('one/a.txt')}
  glob: ${step('"one/*.txt"')}
  folder: ${step('"deep/**/*.c"')}
  twice: ${step('two/b')}
  outside: ${step('out')}
  none: ${step('none')}
  plain: ${step('"plain/**"')}
  tool: { run: 'true', inputs: [plain], tools: [paint], outputs: [] }
`;

test('`--affected`: what is read over symbolic links counts: a link, what it leads to, and links on the way', () =>
  withBranch(
    { 'Sandboxfile.yaml': LINKED, 'shared/a': '1', 'shared/src/x.c': '1', 'shared/src/y.h': '1', other: '1', 'plain/p': '1' },
    async (project) => {
      const env = { PATH: `${project.root}/bin:${process.env.PATH}` };
      const link = (target: string, path: string): void => {
        rmSync(join(project.root, path), { force: true });
        symlinkSync(target, join(project.root, path));
      };
      const affected = async (what: string, ...expected: readonly string[]): Promise<void> => {
        const { stdout, stderr } = await project.sbx(['list', SINCE, '--json'], { env });
        const steps =
          stdout === ''
            ? []
            : JSON.parse(stdout)
                .steps.map(({ id }: { id: string }) => id)
                .sort();
        assert.equal(steps, [...expected, 'outside'].sort(), `${what}\n${stderr}`);
        project.git('checkout', '-q', '.');
      };
      await affected('what lies outside is compared with nothing');
      project.write('shared/a', '2');
      await affected('the file behind a link, and behind two', 'file', 'glob', 'twice');
      project.write('shared/src/x.c', '2');
      await affected('a file in the folder behind a link', 'folder');
      project.write('shared/src/y.h', '2');
      await affected('another one, that is not read');
      link('../other', 'one/middle');
      await affected('a link in the middle', 'file', 'glob', 'twice');
      link('plain', 'deep');
      await affected('the folder is another one', 'folder');
      project.remove('shared/a');
      await affected('what it leads to is gone', 'file', 'glob', 'twice');
      project.write('shared/later', '1');
      await affected('what it leads to has come', 'none');
      project.remove('shared/later');
      project.write('plain/paint', '#!/bin/sh\n: 2\n', 0o755);
      await affected('a program of the project', 'plain', 'tool');
    },
    (root) => {
      for (const folder of ['one', 'two', 'bin']) mkdirSync(join(root, folder));
      const links = {
        'one/a.txt': 'middle',
        'one/middle': '../shared/a',
        'two/b': `${root}/one/a.txt`,
        deep: 'shared/src',
        out: '/etc/hostname',
        none: 'shared/later',
        'bin/paint': '../plain/paint',
      };
      for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
      writeFileSync(join(root, 'plain/paint'), '#!/bin/sh\n: 1\n', { mode: 0o755 });
    },
  ));

const FILE = `version: 1
dotenv: .env
use: own
include: { sub: ./sub.yaml }
steps:
  a: { run: 'echo A $MODE', inputs: [a], outputs: [] }
`;
const SOURCES = {
  'real/Sandboxfile.yaml': FILE,
  'real/env': 'MODE=1\n',
  'real/own.yaml': "version: 1\nsteps: { b: { run: 'echo B', inputs: [b], outputs: [] } }\n",
  'real/sub.yaml': "version: 1\nsteps: { c: { run: 'echo C', inputs: [c], outputs: [] } }\n",
};

test('`--affected`: the Sandboxfile, a recipe, an included file or a dotenv file behind a link is read as it was then', () =>
  withBranch(
    SOURCES,
    async (project) => {
      const edits: readonly (readonly [path: string, from: string, to: string, ...steps: readonly string[]])[] = [
        ['real/Sandboxfile.yaml', 'echo A', 'echo AA', 'a'],
        ['real/env', '1', '2', 'b', 'a', 'sub:c'],
        ['real/own.yaml', 'echo B', 'echo BB', 'b'],
        ['real/sub.yaml', 'echo C', 'echo CC', 'sub:c'],
      ];
      for (const [path, from, to, ...steps] of edits) {
        project.write(path, project.read(path).replace(from, to));
        const found = await project.affected(SINCE);
        assert.equal(found.steps, steps, path + found.said);
        project.git('checkout', '-q', '.');
      }
      const over = join(dirname(project.root), 'over');
      symlinkSync(project.root, over);
      project.write('real/own.yaml', project.read('real/own.yaml').replace('echo B', 'echo BB'));
      assert.equal((await project.affected(SINCE, '-C', over)).steps, ['b'], 'the project itself is reached over a link');
      project.git('checkout', '-q', '.');
      renameSync(join(project.root, 'real/env'), join(dirname(project.root), 'env'));
      rmSync(join(project.root, '.env'));
      symlinkSync('../env', join(project.root, '.env'));
      assert.equal((await project.affected(SINCE)).steps, [], 'what it was then is known: the same variables');
    },
    (root) => {
      mkdirSync(join(root, 'recipes'));
      const links = { 'Sandboxfile.yaml': 'real/Sandboxfile.yaml', '.env': 'real/env', 'recipes/own.yaml': '../real/own.yaml' };
      for (const [path, target] of Object.entries({ ...links, 'sub.yaml': 'real/sub.yaml' })) symlinkSync(target, join(root, path));
    },
  ));

test('`--affected`: files that git was told not to look at may be anything', () =>
  withBranch(
    { 'Sandboxfile.yaml': `version: 1\nsteps:\n  a: ${step('a')}\n  b: ${step('b')}\n  c: ${step('c')}\n`, a: '1', b: '1', c: '1' },
    async (project) => {
      project.git('update-index', '--assume-unchanged', 'a');
      project.git('update-index', '--skip-worktree', 'b', 'c');
      for (const name of ['a', 'b']) project.write(name, '2');
      project.remove('c');
      assert.equal((await project.affected(SINCE)).steps, ['a', 'b'], 'a sparse checkout leaves files out: that is no change');
    },
  ));

test.run();
