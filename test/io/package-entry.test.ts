import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { packageEntry } from '../../lib/io/package-entry.ts';
import { withFolder } from '../rig/folder.ts';

const CASES: readonly (readonly [manifest: object, entry: string | undefined])[] = [
  [{}, 'index.js'],
  [{ main: './lib/a.js' }, 'lib/a.js'],
  [{ main: './lib/a.js', exports: './b.mjs' }, 'b.mjs'],
  [{ exports: { '.': './c.mjs', './other': './d.mjs' } }, 'c.mjs'],
  [{ exports: { types: './x.d.ts', require: './e.cjs', import: './e.mjs' } }, 'e.mjs'],
  [{ exports: { '.': { browser: './f.js', node: { import: './g.mjs' }, default: './h.js' } } }, 'g.mjs'],
  [{ exports: { '.': [{ browser: './f.js' }, './i.mjs'] } }, 'i.mjs'],
  [{ exports: { './other': './d.mjs' } }, undefined],
  [{ exports: { require: './e.cjs' } }, undefined],
];

test('the module of a package is the one that Node would import', () =>
  withFolder((folder) => {
    for (const [nth, [manifest, entry]] of CASES.entries()) {
      const home = join(folder, 'node_modules', `@scope/p${nth}`);
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), JSON.stringify({ ...manifest, version: '1.2.3' }));
      const found = packageEntry(`@scope/p${nth}`, join(folder, 'a/b'), realFiles);
      if (entry === undefined) assert.is(found, 'its package.json exports nothing that can be imported');
      else assert.equal(found, { file: join(home, entry), version: '1.2.3' }, JSON.stringify(manifest));
    }
  }));

test('the nearest folder that has the package counts; one that none has is not installed', () =>
  withFolder((folder) => {
    for (const path of ['node_modules/p/package.json', 'a/node_modules/p/package.json', 'node_modules/broken/package.json']) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), path.includes('broken') ? '{' : JSON.stringify({ version: path.length }));
    }
    const versionFrom = (at: string): unknown => {
      const found = packageEntry('p', join(folder, at), realFiles);
      return typeof found === 'object' ? found.version : found;
    };
    assert.is(versionFrom('a/b'), String('a/node_modules/p/package.json'.length));
    assert.is(versionFrom('c'), String('node_modules/p/package.json'.length));
    assert.is(packageEntry('q', folder, realFiles), undefined);
    assert.match(String(packageEntry('broken', folder, realFiles)), /^its package\.json cannot be read: /);
  }));

test.run();
