import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { moveAway } from '../../lib/run/trash.ts';
import { withFolder } from '../rig/folder.ts';
import { put } from './store-fixture.ts';

test('two files of one name, and a file where another needs a folder, are moved away side by side', () =>
  withFolder((root) => {
    const folder = join(root, '.sbx');
    for (const round of ['one', 'two', 'three']) {
      const path = round === 'three' ? 'a/b' : 'a';
      put(root, { [path]: round });
      moveAway(realFiles, root, folder, 'r1', path);
      assert.not(realFiles.existsSync(join(root, path)));
    }
    const texts = ['r1/a', 'r1.1/a', 'r1.2/a/b'].map((path) => realFiles.readFileSync(join(folder, 'trash', path), 'utf8'));
    assert.equal(texts, ['one', 'two', 'three']);
  }));

test('a file in place of the trash is set aside', () =>
  withFolder((root) => {
    const folder = join(root, '.sbx');
    mkdirSync(folder);
    writeFileSync(join(folder, 'trash'), 'x');
    put(root, { a: 'mine' });
    moveAway(realFiles, root, folder, 'r1', 'a');
    assert.is(realFiles.readFileSync(join(folder, 'trash/r1/a'), 'utf8'), 'mine');
  }));

test.run();
