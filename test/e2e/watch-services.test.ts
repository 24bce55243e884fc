import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { kill, leftOf, processesWith } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { type Watching, withWatch } from './watching.ts';

/** `db` and, on top of it, `web` say with each start which one it is; `check` needs web. Without `web` being named: only while it is executed. */
const FILE = `version: 1
default: [check]
steps:
  db: { run: 'echo $$ >> db.starts; echo db is up; exec sleep 1000', service: true, ready: { line: db is up }, inputs: [db.in] }
  web:
    run: 'echo $$ >> web.starts; echo serving $(cat web.in); touch open; while [ -e open ]; do sleep 0.05; done; exec sleep 1000'
    service: true
    needs: [db]
    ready: { command: test -e open }
    inputs: [web.in]
  check: { run: cat check.in, needs: [web], inputs: [check.in], outputs: [] }
`;
const PROJECT = { 'Sandboxfile.yaml': FILE, 'db.in': 'one\n', 'web.in': 'one\n', 'check.in': 'first\n' };

interface Starts {
  /** The processes of web that were started so far, and those of db. */
  readonly web: readonly number[];
  readonly db: readonly number[];
}

function watching(
  use: (
    watch: Watching,
    at: { write(file: string, text: string): void; remove(file: string): void; starts(): Starts; root: string },
  ) => Promise<void>,
): Promise<void> {
  return withProject(PROJECT, (project) =>
    withWatch(project, ['--output', 'plain'], async (watch) => {
      const pids = (file: string): readonly number[] => project.read(file).trim().split('\n').map(Number);
      await watch.waits();
      await use(watch, { ...project, starts: () => ({ web: pids('web.starts'), db: pids('db.starts') }) });
    }),
  );
}

test('Watch: services: one that did not change lives on over rounds, beside steps that run again, and ends with the watch.', () =>
  watching(async (watch, { write, starts, root }) => {
    const [pid] = starts().web;
    write('check.in', 'second\n');
    const text = await watch.waits();
    assert.match(text, /web +goes on\n[\s\S]*check +\| second\n/);
    assert.not.match(text, 'serving');
    write('check.in', 'third\n');
    assert.match(await watch.waits(), /\| third\n/);
    assert.equal(starts().web, [pid]);
    assert.is(starts().db.length, 1);
    watch.kill('SIGINT');
    assert.is((await watch.ended).code, 130);
    assert.equal(leftOf([root]), []);
  }));

test('Watch: services: one that changed is started anew, with those that need it; those that it needs live on.', () =>
  watching(async (watch, { write, starts }) => {
    write('web.in', 'two\n');
    const text = await watch.waits();
    assert.match(text, /changed: web\.in\n[\s\S]*web +note started anew: what counts for it has changed[\s\S]*check +succeeded/);
    assert.match(text, '| serving two');
    assert.equal([starts().web.length, starts().db.length], [2, 1]);
    write('db.in', 'two\n');
    assert.match(await watch.waits(), /check +succeeded/);
    assert.equal([starts().web.length, starts().db.length], [3, 2]);
  }));

test('Watch: services: one that died between two rounds, or is not ready any more, is started anew when it is needed again.', () =>
  watching(async (watch, { write, remove, starts, root }) => {
    const [pid = 0] = starts().web;
    kill(pid);
    await until('its end', () => !processesWith([root]).some((one) => one.pid === pid));
    write('check.in', 'second\n');
    assert.match(await watch.waits(), /web +note started anew: it had ended by itself: the command was ended by SIGKILL[\s\S]*\| second\n/);
    assert.is(starts().web.length, 2);
    remove('open');
    write('check.in', 'third\n');
    assert.match(await watch.waits(), /web +note started anew: it is not ready any more: .*exited with 1[\s\S]*\| third\n/);
    assert.is(starts().web.length, 3);
    // What web stands on is another one now.
    kill(starts().db[0]);
    write('check.in', 'fourth\n');
    assert.match(await watch.waits(), /db +note started anew[\s\S]*\| fourth\n/);
    assert.equal([starts().web.length, starts().db.length], [4, 2]);
  }));

