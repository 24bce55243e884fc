import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectIn, type TestProject, withProject } from '../rig/project.ts';
import { withFarProject } from './far-project.ts';

const FILE = `version: 1
steps:
  version:
    run: echo "version=$(cat VERSION)" >>"$SBX_OUTPUT"
    inputs: [VERSION, notes]
    outputs: []
    values: { version: text }
  build:
    needs: [version]
    run: "printf '%s\\\\n' \${{ steps.version.outputs.version }} \\"$FULL\\" >app; echo built"
    env: { FULL: "v\${{ steps.version.outputs.version }}-\${{ os }}" }
    inputs: []
    outputs: [app]
  show: { needs: [build], run: "printf '<%s>' \${{ steps.build.outputs.files }}" }
`;

interface Decided {
  readonly is: string;
  readonly reasons?: readonly { readonly code: string; readonly names?: readonly string[] }[];
}

async function decided(project: Pick<TestProject, 'sbx'>, ...words: string[]): Promise<{ readonly [step: string]: Decided }> {
  const { stdout, stderr } = await project.sbx(['plan', ...words, '--json']);
  assert.ok(stdout, stderr);
  const { steps } = JSON.parse(stdout) as { readonly steps: readonly { readonly id: string; readonly decision: Decided }[] };
  return Object.fromEntries(steps.map(({ id, decision }) => [id, decision]));
}

interface Ended {
  readonly outcomes: { readonly [step: string]: string };
  readonly values: { readonly [step: string]: unknown };
  readonly text: string;
}

async function run(project: Pick<TestProject, 'sbx'>, ...words: string[]): Promise<Ended> {
  const { stdout, stderr } = await project.sbx(['run', ...words, '--json']);
  const events = stdout
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'step-finished');
  return {
    outcomes: Object.fromEntries(events.map(({ step, outcome }) => [step, outcome.is])),
    values: Object.fromEntries(events.flatMap(({ step, values }) => (values ? [[step, values]] : []))),
    text: stdout + stderr,
  };
}

test('typed step outputs', () =>
  withProject({ 'Sandboxfile.yaml': FILE, VERSION: '1.0\n', notes: 'a' }, async (project) => {
    const first = await run(project, 'build');
    assert.equal(first.outcomes, { version: 'succeeded', build: 'succeeded' }, first.text);
    assert.equal(first.values, { version: { version: '1.0' } });
    assert.is(project.read('app'), '1.0\nv1.0-linux\n');

    // What is remembered gives its values again, by the evidence too.
    for (let i = 0; i < 2; i++) {
      const again = await run(project, 'build');
      assert.equal([again.outcomes, again.values], [{ version: 'fresh', build: 'fresh' }, { version: { version: '1.0' } }]);
    }
    project.write('notes', 'b');
    const plan = await decided(project, 'build');
    assert.is(plan.version?.is, 'run');
    assert.is(plan.build?.is, 'maybe');
    assert.equal(plan.build?.reasons, [{ code: 'value-unknown', names: ['steps.version.outputs.version'], steps: ['version'] }]);
    assert.match(
      (await project.sbx(['plan', 'build'])).stdout,
      /maybe .*depends on steps.version.outputs.version, known only when version has run/,
    );
    assert.equal((await run(project, 'build')).outcomes, { version: 'succeeded', build: 'fresh' }, 'the same value: nothing to build');

    project.write('VERSION', '1.1\n');
    assert.equal((await run(project, 'version')).values, { version: { version: '1.1' } });
    const { stdout } = await project.sbx(['explain', 'build']);
    assert.match(stdout, 'value changed: steps.version.outputs.version');
    assert.match(stdout, 'value steps.version.outputs.version: 1.0 -> 1.1');
    assert.match(stdout, 'v${{ steps.version.outputs.version }}-linux');
    assert.not.match((await project.sbx(['explain', 'build', '--json'])).stdout, 'u0000');
    assert.equal((await run(project, 'build')).outcomes, { version: 'fresh', build: 'succeeded' });
    assert.is(project.read('app'), '1.1\nv1.1-linux\n');

    // A clone has the values of the store.
    const clone = projectIn(join(project.root, '../clone'), project.home);
    for (const name of ['Sandboxfile.yaml', 'VERSION', 'notes']) clone.write(name, project.read(name));
    assert.equal((await decided(clone, 'build')).build?.is, 'restore');
    const cloned = await run(clone, 'build');
    assert.equal([cloned.outcomes, cloned.values], [{ version: 'fresh', build: 'restored' }, { version: { version: '1.1' } }]);
    assert.is(clone.read('app'), '1.1\nv1.1-linux\n');

    assert.match((await project.sbx(['run', 'show'])).stdout, '<app>');
    const { steps } = JSON.parse((await project.sbx(['list', '--json'])).stdout);
    assert.equal(
      steps.map(({ outputs }: { readonly outputs: unknown }) => outputs),
      [{ version: 'text' }, { files: 'files' }, undefined],
    );
    project.write('Sandboxfile.yaml', FILE.replace('v${{ steps.version.outputs.version }}', '${{ join(steps.version.outputs.version) }}'));
    assert.match((await project.sbx(['validate'])).stderr, /error\[expression-type\].*Sandboxfile.yaml:11:/s);
    project.write('Sandboxfile.yaml', `${FILE}  bad: { needs: [build], run: "true", env: { F: "\${{ steps.build.outputs.files }}" } }\n`);
    const bad = await project.sbx(['validate']);
    assert.is(bad.code, 2);
    assert.match(bad.stderr, /error\[output-kind\]: `steps.build.outputs.files` is of the kind files.*Sandboxfile.yaml:15:49/s);
  }));

