import { readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Audit } from '../../lib/model/audit.ts';
import { needing } from '../rig/needing.ts';
import { processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { gitIn } from '../rig/repository.ts';

const strace = needing('strace', 'make', 'gcc');

interface Audited {
  readonly code: number | null;
  readonly stdout: string;
  readonly of: (step: string) => Audit;
}

async function audit(project: TestProject, ...words: readonly string[]): Promise<Audited> {
  const { code, stdout, stderr } = await project.sbx(['run', '--audit', '--json', ...words]);
  const events = stdout.split('\n').filter((line) => line.includes('"step-audited"'));
  const audits = new Map(events.map((line) => [JSON.parse(line).step as string, JSON.parse(line).audit as Audit]));
  return {
    code,
    stdout: stdout + stderr,
    of: (step) => audits.get(step) ?? assert.unreachable(`${step}: ${stdout}${stderr}`) ?? ({} as Audit),
  };
}

const MAKEFILE = `bin/app: src/main.c
\tmkdir -p bin
\tcc -Iinc -o bin/app src/main.c
\techo built > build.log
`;
const C = {
  Makefile: MAKEFILE,
  'src/main.c': '#include "é a.h"\nint main(void) { return X; }\n',
  'inc/é a.h': '#include "deep/b.h"\n',
  'inc/deep/b.h': '#define X 0\n',
};
const BUILD = (keys: string): string => `version: 1\ndefault: [build]\nsteps:\n  build:\n    run: make\n${keys}`;

strace('`run --audit`: a Makefile build with an undeclared header is found, and after adding the offered lines the audit is clean', () =>
  withProject({ ...C, 'Sandboxfile.yaml': BUILD('    inputs: [Makefile, src]\n    outputs: [bin]\n') }, async (project) => {
    const { code, of } = await audit(project);
    assert.is(code, 0, 'what is found does not fail the run');
    const found = of('build');
    assert.equal([found.read, found.wrote, found.removed], [['inc/deep/b.h', 'inc/é a.h'], ['build.log'], []]);
    assert.ok(found.programs.includes('cc') && found.programs.includes('make'));
    assert.equal(
      found.offer.tools?.filter((name) => ['cc', 'make', 'sh', 'mkdir'].includes(name)),
      ['cc', 'make'],
      'not what does the same everywhere',
    );
    assert.ok(found.outside.some(({ folder }) => folder.startsWith('/usr')));
    assert.equal([found.unread, found.unwritten, found.gaps], [[], [], []]);
    assert.equal(readdirSync(`${project.root}/.sbx/traces`), []);
    const plan = await project.sbx(['status']);
    assert.is(plan.code, 0, 'its result is remembered as always');

    project.remove('bin');
    const text = await project.sbx(['run', '--audit']);
    assert.is(text.code, 0, text.stderr);
    assert.match(
      text.stdout,
      /\naudit of build: this is not declared\n {2}reads\n {4}inc\/deep\/b\.h\n {4}inc\/é a\.h\n {2}writes\n {4}build\.log\n/,
    );
    const lines = text.stdout.split('\n').filter((line) => /^ {6}\w+: \[/.test(line));
    assert.is(lines.length, 3, text.stdout);
    // Ready to paste below the step.
    project.write('Sandboxfile.yaml', BUILD(`${lines.map((line) => line.slice(2)).join('\n')}\n`));
    project.remove('bin');
    const clean = await audit(project);
    assert.equal([clean.of('build').read, clean.of('build').wrote, clean.of('build').offer], [[], [], {}], clean.stdout);
    project.remove('bin');
    assert.match((await project.sbx(['run', '--audit'])).stdout, /audit of build: everything that it reads and writes is declared\n/);
    project.write('inc/deep/b.h', '#define X 1\n');
    assert.is((await project.sbx(['status'])).code, 3, 'the header counts now');
  }),
);

const STEPS = `version: 1
steps:
  gen: { run: "mkdir -p gen; echo 1 > gen/v.h", inputs: [], outputs: [gen] }
  use: { run: "cat gen/v.h > used; cat local.mk .git/HEAD >/dev/null", needs: [], after: [gen], inputs: ["never/**"], outputs: [used, "other*"] }
  free: { run: "mkdir -p t; cd t; echo 1 > x; cat x; mv x ../made; cd ..; rmdir t; rm old; cat link" }
  python: { run: "/usr/bin/python3 py/a.py", inputs: [py/a.py], outputs: [] }
  state: { run: "cat tool/db; echo 2 > tool/db", inputs: [], outputs: [], state: [tool] }
`;

needing(
  'strace',
  'git',
  'python3',
)(
  '`--audit`: products of steps that are not needed, files that git ignores, `.git`, links, what is moved and removed; globs that name nothing',
  () =>
    withProject(
      {
        ...{ 'Sandboxfile.yaml': STEPS, 'local.mk': '', '.gitignore': 'local.mk\n', old: '', 'tool/db': '1' },
        ...{ 'py/a.py': 'import b\nopen("data/" + "x y.txt").read()\n', 'py/b.py': '', 'data/x y.txt': '' },
      },
      async (project) => {
        gitIn(project.root, project.home)('init', '-q');
        const { of, code, stdout } = await audit(project, 'gen', 'use', 'python', 'state', '-j1');
        assert.is(code, 0, stdout);
        const use = of('use');
        assert.equal(
          [use.read, use.ignored, use.git, use.products],
          [['local.mk'], ['local.mk'], ['.git/HEAD'], [{ step: 'gen', paths: ['gen/v.h'] }]],
        );
        assert.equal(
          [use.offer.needs, use.offer.inputs, use.unread, use.unwritten],
          [['gen'], ['never/**', 'local.mk'], ['never/**'], ['other*']],
        );
        assert.equal(of('gen').wrote, []);
        assert.ok(
          ['data/x y.txt', 'py/b.py'].every((path) => of('python').read.includes(path)),
          of('python').read.join(),
        );
        assert.equal([of('state').read, of('state').wrote, of('state').found], [[], [], ['tool/db']]);

        const failed = await audit(project, 'free');
        assert.is(failed.code, 1, 'there is no link: the exit code is that of the command');
        const free = failed.of('free');
        assert.equal([free.read, free.wrote, free.removed, free.offer.outputs], [[], ['made'], ['old'], ['made']]);
      },
    ),
);

strace('`--audit`: exit codes, signals, output and background children come through; a stopped run leaves nothing behind', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  code: { run: "echo out; echo err >&2; exit 7" }
  killed: { run: "kill -SEGV $$" }
  group: { run: "cat in; kill -KILL 0" }
  back: { run: "(sleep 5; echo late > late) & echo begun" }
  long: { run: "trap '' TERM; echo ready; sleep 60; sleep 60" }
  soon: { run: "sleep 60", timeout: 1s }
`,
      in: '',
    },
    async (project) => {
      const own = await project.sbx(['run', '--audit', '-x', 'code']);
      assert.is(own.code, 7);
      assert.match(own.stdout, /out\n.*err/s);
      const killed = await project.sbx(['run', '--audit', 'killed']);
      assert.match(killed.stdout + killed.stderr, /the command was ended by SIGSEGV/);
      assert.is((await project.sbx(['run', '--audit', 'soon'])).code, 124);

      const stop = new AbortController();
      const seen = (text: string): void => void (text.includes('ready') && stop.abort());
      const stopped = await project.sbx(['run', '--audit', 'long', '--output=plain'], {
        signal: stop.signal,
        seen,
        env: { SBX_KILL_GRACE: '1s' },
      });
      assert.is(stopped.code, 143, stopped.stdout);
      assert.equal(processesWith([project.root]), []);
      const back = await audit(project, 'back');
      assert.is(back.code, 0);
      const later = ['it left processes in the background: what they did after its end is not seen'];
      assert.equal([back.of('back').wrote, back.of('back').gaps], [[], later], 'nobody waits for it');
      const group = await audit(project, 'group');
      assert.match(group.stdout, 'the command was ended by SIGKILL');
      assert.equal([group.of('group').read, group.of('group').gaps], [['in'], []], 'not the tracer: it has seen the end');
    },
  ),
);

strace('`--audit` runs the named steps though they are fresh, and says which are not audited', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
sandboxes: { vm: {} }
steps:
  a: { run: "true", inputs: [], outputs: [] }
  b: { run: "true", inputs: [], outputs: [], needs: [a] }
  far: { run: "true", in: vm, parallel: true }
  server: { service: true, run: "cat conf >/dev/null; touch up; sleep 60", ready: { command: "test -e up && cat other" } }
  user: { run: "cat up", needs: [server] }
`,
      conf: '',
      other: '',
    },
    async (project) => {
      await project.sbx(['run', 'b']);
      const again = await project.sbx(['run', '--audit', 'b']);
      assert.match(again.stdout, /audit of b/);
      assert.not.match(again.stdout, /audit of a/, 'what it needs is as it is');
      const service = await audit(project, 'user');
      assert.equal([service.code, service.of('server').read, service.of('server').wrote], [0, ['conf'], ['up']], service.stdout);
      const far = await project.sbx(['run', '--audit', 'far']);
      assert.match(far.stdout, /far note not audited: it runs in vm/);
      assert.match(far.stdout, /not audited, for they run in other places: far\n/);
    },
  ),
);

