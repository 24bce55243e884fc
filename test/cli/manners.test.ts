import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDuration } from '../../lib/base/duration.ts';
import { parseSize } from '../../lib/base/size.ts';
import { parseArgs } from '../../lib/cli/args.ts';
import { COMMANDS } from '../../lib/cli/commands.ts';
import { sandboxfileFields } from '../../lib/schema/sandboxfile.ts';
import { execute, SBX } from '../rig/cli.ts';
import { withProject } from '../rig/project.ts';

// How the whole program behaves towards a person and a shell where nothing is to be built.

const FILE = `version: 1
steps:
  one: { run: 'echo first; printf "\\033[31mred\\033[0m \\033[2Jcleared\\r\\n"; echo last' }
  two: { run: 'exit 3', needs: [one] }
`;

test('near misses: a command, a step in place of one, a topic of help', () =>
  withProject({ 'Sandboxfile.yaml': FILE.replaceAll('two', 'remote-build') }, async (project) => {
    const said = async (...words: readonly string[]): Promise<string> => {
      const { code, stderr, stdout } = await project.sbx(words);
      assert.is(code, 2);
      assert.is(stdout, '');
      return stderr;
    };
    assert.match(await said('rnu'), 'did you mean run?');
    assert.match(await said('remote-build'), 'did you mean sbx run remote-build?');
    assert.match(await said('remote-biuld'), 'did you mean sbx run remote-build?');
    assert.match(await said('help', 'pln'), 'did you mean plan?');
    assert.match(await said('run', 'remote-biuld'), 'Did you mean `remote-build`?');
  }));

test('nothing named and no default: it says so and lists the steps', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const { code, stdout, stderr } = await project.sbx(['run']);
    assert.is(code, 0);
    assert.match(stderr, 'no step was named, and there is no default: sbx run STEP');
    assert.match(stdout, /one[\s\S]*two/);
  }));

test('a state folder that cannot be written is a failure of the step, not a fault, and the run ends as every run', () =>
  withProject(
    { 'Sandboxfile.yaml': 'version: 1\nsandboxes: { vm: { files: all } }\nsteps: { sync: { task: sync, in: vm } }\n' },
    async (project) => {
      const state = join(project.home, 'state');
      mkdirSync(join(state, 'sbx/owned.ndjson'), { recursive: true });
      for (const [folder, why] of [
        ['/dev/null', 'cannot mkdir /dev/null/sbx: a parent is not a folder'],
        [state, 'owned.ndjson: it is a folder'],
      ] as const) {
        const { code, stdout, stderr } = await project.sbx(['run', 'sync'], { env: { XDG_STATE_HOME: folder } });
        assert.is(code, 1, stderr);
        assert.match(stdout, why);
        assert.not.match(stdout, 'fault of sbx');
        assert.match(stdout, '1 step: 1 failed');
      }
    },
  ));

test('a cache that cannot be written costs time and nothing else', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
sandboxes: { vm: { files: all } }
steps:
  sync: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [sync], run: cp a.txt b.txt, outputs: [b.txt] }
  fetch: { task: fetch-artifacts, in: vm, needs: [build], from: b.txt }