test('typed step outputs: a value is one word whatever is in it, and more lines are more lines', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  odd: { shell: argv, run: [sh, -c, 'cat odd >>"$SBX_OUTPUT"'], inputs: [odd], outputs: [], values: { odd: text, lines: text, none: text } }
  use:
    needs: [odd]
    run: printf '<%s>' \${{ steps.odd.outputs.odd }} "\${{ steps.odd.outputs.lines }}" \${{ default(steps.odd.outputs.none, 'none') }} "$E" >out
    env: { E: "\${{ steps.odd.outputs.odd }}" }
    outputs: [out]
    inputs: []
`,
      odd: `lines<<END\none\n  two=2\nEND\nodd=first\nodd=a  'b' "c" $(touch pwned) \`touch pwned\` \\ = <<\nnone=\n`,
    },
    async (project) => {
      const { outcomes, text } = await run(project, 'use');
      assert.equal(outcomes, { odd: 'succeeded', use: 'succeeded' }, text);
      const odd = `<a  'b' "c" $(touch pwned) \`touch pwned\` \\ = <<>`;
      assert.is(project.read('out'), `${odd}<one\n  two=2><none>${odd}`);
      assert.not(existsSync(join(project.root, 'pwned')));
      assert.not(existsSync(join(project.root, '.sbx/values/odd')));
    },
  ));

test('typed step outputs: what a command writes to SBX_OUTPUT is refused with a reason where it cannot be taken', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
secrets: { KEY: { file: key } }
steps:
${Object.entries({
  missing: 'true',
  misspelt: 'echo verson=1 >>"$SBX_OUTPUT"',
  shapeless: 'echo 1.0 >>"$SBX_OUTPUT"',
  endless: 'echo "version<<END" >>"$SBX_OUTPUT"',
  large: 'echo "version=$(head -c 70000 /dev/zero | tr "\\\\0" x)" >>"$SBX_OUTPUT"',
  bytes: 'printf "version=\\\\377\\\\n" >>"$SBX_OUTPUT"',
  nul: 'printf "version=a\\\\0b\\\\n" >>"$SBX_OUTPUT"',
  gone: 'rm "$SBX_OUTPUT"',
  failed: 'echo version=1 >>"$SBX_OUTPUT"; exit 3',
  secret: 'printf "version=%s\\\\n" "$(base64 key)" >>"$SBX_OUTPUT"',
})
  .map(([name, command]) => `  ${name}: { run: '${command}', values: { version: text } }\n`)
  .join('')}`,
    },
    async (project) => {
      project.write('key', 'very-secret-words', 0o600);
      const names = ['missing', 'misspelt', 'shapeless', 'endless', 'large', 'bytes', 'nul', 'gone', 'failed', 'secret'];
      const { stdout, stderr, code } = await project.sbx(['run', ...names, '--continue=always']);
      assert.is(code, 1, stdout + stderr);
      for (const words of [
        'did not write the value `version`',
        'it wrote a value `verson` that it does not declare',
        'Did you mean `version`?',
        'line 1 of what it wrote is no NAME=text: "1.0"',
        'the value `version` does not end: there is no line "END"',
        'its values are more than 64 KiB',
        'its values are not UTF-8',
        'its values hold a NUL character',
        'is gone, or no file any more',
        'the value `version` holds a secret',
      ])
        assert.match(stdout, words);
      assert.equal(readdirSync(join(project.root, '.sbx/values')), [], 'nothing is left of it');
      assert.not.match(stdout, Buffer.from('very-secret-words').toString('base64'));
      assert.not.match(project.read('.sbx/steps'), Buffer.from('very-secret-words').toString('base64'));
    },
  ));

test('typed step outputs: a step that is never remembered and gives values: dependents run only if those are others', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  ask: { run: 'echo "version=$(cat said)" >>"$SBX_OUTPUT"', values: { version: text } }
  use: { needs: [ask], run: "echo \${{ steps.ask.outputs.version }} >out", inputs: [], outputs: [out] }
  left: { run: 'echo version=1 >>"$SBX_OUTPUT"', if: "os == 'none'", values: { version: text } }
  alone: { needs: [left], run: "echo \\"<\${{ steps.left.outputs.version }}>\\"" }
`,
      said: '1',
    },
    async (project) => {
      assert.equal((await run(project, 'use')).outcomes, { ask: 'succeeded', use: 'succeeded' });
      assert.equal([(await decided(project, 'use')).ask?.is, (await decided(project, 'use')).use?.is], ['run', 'maybe']);
      assert.equal((await run(project, 'use')).outcomes, { ask: 'succeeded', use: 'fresh' });
      project.write('said', '2');
      assert.equal((await run(project, 'use')).outcomes, { ask: 'succeeded', use: 'succeeded' });
      assert.is(project.read('out'), '2\n');
      project.remove('out');
      assert.equal((await run(project, 'use', '--only')).outcomes, { use: 'restored' }, 'what it gave last');
      assert.match((await project.sbx(['run', 'alone'])).stdout, '<>', 'who is left out gives nothing');
      rmSync(join(project.root, '.sbx'), { recursive: true });
      project.remove('out');
      const { stdout, code } = await project.sbx(['run', 'use', '--only']);
      assert.is(code, 1);
      assert.match(stdout, '`steps.ask.outputs.version` is not known');
    },
  ));

