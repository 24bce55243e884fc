import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { templateOf, type Version } from '../../lib/packer/template.ts';
import { withFolder } from '../rig/folder.ts';

const OLD: Version = [1, 6, 6];
const NEW: Version = [1, 10, 0];

function withTemplates(names: readonly string[], use: (given: (template: string, version: Version) => string) => void): Promise<void> {
  return withFolder(async (folder) => {
    mkdirSync(join(folder, 'image/sub'), { recursive: true });
    for (const name of names) writeFileSync(join(folder, name), '');
    use((template, version) => {
      const found = templateOf(realFiles, folder, template, version);
      return found.ok ? [found.value.word, ...found.value.varFiles].join(' ') : `refused: ${found.error.message}`;
    });
  });
}

test('the file of plugins is left out before 1.7, and the values that Packer would have read in the folder are not', () =>
  withTemplates(['image/a.pkr.hcl', 'image/plugins.pkr.hcl', 'image/x.auto.pkrvars.hcl', 'image/y.pkrvars.hcl'], (given) => {
    assert.is(given('image', OLD), './image/a.pkr.hcl ./image/x.auto.pkrvars.hcl');
    assert.is(given('image', NEW), './image');
    assert.is(given('image/a.pkr.hcl', OLD), './image/a.pkr.hcl');
  }));

test('a folder without it is given whole; with several files beside it an old Packer cannot be given it', () =>
  withTemplates(
    ['image/a.pkr.hcl', 'image/b.pkr.json', 'image/sub/plugins.pkr.hcl', 'image/sub/c.pkr.hcl', 'image/sub/d.pkr.hcl'],
    (given) => {
      assert.is(given('image/', OLD), './image/');
      assert.match(given('image/sub', OLD), /^refused: Packer 1\.6\.6 cannot be given image\/sub: .* 2 files/);
    },
  ));

test('what is none is refused before Packer is asked', () =>
  withTemplates(['image/old.json'], (given) => {
    assert.match(given('image/old.json', OLD), /^refused: image\/old\.json is no template of Packer 1\.6/);
    assert.match(given('image', OLD), /^refused: image has no file/);
    assert.match(given('gone.pkr.hcl', OLD), /^refused: there is no template/);
  }));

test.run();
