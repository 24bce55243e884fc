import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realFiles } from '../../lib/io/io.ts';
import { makeProjectFolder } from '../../lib/run/project-folder.ts';
import { withFolder } from '../rig/folder.ts';
import { withProject } from '../rig/project.ts';

const io = { files: realFiles, nonce };

test('a link in place of .sbx, or of anything in it, is refused by its name', () =>
  withFolder((folder) => {
    const ours = join(folder, '.sbx');
    assert.is(makeProjectFolder(io, ours), undefined);
    assert.ok(existsSync(join(ours, '.gitignore')));
    symlinkSync('../elsewhere', join(ours, 'trash'));
    assert.match(makeProjectFolder(io, ours)?.message ?? '', /^\.sbx\/trash is a link/);
    symlinkSync('.', join(folder, 'other'));
    const refused = makeProjectFolder(io, join(folder, 'other'));
    assert.match(refused?.message ?? '', /^\.sbx is a link/);
    assert.match(refused?.hint ?? '', /remove the link.*make \.sbx a folder and mount that in its place/);
  }));

test('a repository cannot make sbx sweep a folder beside it', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { task: shell, run: "true" } }\n' }, async (project) => {
    const victim = join(project.root, '../victim');
    mkdirSync(victim);
    for (let n = 0; n < 9; n++) writeFileSync(join(victim, String(n)), 'mine');
    mkdirSync(join(project.root, '.sbx'));
    symlinkSync('../../victim', join(project.root, '.sbx/trash'));
    const ended = await project.sbx(['run', 'a']);
    assert.is(readdirSync(victim).length, 9, 'files were removed through the link');
    assert.is(ended.code, 1, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /\.sbx\/trash is a link/);
  }));

test.run();
