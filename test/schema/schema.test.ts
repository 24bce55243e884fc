import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isMap, type Plain } from '../../lib/base/plain.ts';
import { checkShape } from '../../lib/schema/check.ts';
import { machineFields } from '../../lib/schema/machine.ts';
import { paramFields } from '../../lib/schema/param.ts';
import { sandboxFields } from '../../lib/schema/sandbox.ts';
import { sandboxfileFields, sandboxfileShape } from '../../lib/schema/sandboxfile.ts';
import type { Shape } from '../../lib/schema/shape.ts';
import { stepFields } from '../../lib/schema/step.ts';
import { TASKS } from '../../tasks/index.ts';
import { PAGES } from '../docs/page.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { jsonOf, published, wrongWith } from './judging.ts';
import { WHOLE_FILES } from './whole-file.ts';

const validate = published();

test('the published schema takes every example, recipe and profile', () => {
  const files = ['examples', 'recipes', 'profiles'].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => (folder === 'examples' ? /(^|\/)Sandboxfile\.ya?ml$/.test(name) : name.endsWith('.yaml')))
      .map((name) => join(folder, name)),
  );
  assert.ok(files.length >= 4, files.join());
  for (const file of files) assert.equal(validate(jsonOf(readFileSync(join(REPOSITORY, file), 'utf8'))), [], file);
});

test('every Sandboxfile in the README and the guide is one', async () => {
  const pages = PAGES.filter(({ path }) => path === 'README.md' || path.startsWith('docs/guide'));
  assert.ok(pages.length > 10);
  for (const { path, text } of pages) {
    // What has a name belongs to an example that is run; what is shown in part is a part of a file.
    const named = [...text.matchAll(/```yaml (?:\S*\/)?Sandboxfile\.yaml\n(.*?)```/gs)].map(([, file = '']) => file);
    const shown = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, file = '']) =>
      file.startsWith('version: 1\n') ? file : `version: 1\n${file}`,
    );
    // That of a project with extensions knows more tasks.
    for (const file of [...named, ...shown].filter((one) => !/^extensions:/m.test(one)))
      assert.equal(validate(jsonOf(file)), [], `${path}: ${file}`);
    for (const file of shown) assert.equal(await wrongWith(file), [], `${path}: ${file}`);
  }
});

test('the schema and sbx take files with every key', async () => {
  for (const text of WHOLE_FILES) {
    assert.equal(validate(jsonOf(text)), []);
    assert.equal(await wrongWith(text), []);
  }
  const written = new Set(WHOLE_FILES.flatMap((text) => [...keysIn(jsonOf(text))]));
  const known = [sandboxfileFields, paramFields, sandboxFields, machineFields, stepFields, ...TASKS.map(({ fields }) => fields)].flatMap(
    Object.keys,
  );
  assert.equal(
    known.filter((key) => !written.has(key)),
    [],
  );
});

test('the examples of tasks are one valid file', async () => {
  assert.equal(
    TASKS.filter(({ example }) => example === undefined).map(({ name }) => name),
    [],
  );
  const steps = TASKS.map(({ example = '' }) => example.replace(/^/gm, '  ')).join('\n');
  const text = `version: 1\nsandboxes: { vm: {}, builder: { machine: { driver: qemu } } }\nsteps:\n${steps}\n`;
  assert.equal(await wrongWith(text), []);
  assert.equal(validate(jsonOf(text)), []);
  const tasks = Object.values((jsonOf(text) as { steps: Record<string, { task?: string }> }).steps).map(({ task }) => task ?? 'shell');
  assert.equal([...new Set(tasks)].sort(), TASKS.map(({ name }) => name).sort());
});

test('defaults and examples are of their own shape', () => {
  let seen = 0;
  const wrong: string[] = [];
  for (const [path, shape] of shapesIn(sandboxfileShape, 'file')) {
    const values = [...(shape.examples ?? []), ...('default' in shape && shape.default !== undefined ? [shape.default] : [])];
    for (const value of values) {
      seen += 1;
      if (shape === sandboxfileFields.steps) continue; // a step is checked with its task
      checkShape(shape, plainOf(value), ({ message }) => wrong.push(`${path}: ${message}`), { unresolved: true, spend: () => true });
    }
  }
  assert.equal(wrong, []);
  assert.ok(seen > 60, String(seen));
});

function plainOf(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(plainOf);
  if (value === null || typeof value !== 'object') return value as Plain;
  return new Map(Object.entries(value).map(([key, member]) => [key, plainOf(member)]));
}

/** Every shape with where it stands; those of steps and tasks too. */
function* shapesIn(shape: Shape, path: string): Generator<readonly [string, Shape]> {
  yield [path, shape];
  if (shape.kind === 'list' || shape.kind === 'map') yield* shapesIn(shape.of, `${path}.*`);
  if (shape.kind === 'any-of') for (const form of shape.of) yield* shapesIn(form, path);
  const more = shape === sandboxfileShape ? { ...stepFields, ...Object.assign({}, ...TASKS.map(({ fields }) => fields)) } : {};
  if (shape.kind === 'object')
    for (const [key, field] of Object.entries<Shape>({ ...more, ...shape.fields })) yield* shapesIn(field, `${path}.${key}`);
}

function* keysIn(value: unknown): Generator<string> {
  if (value === null || typeof value !== 'object' || isMap(value as Plain)) return;
  for (const [key, member] of Object.entries(value)) {
    if (!Array.isArray(value)) yield key;
    yield* keysIn(member);
  }
}

test.run();
