import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { withWatch } from './watching.ts';

const PROJECT = {
  'Sandboxfile.yaml': 'version: 1\nsteps:\n  show: { run: "cat src/a.c conf", inputs: ["**"], outputs: [] }\n',
  'src/a.c': 'zero\n',
  conf: 'conf\n',
};

/** The ways in which editors put a new text into a file, by their system calls. */
const WAYS: { readonly [way: string]: (file: string, text: string) => void } = {
  'write in place (nano, echo >)': (file, text) => writeFileSync(file, text),
  'rename over (VS Code, IntelliJ safe write)': (file, text) => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  },
  'backup, then a new file (vim with backupcopy=no)': (file, text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    unlinkSync(`${file}~`);
  },
  'backup that stays (emacs)': (file, text) => {
    linkSync(file, `${file}.save~`);
    unlinkSync(file);
    writeFileSync(file, text);
    unlinkSync(`${file}.save~`);
  },
  'copy from elsewhere (cp)': (file, text) => {
    mkdirSync(join(file, '../../../elsewhere'), { recursive: true });
    writeFileSync(join(file, '../../../elsewhere/copy'), text);
    copyFileSync(join(file, '../../../elsewhere/copy'), file);
  },
};

for (const [way, save] of Object.entries(WAYS)) {
  test(`Watch: editors that replace files: ${way}, twice each.`, async () => {
    await withProject(PROJECT, async (project) => {
      await withWatch(project, ['show'], async (watch) => {
        await watch.waits();
        for (const text of ['first', 'second']) {
          save(join(project.root, 'src/a.c'), `${text}\n`);
          assert.match(await watch.waits(), new RegExp(`inputs changed: src/a\\.c\n[\\s\\S]*\\| ${text}\n`));
        }
        // The Sandboxfile is saved in the same way.
        const file = project.read('Sandboxfile.yaml');
        save(join(project.root, 'Sandboxfile.yaml'), file.replace('cat src', 'echo from the new file; cat src'));
        assert.match(await watch.waits(), /\| from the new file\n/);
      });
    });
  });
}

/** Runs a program in the project. */
function within(project: TestProject, file: string, ...args: readonly string[]): void {
  execFileSync(file, args, { cwd: project.root, env: cleanEnvironment({ home: project.home, env: { TERM: 'xterm' } }), stdio: 'ignore' });
}

test('Watch: editors that replace files: `sed -i`, also with a backup.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['show'], async (watch) => {
      await watch.waits();
      within(project, 'sed', '-i', 's/zero/one/', 'src/a.c');
      assert.match(await watch.waits(), /\| one\n/);
      within(project, 'sed', '-i~', 's/one/two/', 'src/a.c');
      assert.match(await watch.waits(), /\| two\n/);
    });
  });
});

needing('vim')('Watch: editors that replace files: vim, with each of its ways; a file that is merely open begins nothing.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['show'], async (watch) => {
      await watch.waits();
      for (const [text, options] of [
        ['one', 'set backupcopy=no writebackup'],
        ['two', 'set backupcopy=yes backup'],
        ['three', 'set backupcopy=auto writebackup'],
      ] as const) {
        within(project, 'vim', '-es', '-u', 'NONE', '-i', 'NONE', '-c', options, '-c', `%s/.*/${text}/`, '-c', 'wq', 'src/a.c');
        const seen = await watch.waits();
        assert.match(seen, new RegExp(`\\| ${text}\n`));
        assert.not.match(seen, /\.swp|4913/);
      }
    });
  });
});

needing('git')('Watch: git checkout of another branch is one change, there and back, with folders that come and go.', async () => {
  await withProject(PROJECT, async (project) => {
    const git = (...args: readonly string[]): void =>
      within(project, 'git', '-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main', ...args);
    git('init', '-q');
    project.write('.gitignore', '.sbx\n');
    git('add', '-A');
    git('commit', '-qm', 'main');
    git('checkout', '-qb', 'other');
    project.write('src/a.c', 'of the other branch\n');
    for (let n = 0; n < 50; n++) project.write(`lib/part${n}/file.c`, `${n}\n`);
    project.remove('conf');
    project.write('Sandboxfile.yaml', project.read('Sandboxfile.yaml').replace('conf', 'lib/part7/file.c'));
    git('add', '-A');
    git('commit', '-qm', 'other');
    git('checkout', '-q', 'main');
    await withWatch(project, ['show', '--debounce', '500ms'], async (watch) => {
      await watch.waits();
      git('checkout', '-q', 'other');
      assert.match(await watch.waits(), /\| of the other branch\n[\s\S]*\| 7\n[\s\S]*watching 53 files/);
      project.write('lib/part7/file.c', 'edited there\n');
      assert.match(await watch.waits(), /\| edited there\n/);
      git('checkout', '-qf', 'main');
      assert.match(await watch.waits(), /watching 4 files/);
    });
  });
});

test.run();
