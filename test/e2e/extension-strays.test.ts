import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

/** An extension whose task has this `run`, and whose driver this deed. */
const extension = (run: string, deed = '') => `import { EventEmitter } from 'node:events';
export default {
  api: 1,
  name: 'mine',
  tasks: [{ name: 'it', summary: 'Does it.', ${run} }],
  drivers: [{ name: 'box', summary: 'A box.', open: () => ({ ${deed} }) }],
};
`;
const FILE = `version: 1
extensions: ./x.mjs
sandboxes:
  vm: { machine: { driver: box, image: vm.ova } }
steps:
  it: { task: it }
  there: { run: make, in: vm }
  after: { run: echo it went on, when: always }
`;

const NEVER = 'await new Promise(() => {})';
const BESIDE: readonly (readonly [how: string, run: string])[] = [
  ['a timer', `async run() { setTimeout(() => { throw new Error('oh no') }, 10); ${NEVER} }`],
  ['an event', `async run() { const it = new EventEmitter(); setImmediate(() => it.emit('error', new Error('oh no'))); ${NEVER} }`],
  ['a promise', `async run() { setTimeout(() => Promise.reject(new Error('oh no')), 10); ${NEVER} }`],
];

for (const [how, run] of BESIDE)
  test(`what the code of an extension throws from ${how} fails its step, and names the extension`, () =>
    withProject({ 'Sandboxfile.yaml': FILE, 'x.mjs': extension(run) }, async (project) => {
      const { code, stdout, stderr } = await project.sbx(['run', 'it', 'after', '--output', 'plain']);
      assert.is(code, 1, stdout + stderr);
      assert.match(stdout + stderr, 'the extension mine threw where nobody waited for it: oh no');
      assert.match(stdout, /x\.mjs\S*:\d+/, 'the trace is in its output');
      assert.match(stdout, 'it went on');
    }));

test('what a driver throws from a timer fails what was asked of it; what comes after the end of a step is only said', async () => {
  const deed = `listOwned: async () => { setTimeout(() => { throw new Error('oh no') }, 10); ${NEVER} }`;
  const files = { 'Sandboxfile.yaml': FILE, 'x.mjs': extension('run() {}', deed), 'vm.ova': '' };
  await withProject(files, async (project) => {
    const { code, stdout, stderr } = await project.sbx(['run', 'there', '--output', 'plain']);
    assert.is(code, 1, stdout + stderr);
    assert.match(stdout + stderr, 'the driver box: the extension mine threw where nobody waited for it: oh no');
  });
  const late = "run() { setTimeout(() => { throw new Error('oh no') }, 1) }";
  await withProject({ 'Sandboxfile.yaml': FILE.replace('echo it', 'sleep 0.3; echo it'), 'x.mjs': extension(late) }, async (project) => {
    const { code, stdout, stderr } = await project.sbx(['run', 'it', 'after', '--output', 'plain']);
    assert.is(code, 0, stdout + stderr);
    assert.match(stderr, 'sbx: the extension mine threw where nobody waited for it: oh no');
    assert.match(stdout, 'it went on');
  });
});

const REFUSED: readonly (readonly [task: string, said: string])[] = [
  ["fields: { constructor: { kind: 'string', description: 'A.' } }, run() {}", 'fields.constructor is a name that every object has'],
  ["fields: { __proto__: { a: { kind: 'string', description: 'A.' } } }, run() {}", 'fields is not a plain object'],
  ['fields: JSON.parse(\'{"__proto__":{}}\'), run() {}', 'fields.__proto__ is not a name'],
  ["outputs: { constructor: 'text' }, run() {}", 'outputs.constructor is a name that every object has'],
];

for (const [task, said] of REFUSED)
  test(`an extension whose keys are none is refused: ${task}`, () =>
    withProject({ 'Sandboxfile.yaml': FILE, 'x.mjs': extension(task) }, async (project) => {
      const { code, stderr } = await project.sbx(['validate']);
      assert.is(code, 2);
      assert.match(stderr, said);
    }));

test('what is no text is no output of a step', () =>
  withProject({ 'Sandboxfile.yaml': FILE, 'x.mjs': extension('run: ({ output }) => output(5)') }, async (project) => {
    const { code, stdout, stderr } = await project.sbx(['run', 'it', '--output', 'plain']);
    assert.is(code, 1);
    assert.match(stdout + stderr, 'output takes a text or bytes');
  }));

test.run();
