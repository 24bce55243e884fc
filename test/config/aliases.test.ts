import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stepsCalled } from '../../lib/model/project.ts';
import { makeGraph } from '../../lib/plan/graph.ts';
import { select } from '../../lib/plan/select.ts';
import { loadText, projectOf, shown } from './loading.ts';

const FILE = `
version: 1
steps:
  build: { run: make, aliases: [b, compile] }
  test: { run: make test, needs: build, aliases: t }
`;

test('an alias is a name for the command line: it selects, forces and takes the words behind --', async () => {
  const project = await projectOf(FILE, { named: ['t'], args: ['--fast'] });
  assert.equal(stepsCalled(project, 'compile'), ['build']);
  assert.equal(stepsCalled(project, 'build'), ['build']);
  assert.equal(stepsCalled(project, 'x'), []);
  assert.equal(project.steps.get('build')?.aliases, ['b', 'compile']);
  const { value } = select(project, makeGraph(project).value as never, ['t'], { force: ['b'] });
  assert.equal([...(value?.named ?? [])], ['test']);
  assert.equal([...(value?.forced ?? [])], ['build']);
  assert.equal(value?.steps, ['build', 'test']);
  const { script } = project.steps.get('test') ?? {};
  assert.is(script?.shell === 'argv' ? '' : script?.variables[0]?.value, '--fast');
});

test('a near miss on the command line names aliases, too', async () => {
  const project = await projectOf(FILE);
  const { diagnostics } = select(project, makeGraph(project).value as never, ['compil'], { force: ['bild'] });
  assert.equal(diagnostics.map(shown), [
    '- unknown-step: there is no step compil\n    Did you mean `compile`?',
    '- unknown-step: there is no step bild\n    Did you mean `build`?',
  ]);
});

test('aliases are unique, and no names for `needs` and `default`', async () => {
  const { diagnostics } = await loadText(`
version: 1
default: [b]
steps:
  build: { run: make, aliases: [b, test] }
  test: { run: make test, needs: [b], aliases: [b] }
  lint: { run: make lint, aliases: [T, test], alias: l }
`);
  assert.equal(diagnostics.map(shown), [
    'Sandboxfile.yaml:3:11-12 unknown-step: there is no step `b`\n    It is an alias, for the command line: write `build`.',
    'Sandboxfile.yaml:5:36-40 conflicting-keys: there is a step of that name already: `test` cannot mean `build` too',
    'Sandboxfile.yaml:6:35-36 unknown-step: there is no step `b`\n    It is an alias, for the command line: write `build`.',
    'Sandboxfile.yaml:6:49-50 conflicting-keys: there is an alias of the step `build` already: `b` cannot mean `test` too',
    'Sandboxfile.yaml:7:37-38 bad-name: `T` is not a name\n    Write for example `t`. Names start with a-z and go on with a-z, 0-9, _ and -.',
    'Sandboxfile.yaml:7:40-44 conflicting-keys: there is a step of that name already: `test` cannot mean `lint` too',
    'Sandboxfile.yaml:7:47-52 unknown-key: `alias` is not a key of a shell step\n    Did you mean `aliases`?',
  ]);
});

test('a parameter may be given a value by each of its names, and the last one given counts', async () => {
  const file = 'version: 1\nparams: { vm: { default: one, aliases: [ssh-target] } }\nsteps: { a: { run: "true" } }\n';
  const value = async (...set: (readonly [string, string])[]) => (await projectOf(file, { set })).params.get('vm')?.value;
  assert.is(await value(), 'one');
  assert.is(await value(['ssh-target', 'two']), 'two');
  assert.is(await value(['ssh-target', 'two'], ['vm', 'three']), 'three');
  assert.is((await projectOf(file, { environment: new Map([['SBX_PARAM_SSH_TARGET', 'four']]) })).params.get('vm')?.value, 'four');
  const { diagnostics } = await loadText(file, { set: [['ssh-targt', 'two']] });
  assert.equal(diagnostics.map(shown), ['- unknown-param: --set ssh-targt: there is no such parameter\n    Did you mean `ssh-target`?']);
});

test.run();