test('Watch: services: one that is no service of the file any more ends with the next round.', () =>
  watching(async (watch, { write, root }) => {
    write('Sandboxfile.yaml', 'version: 1\ndefault: [check]\nsteps:\n  check: { run: cat check.in }\n');
    assert.match(await watch.waits(), /check +succeeded/);
    assert.equal(
      processesWith([root]).filter(({ command }) => command.includes('sleep')),
      [],
    );
  }));

test('Watch: services: one behind which a step tidies up ends with each round, before that step begins.', () =>
  withProject(
    {
      ...PROJECT,
      'Sandboxfile.yaml': `${FILE.replace('[check]', '[check, tidy]')}  tidy: { when: always, after: [web], run: 'kill -0 $(tail -n 1 web.starts) && echo alive || echo gone' }\n`,
    },
    (project) =>
      withWatch(project, ['--output', 'plain'], async (watch) => {
        assert.match(await watch.waits(), /\| gone\n/);
        project.write('check.in', 'second\n');
        assert.match(await watch.waits(), /db +goes on\n[\s\S]*\| gone\n/);
        assert.is(project.read('web.starts').trim().split('\n').length, 2);
      }),
  ));

test('Watch: services: a watch that is killed between two rounds leaves nothing behind.', () =>
  watching(async (watch, { root }) => {
    assert.ok(leftOf([root]).length > 0);
    watch.kill('SIGKILL');
    await watch.ended;
    await until('the end of all', () => leftOf([root]).length === 0);
  }));

test('Watch: services: a round goes on beside a service that was named, and a change of a step that needs it begins the next one.', () =>
  withProject({ ...PROJECT, 'Sandboxfile.yaml': FILE.replace('[check]', '[web, check]') }, async (project) => {
    await withWatch(project, ['--output', 'plain'], async (watch) => {
      await watch.says(/check +succeeded/);
      project.write('check.in', 'second\n');
      assert.match(await watch.says(/check +succeeded/), /web +goes on\n[\s\S]*\| second\n/);
      project.write('web.in', 'two\n');
      await watch.says(/changed: web\.in\n/);
      await watch.says(/serving two\n/);
      assert.is(project.read('web.starts').trim().split('\n').length, 2);
      watch.kill('SIGINT');
      assert.is((await watch.ended).code, 130);
      assert.equal(leftOf([project.root]), []);
    });
  }));

test('Watch: services: in another place one lives on as well, though each round connects anew, and ends with the watch.', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
sandboxes: { vm: { files: all } }
steps:
  sync: { task: sync, in: vm }
  web: { in: vm, needs: [sync], run: 'echo serving; exec sleep 1000', service: true, ready: { line: serving }, inputs: [web.in] }
  check: { in: vm, needs: [web], run: cat check.in, inputs: [check.in], outputs: [] }
`,
      'web.in': 'one\n',
      'check.in': 'first\n',
    },
    async (project) => {
      const services = () => processesWith([project.root, project.home]).filter(({ command }) => command === 'sleep 1000');
      await withWatch(project, ['--output', 'plain', 'check'], async (watch) => {
        await watch.waits();
        const [first] = services();
        project.write('check.in', 'second\n');
        assert.match(await watch.waits(), /web +goes on\n[\s\S]*\| second\n/);
        project.write('check.in', 'third\n');
        assert.match(await watch.waits(), /\| third\n/);
        assert.equal(
          services().map(({ pid }) => pid),
          [first?.pid],
        );
        project.write('web.in', 'two\n');
        assert.match(await watch.waits(), /\| serving\n[\s\S]*check +succeeded/);
        assert.is(services().length, 1);
        assert.is.not(services()[0]?.pid, first?.pid);
        watch.kill('SIGINT');
        assert.is((await watch.ended).code, 130);
        await until('the end of all', () => leftOf([project.root, project.home]).length === 0);
      });
    },
  ));

test.run();
