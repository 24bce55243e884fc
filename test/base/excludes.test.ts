import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileExcludes } from '../../lib/base/excludes.ts';

/** A path with a trailing slash is a folder. */
function check(patterns: string, excluded: string, kept: string): void {
  const excludes = compileExcludes(patterns.split(' ').filter(Boolean));
  const ask = (path: string): boolean => (path.endsWith('/') ? excludes(path.slice(0, -1), true) : excludes(path, false));
  for (const path of excluded.split(' ').filter(Boolean)) assert.ok(ask(path), `${patterns} should exclude ${path}`);
  for (const path of kept.split(' ').filter(Boolean)) assert.not(ask(path), `${patterns} should keep ${path}`);
}

test('a name matches at any depth, with all below it', () => {
  check('dist-newstyle *.o', 'dist-newstyle/ dist-newstyle/a/b x/dist-newstyle/a a.o x/y/a.o', 'dist a.ox x/a.c');
});

test('a slash ties to the root', () => {
  check('/dist build/out', 'dist dist/a build/out build/out/a', 'x/dist x/build/out build');
  check('**/build/out', 'build/out x/build/out/a', 'x/build');
});

test('a trailing slash means folders only', () => {
  check('tmp/ a/b/', 'tmp/ x/tmp/ x/tmp/a a/b/ a/b/c', 'tmp x/tmp a/b');
});

test('the last pattern decides, but not inside an excluded folder', () => {
  check('*.log !keep.log', 'a.log x/b.log', 'keep.log x/keep.log');
  check('logs !logs/keep.log', 'logs/ logs/keep.log', 'x');
  check('logs/* !logs/keep.log', 'logs/a', 'logs/ logs/keep.log');
});

test('nothing is excluded by nothing', () => check('', '', 'a a/b c/'));

test.run();
