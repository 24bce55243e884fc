import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause, until } from '../rig/patience.ts';
import { leftOf } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { roundsIn, withWatch } from './watching.ts';

const PROJECT = {
  'Sandboxfile.yaml': `version: 1
name: watched
default: [test]
dotenv: [.env]
steps:
  lib: { run: mkdir -p out && cat src/*.c > out/lib, inputs: ["src/**/*.c"], outputs: [out/lib] }
  docs: { run: mkdir -p site && cat docs/*.md > site/all, inputs: ["docs/**"], outputs: [site] }
  test: { run: echo "$GREETING" && cat out/lib, needs: [lib, docs], inputs: [], env: { GREETING: "\${{ env.GREETING }}" }, outputs: [] }
`,
  'src/a.c': 'int a;\n',
  'src/b.c': 'int b;\n',
  'docs/one.md': 'one\n',
  '.env': 'GREETING=hello\n',
};

test('Watch: whole graph: inputs of all selected steps, the Sandboxfile with everything it is made of, dotenv files.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, [], async (watch) => {
      const first = await watch.waits();
      assert.match(first, /3 steps: 3 succeeded/);
      assert.match(first, /watching 3 files of 3 steps; last run: ok\n/);
      project.write('docs/one.md', 'two\n');
      const docs = await watch.waits();
      assert.match(docs, /changed: docs\/one\.md\ndocs runs: inputs changed: docs\/one\.md/);
      assert.not.match(docs, /lib runs/);
      project.write('src/a.c', 'int c;\n');
      assert.match(await watch.waits(), /changed: src\/a\.c\n[\s\S]*lib runs[\s\S]*test runs/);
      project.write('.env', 'GREETING=goodbye\n');
      assert.match(await watch.waits(), /changed: \.env\n[\s\S]*test runs[\s\S]*goodbye/);
      project.write('Sandboxfile.yaml', project.read('Sandboxfile.yaml').replace('echo "$GREETING"', 'echo mended'));
      assert.match(await watch.waits(), /changed: Sandboxfile\.yaml\n[\s\S]*test runs[\s\S]*mended/);
    });
  });
});

test('Watch: recipes and profiles are what a Sandboxfile is made of, those too that are not there yet.', async () => {
  const files = {
    'Sandboxfile.yaml': 'version: 1\nuse: kit\n',
    'recipes/kit.yaml': 'version: 1\nsteps:\n  say: { run: echo first, inputs: [], outputs: [] }\n',
  };
  await withProject(files, async (project) => {
    await withWatch(project, ['say'], async (watch) => {
      assert.match(await watch.waits(), /first/);
      project.write('recipes/kit.yaml', project.read('recipes/kit.yaml').replace('first', 'second'));
      assert.match(await watch.waits(), /changed: recipes\/kit\.yaml\n[\s\S]*second/);
    });
  });
});

test('Watch: a program of a step that is never remembered is what it depends on, too.', async () => {
  const files = { 'Sandboxfile.yaml': 'version: 1\nsteps:\n  say: { task: script, file: say.mjs }\n', 'say.mjs': 'echo(1 + 1)\n' };
  await withProject(files, async (project) => {
    await withWatch(project, ['say'], async (watch) => {
      assert.match(await watch.waits(), /\b2\b/);
      project.write('say.mjs', 'echo(40 + 2)\n');
      assert.match(await watch.waits(), /changed: say\.mjs\n[\s\S]*\b42\b/);
    });
  });
});

test('Watch: debounced: a burst of saves is one run.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['--debounce', '400ms'], async (watch) => {
      await watch.waits();
      for (let n = 0; n < 20; n++) {
        project.write('src/a.c', `int a${n};\n`);
        project.write(`src/new${n}.c`, 'int n;\n');
        await pause(10);
      }
      const text = await watch.waits();
      assert.match(text, /watching 23 files/);
      project.write('docs/one.md', 'the end\n');
      const more = await watch.waits();
      assert.is(roundsIn(text + more), 2);
    });
  });
});

