// How much code a start loads: each file of it costs two reads and a script, each package milliseconds. They are counted, since time is no matter for a test.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause } from '../rig/patience.ts';
import { withProject } from '../rig/project.ts';

const FILE = `version: 1
steps:
  a: { run: cat in.txt > out.txt, inputs: [in.txt], outputs: [out.txt] }
default: [a]
`;

/** Notes each file of code that is read, and at the end the modules of Node itself that were loaded for it. */
const COUNT = `const fs = require('node:fs');
const { basename, dirname } = require('node:path');
const { readFileSync } = fs;
fs.readFileSync = (file, ...how) => {
  if (basename(dirname(String(file))) === 'chunks') fs.appendFileSync(process.env.COUNTED, basename(file) + '\\n');
  return readFileSync(file, ...how);
};
const before = new Set(process.moduleLoadList);
process.on('exit', () => {
  for (const name of process.moduleLoadList) if (!before.has(name)) fs.appendFileSync(process.env.COUNTED, name + '\\n');
});
`;

test('a start loads its code from few files, and none that has nothing to do with it', () =>
  withProject({ 'Sandboxfile.yaml': FILE, 'in.txt': 'in\n', '../home/count.cjs': COUNT }, async (project) => {
    const COUNTED = join(project.home, 'counted');
    const loads = async (...words: string[]): Promise<string[]> => {
      writeFileSync(COUNTED, '');
      const env = { NODE_OPTIONS: `--require=${join(project.home, 'count.cjs')}`, COUNTED };
      const { code, stderr } = await project.sbx(words, { env });
      assert.is(code, 0, stderr);
      return readFileSync(COUNTED, 'utf8').trimEnd().split('\n');
    };
    await loads('run');
    await pause(2300); // younger files prove nothing
    await loads('run');
    const most = { '--help': 1, run: 4, list: 5, plan: 7, 'run --force': 10 };
    for (const [words, count] of Object.entries(most)) {
      const loaded = await loads(...words.split(' '));
      const files = loaded.filter((one) => one.endsWith('.cjs'));
      assert.ok(files.length <= count, `${words}: ${files.length} files: ${files.join(' ')}`);
      assert.ok(files.includes('main.cjs'), 'what is counted is what is loaded');
      const heavy = ['perf_hooks', 'fs/promises', 'http'];
      const ofNode = heavy.filter((one) => loaded.includes(`NativeModule ${one}`));
      assert.equal(ofNode, [], words);
    }
  }));

test.run();
