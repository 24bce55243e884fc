import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileGlobs } from '../../lib/base/glob.ts';
import { condense } from '../../lib/plan/condense.ts';

const many = (folder: string, ending: string, count = 4): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${folder}${i}${ending}`);

test('many files of one folder and extension are one glob, few are named', () => {
  assert.equal(condense([...many('src/a', '.h'), 'Makefile', 'src/one.c', 'a [1].txt'], []), [
    'Makefile',
    'a \\[1\\].txt',
    'src/*.h',
    'src/one.c',
  ]);
  assert.equal(condense([...many('src/x/a', '.h', 2), ...many('src/y/b', '.h', 2)], []), ['src/**/*.h']);
  assert.equal(condense(many('top', '.md'), []), ['*.md']);
  assert.equal(condense(many('src/a', '.h'), ['src/made.h']), many('src/a', '.h'), 'never what it must not match');
  assert.equal(condense(many('node_modules/p', '', 9), []), ['node_modules/**'], 'too many to name');
});

test('every path is matched by what it was condensed to', () => {
  const paths = ['[a]*?.c', '{b}.h', '!c', 'd,e', 'x\\y', ...many('é/ü ', '.rs'), ...many('s/t/', '.rs'), ...many('s/u/', '.rs')];
  const { matches } = compileGlobs(condense(paths, []));
  for (const path of paths) assert.ok(matches(path), path);
});

test.run();