strace('`--audit`: folders that a step makes and removes, its own too; commands among inputs are no part of it', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  folders: { run: "mkdir t; touch t/x; rm -r t; rm -r ../sub", dir: sub, inputs: [], cache: false }
  told: { run: "cat own", inputs: [own, { command: cat heard }], outputs: [] }
  user: { run: "true", needs: [told] }
`,
      'sub/file': '',
      own: '',
      heard: '',
    },
    async (project) => {
      const folders = await audit(project, 'folders');
      assert.equal([folders.code, folders.of('folders').removed], [0, ['sub/file']], folders.stdout);
      const told = await audit(project, 'told');
      assert.equal([told.code, told.of('told').read], [0, []], told.stdout);
      assert.is((await audit(project, 'user')).code, 0, 'told is fresh');
      assert.equal(readdirSync(`${project.root}/.sbx/traces`), []);
    },
  ),
);

strace('`--audit`: folders of which a step reads the names, where what comes and goes does not count', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  all: { run: "ls . src src/sub docs; mkdir -p out/t; ls out/t", inputs: [src/a.c, "src/sub/*.c", docs], outputs: [out] }
  free: { run: "ls src", outputs: [] }
`,
      ...{ 'src/a.c': '', 'src/sub/b.c': '', 'docs/c': '', '.sbx/traces/left': 'of a run that was killed' },
    },
    async (project) => {
      const { of, stdout } = await audit(project, 'all', 'free');
      assert.equal([of('all').listed, of('free').listed], [['.', 'src'], []], stdout);
      assert.equal(readdirSync(`${project.root}/.sbx/traces`), []);
      project.remove('out');
      const text = await project.sbx(['run', '--audit', 'all']);
      assert.match(text.stdout, / {2}lists folders, and what comes and goes in them does not count: \., src\n/);
    },
  ),
);

