import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { machineFields } from '../../lib/schema/machine.ts';
import { sandboxFields } from '../../lib/schema/sandbox.ts';
import { sandboxfileFields } from '../../lib/schema/sandboxfile.ts';
import { exampleOf, type ObjectShape, type Shape } from '../../lib/schema/shape.ts';
import { stepFields } from '../../lib/schema/step.ts';
import { TASKS } from '../../tasks/index.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { type Editor, withEditor } from '../rig/editor.ts';
import { withFolder } from '../rig/folder.ts';
import { withProject } from '../rig/project.ts';

const NAME = 'sandboxfile.schema.json';
const HEAD = `# yaml-language-server: $schema=./${NAME}\nversion: 1\n`;
/** As far as the keys of a step. */
const STEP = `${HEAD}steps:\n  a:\n`;

/** yaml-language-server, which VS Code and others run, in a folder with the published schema. */
function withSchema(use: (editor: Editor) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    symlinkSync(join(REPOSITORY, NAME), join(folder, NAME));
    return withEditor(folder, use);
  });
}

test('completion of task names', () =>
  withSchema(async ({ offers }) => {
    assert.equal(await offers(`${STEP}    task: ^`), TASKS.map(({ name }) => name).sort());
  }));

test('completion of the fields of each task, and of no others', () =>
  withSchema(async ({ offers }) => {
    for (const { name, fields, refuses = [] } of TASKS) {
      const keys = [...Object.keys(stepFields), ...Object.keys(fields)].filter((key) => key !== 'task' && !refuses.includes(key));
      assert.equal(await offers(`${STEP}    task: ${name}\n    ^`), keys.sort(), name);
    }
  }));

test('completion of keys of the file, of sandboxes and of steps that name no task', () =>
  withSchema(async ({ offers }) => {
    const left = (fields: ObjectShape['fields'], written: string) => Object.keys(fields).filter((key) => key !== written);
    assert.equal(await offers(`${HEAD}^`), left(sandboxfileFields, 'version').sort());
    assert.equal(await offers(`${HEAD}sandboxes:\n  vm:\n    ^`), Object.keys(sandboxFields).sort());
    assert.equal(await offers(`${HEAD}sandboxes:\n  vm:\n    machine:\n      ^`), Object.keys(machineFields).sort());
    const shell = TASKS.find(({ name }) => name === 'shell');
    const keys = [...Object.keys(stepFields), ...Object.keys(shell?.fields ?? {})];
    assert.equal(await offers(`${STEP}    run: make\n    ^`), keys.filter((key) => key !== 'run').sort());
  }));

test('completion of values that are one of a few', () =>
  withSchema(async ({ offers }) => {
    assert.equal(await offers(`${STEP}    run: make\n    shell: ^`), ['argv', 'bash', 'sh']);
    assert.equal(await offers(`${STEP}    run: make\n    parallel: ^`), ['false', 'true']);
    assert.equal(await offers(`${HEAD}sandboxes:\n  vm:\n    onUnreachable: ^`), ['cached', 'fail', 'local', 'skip']);
  }));

test('hover on every key says what it is for', () =>
  withSchema(async ({ hover }) => {
    const steps = TASKS.map(({ name, fields }) => ({ before: `${STEP}    task: ${name}\n    `, keys: Object.entries<Shape>(fields) }));
    const common = Object.entries<Shape>(stepFields).filter(([key]) => key !== 'task');
    const places = [
      { before: HEAD, keys: Object.entries<Shape>(sandboxfileFields).filter(([key]) => key !== 'version') },
      { before: `${HEAD}sandboxes:\n  vm:\n    `, keys: Object.entries<Shape>(sandboxFields) },
      { before: `${HEAD}sandboxes:\n  vm:\n    machine:\n      `, keys: Object.entries<Shape>(machineFields) },
      { before: `${STEP}    `, keys: common },
      ...steps,
    ];
    for (const { before, keys } of places) {
      const indent = before.slice(before.lastIndexOf('\n') + 1);
      for (const [key, { description }] of keys) {
        const others = keys.map(([one, shape]) => `${indent}${one === key ? `^${one}` : one}: ${sampleOf(shape)}\n`).join('');
        const told = await hover(before.slice(0, before.length - indent.length) + others);
        assert.ok(plain(told).includes(plain(description)), `${before}${key}: ${told}`);
      }
    }
  }));