`,
      'a.txt': 'a\n',
    },
    async (project) => {
      const { code, stdout } = await project.sbx(['run', 'fetch'], { env: { XDG_CACHE_HOME: '/dev/null' } });
      assert.is(code, 0, stdout);
      assert.match(stdout, 'the cache is not used');
      assert.is(readFileSync(join(project.root, 'b.txt'), 'utf8'), 'a\n');
    },
  ));

test('a configuration that is a folder is refused by its name', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    mkdirSync(join(project.home, 'config/sbx/config'), { recursive: true });
    const { code, stderr } = await project.sbx(['list'], { env: { XDG_CONFIG_HOME: join(project.home, 'config') } });
    assert.is(code, 2);
    assert.match(stderr, 'sbx/config: it is a folder');
  }));

test('a variable of sbx that means nothing is refused, not passed over', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const said = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const { code, stderr } = await project.sbx(['run', 'one'], { env });
      assert.is(code, 2);
      return stderr;
    };
    assert.match(await said({ SBX_KILL_GRACE: 'soon' }), 'SBX_KILL_GRACE is not a duration');
    assert.match(await said({ SBX_AGENT_IDLE: '3x' }), 'SBX_AGENT_IDLE is not a duration');
    assert.match(await said({ SBX_AGENT: 'offf' }), 'SBX_AGENT is "offf"');
  }));

test('outside of a project the store has the bounds that the reference says', () =>
  withProject({}, async (project) => {
    const { maxSize, maxAge } = JSON.parse((await project.sbx(['cache', 'stats', '--json'])).stdout);
    const { of } = sandboxfileFields.cache;
    assert.is(maxSize, parseSize(of[1].fields.maxSize.default));
    assert.is(maxAge, parseDuration(of[1].fields.maxAge.default));
  }));

test('a reader that goes away is no trouble, a full disk is', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async ({ root, home }) => {
    const sh = (text: string) => execute('sh', ['-c', text, process.execPath, SBX], { cwd: root, home });
    const head = await sh('{ "$0" "$1" list; echo "exit $?" >&2; } | head -1');
    assert.is(head.stdout, 'Steps of project:\n');
    assert.is(head.stderr, 'exit 0\n');
    const full = await sh('"$0" "$1" list >/dev/full');
    assert.is(full.code, 1);
    assert.match(full.stderr, 'standard output could not be written: ENOSPC');
    const closed = await sh('"$0" "$1" run one >&-');
    assert.is(closed.code, 0);
  }));

test('replay shows what the run showed, also when the Sandboxfile is faulty by now', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const live = await project.sbx(['run', 'two', '--output', 'plain']);
    assert.is(live.code, 1);
    assert.match(live.stdout, /one \| red cleared\n/);
    project.write('Sandboxfile.yaml', 'version: 7\n');
    const again = await project.sbx(['replay']);
    assert.equal([again.stdout, again.stderr, again.code], [live.stdout, '', 0]);
  }));

test('GitHub annotations with file and line, groups and step summary, as a real run writes them', () =>
  withProject(
    {
      'app/Sandboxfile.yaml': `version: 1\nsteps:\n  c: { dir: src, run: "mkdir x; echo './main.go:3:5: undefined: y'; exit 2" }\n`,
      'app/src/a': '',
    },
    async (project) => {
      const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root, GITHUB_STEP_SUMMARY: `${project.root}/summary.md` };
      const { code, stdout } = await project.sbx(['-C', 'app', 'run', 'c'], { env });
      assert.is(code, 1);
      assert.match(stdout, /^::group::c failed after .*\n[\s\S]*\n::endgroup::\n/m);
      assert.match(stdout, '::error file=app/src/main.go,line=3,col=5,title=c::undefined: y\n');
      assert.match(project.read('summary.md'), '### c failed');
    },
  ));

test('GitHub annotations of a faulty Sandboxfile stand at its lines', () =>
  withProject({ 'app/Sandboxfile.yaml': 'version: 1\nsteps:\n  c: { rnu: x }\n' }, async (project) => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root };
    const said = '::error file=app/Sandboxfile.yaml,line=3,col=8,title=unknown-key::';
    for (const args of [['run', 'c'], ['validate']]) {
      const { code, stderr } = await project.sbx(['-C', 'app', ...args], { env });
      assert.is(code, 2);
      assert.match(stderr, said);
      assert.match(stderr, '%0ADid you mean `run`?\n');
    }
    assert.not.match((await project.sbx(['-C', 'app', 'validate'])).stderr, '::error');
  }));

test('-C names a folder: where there is none, none above it is acted in', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { run: echo ran } }\n' }, async (project) => {
    for (const command of [['run', 'a'], ['list'], ['doctor'], ['init']]) {
      const { code, stdout, stderr } = await project.sbx(['-C', 'nope', ...command]);
      assert.equal([code, stdout, stderr], [2, '', `sbx: there is no folder ${project.root}/nope\n  named by -C or SBX_DIRECTORY\n`]);
    }
    const { code, stderr } = await project.sbx(['list'], { env: { SBX_DIRECTORY: 'Sandboxfile.yaml' } });
    assert.equal([code, stderr.split('\n')[0]], [2, `sbx: ${project.root}/Sandboxfile.yaml is no folder`]);
  }));

test('the examples of help are command lines that are understood', () => {
  for (const command of COMMANDS) {
    for (const [line] of command.examples) {
      const words =
        line
          .match(/sbx ([^>&)]*)/)?.[1]
          ?.trim()
          .split(/ +/) ?? [];
      const parsed = parseArgs(words);
      assert.is(parsed.ok && parsed.value.command?.name, command.name, line);
    }
  }
});

test.run();