strace('`--audit`: secrets in names of files are masked', () =>
  withProject(
    { 'Sandboxfile.yaml': 'version: 1\nsecrets: [KEY]\nsteps: { a: { run: "touch $KEY.txt", secrets: [KEY] } }\n' },
    async (project) => {
      const { code, stdout } = await project.sbx(['run', '--audit', '--json', 'a'], { env: { KEY: 'hunter2hunter2' } });
      assert.is(code, 0, stdout);
      assert.match(stdout, /"wrote":\["[^"]*\.txt"\]/);
      assert.not.match(stdout, 'hunter2hunter2');
    },
  ),
);

test('without strace, or where ptrace is forbidden: a clear refusal before anything runs', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { run: "touch ran" } }\n' }, async (project) => {
    const none = await project.sbx(['run', '--audit', 'a'], { env: { PATH: `${project.root}/bin` } });
    assert.is(none.code, 2);
    assert.match(none.stderr, /--audit needs strace, and it is not on the PATH\n {2}install it: apt-get install strace/);
    project.write('bin/strace', '#!/bin/sh\necho "strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted" >&2\nexit 1\n', 0o755);
    const forbidden = await project.sbx(['run', '--audit', 'a'], { env: { PATH: `${project.root}/bin:/usr/bin:/bin` } });
    assert.is(forbidden.code, 2);
    assert.match(
      forbidden.stderr,
      /strace cannot follow commands here: strace: ptrace.*Operation not permitted\n {2}in a container: docker run --cap-add=SYS_PTRACE/,
    );
    assert.throws(() => project.read('ran'));
    const watching = await project.sbx(['run', '--audit', '--watch', 'a']);
    assert.is(watching.code, 2);
    assert.match(watching.stderr, /--audit looks at one run/);
  }));

test.run();
