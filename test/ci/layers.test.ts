import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';

type Files = { readonly [path: string]: string };

function layers(files: Files): Promise<{ readonly status: number | null; readonly text: string }> {
  return withFolder((folder) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(REPOSITORY, '.ci/layers.mjs'), folder], { encoding: 'utf8' });
    return { status, text: stderr + stdout };
  });
}

const A = { 'lib/base/a.ts': 'export const a = 1;\n', 'lib/run/r.ts': 'export const r = 1;\n', 'lib/ssh/s.ts': 'export const s = 1;\n' };

const RED: readonly (readonly [path: string, text: string, expected: RegExp])[] = [
  [
    'lib/base/b.ts',
    "import { r } from '../run/r.ts';\n",
    /lib\/base\/b\.ts:1 layer: lib\/base \(layer 0\) must not know lib\/run \(layer 6\)/,
  ],
  ['lib/base/b.ts', "\nimport type { r } from '../run/r.ts';\n", /b\.ts:2 layer:/],
  ['lib/base/b.ts', "export type R = import('../run/r.ts').R;\n", /layer:/],
  ['lib/base/b.ts', "export { r } from '../run/r.ts';\n", /layer:/],
  ['lib/base/b.ts', "import {\n  r,\n} from '../run/r.ts';\n", /layer:/],
  ['lib/plan/b.ts', "export const f = () => import('../run/r.ts');\n", /layer:/],
  ['lib/sync/b.ts', "import { s } from '../ssh/s.ts';\n", /stand side by side/],
  ['lib/view/b.ts', "import { r } from '../run/r.ts';\n", /views fold events/],
  ['lib/base/b.ts', "import { c } from './c.ts';\nimport { a } from './a.ts';\n", /missing: lib\/base\/c\.ts/],
  ['lib/base/b.ts', "import { a } from './a.js';\n", /specifier:/],
  ['lib/base/b.ts', "import { a } from '../../test/a.ts';\n", /outside:/],
  ['lib/base/b.ts', "import type { b } from './b.ts';\n", /cycle: lib\/base\/b\.ts > lib\/base\/b\.ts/],
  ['lib/base/b.ts', "import { readFileSync } from 'node:fs';\n", /pure:/],
  ['lib/run/b.ts', "import { readFileSync } from 'fs';\n", /builtin: write node:fs/],
  [
    'lib/run/b.ts',
    "import { parse } from 'yaml';\n",
    /package: yaml is imported in lib\/config\/document\.ts and lib\/config\/edit-yaml\.ts alone/,
  ],
  ['lib/run/b.ts', "import type { Client } from 'ssh2';\n", /package: ssh2/],
  ['lib/run/b.ts', "import _ from 'lodash/fp';\n", /lodash is no runtime package/],
  ['lib/run/b.ts', 'export const f = (name: string) => import(name);\n', /computed-import:/],
  ['lib/run/b.ts', 'export const t = AbortSignal.timeout(1);\n', /timeout: a collection of garbage/],
  ['lib/run/b.ts', 'export const e = process.env;\n', /process: only lib\/cli/],
  ['lib/run/b.ts', "import process from 'node:process';\n", /process:/],
  ['lib/run/b.ts', 'export const u = import.meta.url;\n', /import-meta:/],
  ['lib/run/b.ts', 'export const u = await f();\n', /top-level-await:/],
  ['lib/run/b.ts', 'let n = 0;\n', /module-state:/],
  ['lib/run/b.ts', 'export default 1;\n', /default-export:/],
  ['lib/run/b.ts', "export * from './r.ts';\n", /barrel:/],
  ['lib/run/b.ts', 'const a = 1;\n'.repeat(251), /too-long: 251 lines/],
  ['lib/run/b.ts', '\nexport interface B {}\n', /b\.ts:2 unused-export: B is imported nowhere/],
  ['lib/odd/b.ts', '', /no-layer:/],
  ['lib/view/page/program/b.js', "import { a } from '../../../base/a.ts';\n", /browser:/],
  ['test/x.test.ts', "import { suite } from 'uvu';\ntest.run();\n", /\{ test \} only/],
  ['test/x.test.ts', "import { test } from 'uvu';\ntest.only('x', () => {});\ntest.run();\n", /no hooks, only or skip/],
  ['test/x.test.ts', "import { test } from 'uvu';\n", /test\.run\(\) is missing/],
];

test('every rule refuses what it is for, says where and why', async () => {
  const wrong: string[] = [];
  for (const [path, text, expected] of RED) {
    const { status, text: said } = await layers({ ...A, [path]: text });
    if (status !== 1 || !expected.test(said)) wrong.push(`${text}-> ${said}`);
  }
  assert.equal(wrong, []);
});

test('a cycle over several files is shown whole', async () => {
  const { text } = await layers({
    'lib/base/a.ts': "import type { B } from './b.ts';\n",
    'lib/base/b.ts': "import type { C } from './c.ts';\n",
    'lib/base/c.ts': "export const f = () => import('./a.ts');\n",
  });
  assert.match(text, 'lib/base/a.ts > lib/base/b.ts > lib/base/c.ts > lib/base/a.ts');
});

test('comments, strings and what goes down are left alone', async () => {
  const { status, text } = await layers({
    ...A,
    'lib/cli/main.ts': "import { r } from '../run/r.ts';\nconst f = () => [import('../ssh/s.ts'), process.argv, r];\n",
    'lib/run/q.ts':
      "import { a } from '../base/a.ts';\n// process.env, import { x } from 'lodash';\n/* await\nawait x\n*/\nconst t = [a, 'process.env', \"import.meta\"];\n",
    'lib/ssh/t.ts': "import { readFileSync } from 'node:fs';\nconst u = readFileSync;\n",
  });
  assert.is(text, 'layers: 6 files, 1 of their imports dynamic, none against the rules\n');
  assert.is(status, 0);
});

test.run();
