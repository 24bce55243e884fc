import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findSandboxfile } from '../../lib/cli/search.ts';
import { withFolder } from '../rig/folder.ts';

test('the nearest one of the folder and those above', () =>
  withFolder((root) => {
    const deep = join(root, 'a/b');
    fs.mkdirSync(deep, { recursive: true });
    fs.writeFileSync(join(root, 'Sandboxfile.yaml'), '');
    assert.equal(findSandboxfile({ cwd: deep }, fs), { ok: true, value: { file: join(root, 'Sandboxfile.yaml'), folder: root } });
    fs.writeFileSync(join(root, 'a/Sandboxfile.yml'), '');
    assert.equal(findSandboxfile({ cwd: deep }, fs), {
      ok: true,
      value: { file: join(root, 'a/Sandboxfile.yml'), folder: join(root, 'a') },
    });
    fs.mkdirSync(join(deep, 'Sandboxfile.yaml')); // a folder of that name is none
    assert.equal(findSandboxfile({ cwd: deep }, fs), {
      ok: true,
      value: { file: join(root, 'a/Sandboxfile.yml'), folder: join(root, 'a') },
    });
  }));

test('a named file is taken and nothing is searched', () =>
  withFolder((root) => {
    fs.writeFileSync(join(root, 'Sandboxfile.yaml'), '');
    fs.writeFileSync(join(root, 'other.yaml'), '');
    assert.equal(findSandboxfile({ cwd: root, file: 'other.yaml' }, fs), {
      ok: true,
      value: { file: join(root, 'other.yaml'), folder: root },
    });
    const missing = findSandboxfile({ cwd: root, file: 'none.yaml' }, fs);
    assert.is(missing.ok ? '' : missing.error.message, `there is no ${join(root, 'none.yaml')}`);
    const input = findSandboxfile({ cwd: root, file: '-' }, fs);
    assert.match(input.ok ? '' : input.error.hint, /take a file: the project is the folder that it lies in/);
  }));

test('a missing one says where it looked', () =>
  withFolder((root) => {
    const found = findSandboxfile({ cwd: root }, { statSync: (() => undefined) as unknown as typeof fs.statSync });
    assert.is(found.ok, false);
    if (found.ok) return;
    assert.is(found.error.message, `there is no Sandboxfile.yaml in ${root} or a folder above it`);
    assert.is(found.error.looked[0], root);
    assert.is(found.error.looked.at(-1), '/');
  }));

test('what is no plain file is left to the reader', () =>
  withFolder((root) => {
    fs.writeFileSync(join(root, 'Sandboxfile.yaml'), '');
    const found = findSandboxfile({ cwd: join(root, 'Sandboxfile.yaml') }, fs); // a file as folder: looked for above it
    assert.is(found.ok && found.value.folder, root);
    const device = findSandboxfile({ cwd: root, file: '/dev/null' }, fs);
    assert.is(device.ok && device.value.file, '/dev/null');
  }));

test.run();
