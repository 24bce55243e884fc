import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { pause } from '../rig/patience.ts';
import { withProject } from '../rig/project.ts';
import { roundsIn, withWatch } from './watching.ts';

const PROJECT = {
  'Sandboxfile.yaml': `version: 1
sandboxes: { vm: {} }
steps:
  sync: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [sync], run: "cat src/*/*.c", inputs: ["src/**"] }
`,
  'src/one/a.c': 'zero\n',
  'README.md': 'read me\n',
  '.gitignore': '*.log\nbuild/\n',
};

needing('git')(
  'Watch: in a place: what git would send counts, also in folders that were empty at first; what it ignores does not.',
  async () => {
    await withProject(PROJECT, async (project) => {
      execFileSync('git', ['init', '-q'], { cwd: project.root, env: cleanEnvironment({ home: project.home }) });
      await withWatch(project, ['build'], async (watch) => {
        assert.match(await watch.waits(), /\| zero\n/);
        project.write('src/one/a.c', 'one\n');
        assert.match(await watch.waits(), /changed: src\/one\/a\.c\n[\s\S]*\| one\n/);
        // git says nothing of folders without files: whoever listens only where it looked would not hear of the file.
        mkdirSync(join(project.root, 'src/two'));
        await pause(600);
        project.write('src/one/debug.log', 'ignored');
        project.write('build/more/product', 'ignored');
        await pause(600);
        project.write('src/two/b.c', 'two\n');
        const text = await watch.waits();
        assert.match(text, /\| two\n/);
        assert.is(roundsIn(text), 1);
        // It would be sent, but nobody who reads it is stale: no place is reached.
        project.write('README.md', 'read more\n');
        const readme = await watch.waits();
        assert.match(readme, /everything is fresh[\s\S]*no place was reached/);
        assert.not.match(readme, /build runs/);
      });
    });
  },
);

test.run();
