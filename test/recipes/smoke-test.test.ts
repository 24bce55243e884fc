import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { withFolder } from '../rig/folder.ts';

const RECIPE = join(import.meta.dirname, '../../../recipes/smoke-test.yaml');

test('what is tried by default is the program that was built; where none was, that is a failure', () =>
  withFolder(async (folder) => {
    const words: string = parse(readFileSync(RECIPE, 'utf8')).params.try.default;
    const tried = () => spawnSync('sh', ['-c', words], { cwd: folder, encoding: 'utf8' });
    const built = join(folder, 'dist-newstyle/build/x/hello world/build');
    mkdirSync(built, { recursive: true });
    assert.is.not(tried().status, 0);
    writeFileSync(join(built, 'hello'), '#!/bin/sh\necho "hello from $0"\n', { mode: 0o755 });
    assert.match(tried().stdout, /^hello from .*hello world/);
  }));

test.run();