test('a diagnostic for a typo, for a wrong type and for what is missing, where it stands', () =>
  withSchema(async ({ problems }) => {
    assert.equal(await problems(`${STEP}    run: make\n`), []);
    assert.equal(await problems(`${STEP}    run: make\n    need: [b]\n`), [
      { message: 'Property need is not allowed.', line: 6, text: 'need' },
    ]);
    assert.equal(await problems(`${STEP}    task: sync\n    in: vm\n    run: make\n`), [
      { message: 'Property run is not allowed.', line: 7, text: 'run' },
    ]);
    const [task] = await problems(`${STEP}    task: snyc\n    in: vm\n`);
    assert.is(task?.text, 'snyc');
    assert.match(task?.message ?? '', /Valid values:.*"sync"/);
    const types = await problems(`${STEP}    run: make\n    parallel: 7\n    timeout: soon\n`);
    assert.equal(
      types.map(({ line, text }) => `${line}: ${text}`),
      ['6: 7', '7: soon'],
    );
    assert.match(types[0]?.message ?? '', 'Expected "boolean | string"');
    assert.match(types[1]?.message ?? '', 'This is not a duration. Write for example 90s');
    const [version] = await problems(`${STEP.replace('version: 1\n', '')}    run: make\n`);
    assert.equal([version?.message, version?.line], ['Missing property "version".', 2]);
  }));

test('sbx init writes the modeline, and a copy of the schema where no sbx is installed for the checkout', () =>
  withProject({ 'node_modules/sandboxfile/none': '' }, async ({ root, read, write, remove, sbx }) => {
    await sbx(['init']);
    const schema = (await sbx(['schema'])).stdout;
    await completesIn(root, read('Sandboxfile.yaml'), `./.sbx/${NAME}`);
    assert.is(read(`.sbx/${NAME}`), schema);
    assert.is(read('.sbx/.gitignore'), '*\n', 'nothing to commit');
    write(`.sbx/${NAME}`, 'that of another version');
    assert.is((await sbx(['run', '--force'])).code, 0);
    assert.is(read(`.sbx/${NAME}`), schema, 'after an upgrade');
    remove('.sbx');
    assert.is((await sbx(['run'])).code, 0);
    assert.is(read(`.sbx/${NAME}`), schema, 'in a new clone');
    write('Sandboxfile.yaml', read('Sandboxfile.yaml').replace(/^.*\n/, ''));
    remove('.sbx');
    assert.is((await sbx(['run'])).code, 0);
    assert.not.ok(existsSync(join(root, '.sbx', NAME)), 'for those who name it');
  }));

test('sbx import writes the modeline, with the schema of the sbx that is installed for the checkout', () =>
  withProject({ 'a/b/Makefile': 'all:\n\techo hi\n' }, async ({ root, read, write, sbx }) => {
    write(`node_modules/sandboxfile/${NAME}`, (await sbx(['schema'])).stdout);
    await sbx(['-C', 'a/b', 'import']);
    assert.not.ok(existsSync(join(root, 'a/b/.sbx')));
    await completesIn(join(root, 'a/b'), read('a/b/Sandboxfile.yaml'), `../../node_modules/sandboxfile/${NAME}`);
  }));

test('what lies above the checkout is not named in it', () =>
  withProject({ 'a/.git/HEAD': '' }, async ({ write, read, sbx }) => {
    write(`node_modules/sandboxfile/${NAME}`, (await sbx(['schema'])).stdout);
    await sbx(['-C', 'a', 'init']);
    assert.match(read('a/Sandboxfile.yaml'), `$schema=./.sbx/${NAME}\n`);
  }));

async function completesIn(folder: string, text: string, schema: string): Promise<void> {
  const [line] = text.split('\n');
  assert.is(line, `# yaml-language-server: $schema=${schema}`);
  await withEditor(folder, async ({ offers, problems }) => {
    assert.equal(await problems(text), []);
    assert.ok((await offers(`${line}\nversion: 1\nsteps:\n  a:\n    task: ^`)).includes('remote-build'));
  });
}

/** A value that fits. */
function sampleOf(shape: Shape): string {
  const example = exampleOf(shape);
  return JSON.stringify(example ?? (shape.kind === 'boolean' ? true : shape.kind === 'integer' ? 1 : shape.kind === 'list' ? [] : null));
}

/** Letters only: what is shown is Markdown, with its own escapes. */
function plain(text: string): string {
  return text.replace(/[^a-z]/gi, '');
}

test.run();