test('Watch: survives a broken Sandboxfile: shows the diagnostics, waits for a mend.', async () => {
  await withProject(PROJECT, async (project) => {
    const whole = project.read('Sandboxfile.yaml');
    await withWatch(project, [], async (watch) => {
      await watch.waits();
      project.write('Sandboxfile.yaml', whole.replace('needs: [lib, docs]', 'needs: [lib, dogs]'));
      const broken = await watch.waits();
      assert.match(broken, /dogs/);
      assert.match(broken, /did you mean/i);
      assert.match(broken, /waiting for the Sandboxfile to be mended; last run: ok/);
      // What the steps read is of no use until then, and is not forgotten.
      project.write('src/a.c', 'int meanwhile;\n');
      project.write('Sandboxfile.yaml', 'steps: [');
      assert.match(await watch.says(/error.*\n/), /error/);
      project.remove('Sandboxfile.yaml');
      const gone = await watch.says(/Sandboxfile\.yaml is gone\n.*\n/);
      assert.match(gone, /put it back/);
      assert.not.match(gone, /SBX_FILE/, 'nobody named it');
      project.write('Sandboxfile.yaml', whole);
      assert.match(await watch.says(/^watching .*\n/m), /lib runs: inputs changed: src\/a\.c/);
    });
  });
});

test('Watch: a Sandboxfile that is broken from the start is waited for.', async () => {
  await withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { rnu: echo } }\n' }, async (project) => {
    await withWatch(project, ['a'], async (watch) => {
      assert.match(await watch.waits(), /rnu[\s\S]*waiting for the Sandboxfile to be mended\n/);
      project.write('Sandboxfile.yaml', 'version: 1\nsteps: { a: { run: echo mended } }\n');
      assert.match(await watch.waits(), /\| mended\n[\s\S]*watching/);
    });
  });
});

test('Watch: the outputs of steps do not trigger, nor what is written beside its inputs, nor a touch.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, [], async (watch) => {
      await watch.waits();
      project.write('out/lib', 'edited\n');
      project.write('site/more', 'x');
      project.write('src/note.txt', 'no input');
      project.write('.sbx/note', 'x');
      project.write('src/.a.c.swp', 'an editor');
      utimesSync(join(project.root, 'src/b.c'), new Date(), new Date());
      await pause(600);
      project.write('docs/one.md', 'seen\n');
      const text = await watch.waits();
      assert.is(roundsIn(text), 1);
      assert.match(text, /changed: docs\/one\.md\n/);
    });
  });
});

const SLOW = {
  'Sandboxfile.yaml': `version: 1
default: [slow, other, late]
steps:
  slow: { run: 'if [ "$(cat slow.in)" = wait ]; then touch began; sleep 1000; fi', inputs: [slow.in], outputs: [] }
  other: { run: 'while [ ! -e go ]; do sleep 0.1; done; echo other came to its end', inputs: [other.in], outputs: [] }
  late: { run: echo late, needs: [slow], inputs: [], outputs: [] }
`,
  'slow.in': 'wait\n',
  'other.in': '',
};

test('Watch: cancels what became pointless: a step whose inputs changed while it runs is cancelled and run again; steps unaffected by the change go on to their end.', async () => {
  await withProject(SLOW, async (project) => {
    await withWatch(project, ['--jobs', '4', '--output', 'plain'], async (watch) => {
      await until('slow runs', () => existsSync(join(project.root, 'began')));
      project.write('slow.in', 'other words\n');
      await watch.says(/slow +cancelled/);
      project.write('go', '');
      const rest = await watch.says(/^watching .*\n/m);
      assert.match(rest, /other came to its end[\s\S]*changed: slow\.in\n/);
      assert.match(rest, /other +succeeded/);
      assert.match(rest, /slow +succeeded[\s\S]*late +succeeded/);
      assert.match(rest, /last run: ok/);
      assert.is(rest.match(/other +runs/g), null, 'it was not run again');
    });
  });
});

