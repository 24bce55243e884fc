import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { withWorkshop } from '../run/real.ts';

const ZX = { zx: () => [process.execPath, join(REPOSITORY, 'node_modules/zx/build/cli.js')] };

const step = (fields: { readonly file: string; readonly args?: readonly string[] }, more: object = {}): object => ({
  task: 'script',
  script: undefined,
  fields,
  ...more,
});

test('a script runs with the globals of zx, its words and its variables', () =>
  withWorkshop(async ({ write, run }) => {
    write(
      'greet.mjs',
      'const { stdout } = await $`printf %s ${argv._[0]}`; console.log(stdout, process.env.WHO, process.cwd().endsWith("project"));',
    );
    const ran = await run({ greet: step({ file: 'greet.mjs', args: ["it's $(x)"] }, { env: [['WHO', 'me']] }) }, ZX);
    const text = ran.events.flatMap((event) => (event.type === 'step-output' ? [event.text] : [])).join('');
    assert.equal([ran.is.greet, text], ['succeeded', "it's $(x) me true\n"]);
  }));

test('with outputs it is remembered; an edit of the script is the reason to run it again', () =>
  withWorkshop(async ({ write, run }) => {
    const steps = { make: step({ file: 'make.mjs' }, { inputs: [], outputs: ['out'] }) };
    write('make.mjs', 'fs.writeFileSync("out", "1")');
    assert.is((await run(steps, ZX)).is.make, 'succeeded');
    assert.is((await run(steps, ZX)).is.make, 'fresh');
    write('make.mjs', 'fs.writeFileSync("out", "22")');
    assert.is((await run(steps, ZX)).why.make, 'inputs changed: make.mjs');
  }));

test('a script that throws fails with its trace in the last lines', () =>
  withWorkshop(async ({ write, run }) => {
    write('bad.mjs', 'throw new Error("broken here")');
    const ran = await run({ bad: step({ file: 'bad.mjs' }) }, ZX);
    const end = ran.events.find((event) => event.type === 'step-finished');
    assert.ok(end?.type === 'step-finished' && end.outcome.is === 'failed');
    assert.is(end.outcome.failure.code, 'command-failed');
    assert.match(end.outcome.failure.lastLines?.join('\n') ?? '', /broken here/);
  }));

test.run();