test('typed step outputs: what an earlier run of the step left in the background gives nothing to a later one', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  ask:
    run: |
      echo "version=$(cat said)" >>"$SBX_OUTPUT"
      if [ "$(cat said)" = 1 ]; then (until [ -e go ]; do sleep 0.02; done; echo "version=late" >>"$SBX_OUTPUT"; echo >gone) >log 2>&1 </dev/null &
      else echo >go; until [ -e gone ]; do sleep 0.02; done; fi
    inputs: [said]
    outputs: []
    values: { version: text }
`,
      said: '1',
    },
    async (project) => {
      assert.equal((await run(project, 'ask')).values, { ask: { version: '1' } });
      project.write('said', '2');
      assert.equal((await run(project, 'ask')).values, { ask: { version: '2' } });
    },
  ));

test('typed step outputs: only what is not known is said to be missing', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  one: { run: 'echo "x=1" >>"$SBX_OUTPUT"', values: { x: text } }
  two: { run: 'echo "x=2" >>"$SBX_OUTPUT"', values: { x: text } }
  use: { needs: [one, two], run: "echo \${{ steps.one.outputs.x }} \${{ steps.two.outputs.x }}" }
`,
    },
    async (project) => {
      await run(project, 'one');
      const { stdout } = await project.sbx(['run', 'use', '--only']);
      assert.match(stdout, '`steps.two.outputs.x` is not known');
      assert.match(stdout, 'run two first');
    },
  ));

test('typed step outputs: of a step with files, a value counts for those alone that ask for it', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
default: [asks, reads]
steps:
  make: { run: 'echo same >made; echo "version=$(cat said)" >>"$SBX_OUTPUT"', inputs: [said], outputs: [made], values: { version: text } }
  asks: { needs: [make], run: "echo \${{ steps.make.outputs.version }} >out", inputs: [], outputs: [out] }
  reads: { needs: [make], run: cat made, inputs: [], outputs: [] }
`,
      said: '1',
    },
    async (project) => {
      await run(project);
      project.write('said', '2');
      assert.equal((await run(project)).outcomes, { make: 'succeeded', asks: 'succeeded', reads: 'fresh' });
      assert.is(project.read('out'), '2\n');
      project.write('said', '1');
      project.remove('made');
      const back = await run(project);
      assert.equal(back.outcomes, { make: 'restored', asks: 'restored', reads: 'fresh' }, 'each with the value that it had');
      assert.equal(back.values, { make: { version: '1' } });
    },
  ));

test('typed step outputs: outputs of steps in another place: values written there, the tree that was sent, the files that were brought', () =>
  withFarProject(
    {
      run: 'mkdir -p out work; cat src/* > out/app; echo built >> work/builds; echo "size=$(wc -c <out/app)" >>"$SBX_OUTPUT"\n: end',
      more: `  use:
    needs: [sync, build, fetch-artifacts]
    run: printf '%s %s %s' \${{ steps.build.outputs.size }} \${{ steps.sync.outputs.tree }} \${{ steps.fetch-artifacts.outputs.files }} >used
    inputs: []
    outputs: [used]
`,
    },
    async ({ project, sbx, sshd, isThere }) => {
      const file = project.read('Sandboxfile.yaml');
      project.write('Sandboxfile.yaml', file.replace('    state: [work, out]\n', '    state: [work, out]\n    values: { size: text }\n'));
      const first = await sbx(['run', 'use']);
      assert.is(first.code, 0, first.stdout + first.stderr);
      assert.match(project.read('used'), /^8 [0-9a-f]{64} out\/app$/);
      assert.not(isThere('.sbx/values/build'));
      await sshd[Symbol.asyncDispose]();
      project.remove('used');
      const away = await run({ sbx }, 'use');
      assert.equal([away.outcomes.build, away.outcomes.use], ['fresh', 'restored'], away.text);
      assert.equal(away.values, { build: { size: '8' } });
      const steps = project.read('.sbx/steps');
      project.remove('.sbx/steps');
      assert.is((await decided({ sbx }, 'use')).build?.is, 'run', 'the place holds its result, and nobody knows its value');
      writeFileSync(join(project.root, '.sbx/steps'), steps);
      writeFileSync(join(project.root, 'src/a'), 'longer\n');
      assert.is((await decided({ sbx }, 'use')).use?.is, 'run', 'its tree is known before');
    },
  ));

test.run();