test('Watch: a step that writes its own inputs does not loop for ever: it says so after some rounds, and waits.', async () => {
  const steps = 'version: 1\nsteps:\n  stamp: { run: date +%N >> stamp.txt, inputs: [stamp.txt, more.txt], outputs: [] }\n';
  await withProject({ 'Sandboxfile.yaml': steps, 'stamp.txt': '' }, async (project) => {
    await withWatch(project, ['stamp'], async (watch) => {
      const text = await watch.waits();
      assert.match(text, /what stamp reads changed during each of 5 rounds/);
      assert.match(text, /name it in its outputs/);
      const lines = project.read('stamp.txt').split('\n').length;
      await pause(500);
      assert.is(project.read('stamp.txt').split('\n').length, lines, 'it waits');
      project.write('more.txt', 'x');
      assert.match(await watch.waits(), /changed: more\.txt/);
    });
  });
});

test('Watch: new folders, deleted folders, moved trees, symlinks.', async () => {
  await withProject(PROJECT, async (project) => {
    const at = (path: string): string => join(project.root, path);
    const outside = join(project.home, 'outside.c');
    writeFileSync(outside, 'int outside;\n');
    await withWatch(project, ['lib'], async (watch) => {
      const lib = async (change: () => void, seen: RegExp): Promise<void> => {
        change();
        assert.match(await watch.waits(), seen);
      };
      await watch.waits();
      await lib(() => {
        mkdirSync(at('src/deep/deeper'), { recursive: true });
        writeFileSync(at('src/deep/deeper/c.c'), 'int c;\n');
      }, /watching 3 files/);
      await lib(() => writeFileSync(at('src/deep/deeper/c.c'), 'int c2;\n'), /inputs changed: src\/deep\/deeper\/c\.c\n/);
      await lib(() => renameSync(at('src/deep'), at('src/moved')), /watching 3 files/);
      await lib(() => writeFileSync(at('src/moved/deeper/c.c'), 'int c3;\n'), /inputs changed: src\/moved\/deeper\/c\.c\n/);
      await lib(() => {
        mkdirSync(at('elsewhere/tree'), { recursive: true });
        writeFileSync(at('elsewhere/tree/d.c'), 'int d;\n');
        renameSync(at('elsewhere/tree'), at('src/tree'));
      }, /watching 4 files/);
      await lib(() => writeFileSync(at('src/tree/d.c'), 'int d2;\n'), /inputs changed: src\/tree\/d\.c\n/);
      await lib(() => rmSync(at('src/moved'), { recursive: true }), /watching 3 files/);
      // A folder in place of one of the same name is another one.
      await lib(() => {
        renameSync(at('src/tree'), at('elsewhere/old'));
        mkdirSync(at('src/tree'));
        writeFileSync(at('src/tree/d.c'), 'int d3;\n');
      }, /inputs changed: src\/tree\/d\.c\n/);
      await lib(() => writeFileSync(at('src/tree/d.c'), 'int d4;\n'), /inputs changed: src\/tree\/d\.c\n/);
      await lib(() => symlinkSync(outside, at('src/link.c')), /watching 4 files/);
      await lib(() => writeFileSync(outside, 'int changed;\n'), /lib runs/);
    });
  });
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`Watch: without a terminal (CI log, plain view), ${signal} ends it with ${code} cleanly, waiting or in a round: nothing is left.`, async () => {
    await withProject(SLOW, async (project) => {
      await withWatch(project, ['slow'], async (watch) => {
        await until('slow runs', () => existsSync(join(project.root, 'began')));
        watch.kill(signal);
        assert.is((await watch.ended).code, code);
        assert.equal(leftOf([project.root]), []);
      });
      project.write('slow.in', 'at once\n');
      await withWatch(project, ['slow'], async (watch) => {
        await watch.waits();
        watch.kill(signal);
        const { code: exit, stdout } = await watch.ended;
        assert.is(exit, code);
        assert.not.ok(stdout.includes('\u001b'));
        assert.equal(leftOf([project.root]), []);
      });
    });
  });
}

test('Watch: `run --watch` is the same, and --json gives a line for each event and for what it waits for.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['run', '-w', '--json', 'docs'], async (watch) => {
      await watch.says(/\{"type":"watching","files":1,"steps":1,"faulty":false,"exit":0\}\n/);
      project.write('docs/two.md', 'two\n');
      const text = await watch.says(/"type":"watching"/);
      assert.match(text, /\{"type":"changed","paths":\["docs\/two\.md"\]\}\n[\s\S]*"type":"step-started","step":"docs"/);
    });
  });
});

test.run();
