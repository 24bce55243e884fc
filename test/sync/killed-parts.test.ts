import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileGlobs } from '../../lib/base/glob.ts';
import { findFar } from '../../lib/sync/fetch.ts';
import { CAPS } from '../../lib/sync/manifest.ts';
import { removeWorkspace } from '../../lib/sync/workspace.ts';
import { DyingTools } from './dying-tools.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from './fixture.ts';
import { type Situation, wrongWhere } from './killed-parts.ts';
import { withPair } from './pair.ts';

/** Tools whose output another one reads, or whose silence means something: the death of such a one is not seen by itself. */
const UNSEEN: readonly (readonly [Situation, string])[] = [
  ['the first sync', 'find . ! -name .'],
  ['a sync after a change of one file', 'find tree ! -type d'],
  ['a sync after a change of one file', 'sort -rn'],
  ['a sync after a change of modes', '[ -f "$n" ] && [ ! -L "$n" ]'],
  ['a sync after edits there', 'sort -z .sbx/seen'],
  ['a sync after edits there', 'comm -z -23 .sbx/tmp'],
  ['a sync after edits there', '%y%m'],
  ['a sync without a receipt', 'cat .sbx/sent'],
];

for (const [situation, words] of UNSEEN)
  test(`a process of a sync killed on the far side is no success, and the next sync is right: ${situation}, ${words}`, async () => {
    assert.equal(await wrongWhere(situation, words, 'at once'), []);
  });

test('a process of a fetch killed on the far side never makes the list shorter', () =>
  withPair(async (pair) => {
    pair.far(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`out/file-${n}.o`, String(n)])));
    const tools = new DyingTools(join(pair.here, '..'));
    const found = async (words: string, how: 'at once' | 'half') =>
      findFar({
        workspace: { session: tools.session(words, how), path: pair.there, checkout: CHECKOUT.id, signal: SIGNAL },
        wanted: { globs: compileGlobs(['out/*.o']), excluded: () => false, whole: false, caps: CAPS },
        links: 'refuse',
        rename: (path) => path,
        note: () => {},
      });
    const whole = await found('none', 'at once');
    assert.is(whole.ok && whole.value.entries.length, 9);
    for (let at = tools.calls; at > 0; at--) {
      for (const how of ['at once', 'half'] as const) {
        const one = await found(`call ${at},`, how);
        if (one.ok) assert.equal(one.value.entries, whole.ok && whole.value.entries, `${tools.struck} killed ${how}`);
      }
    }
  }));

test('a look that was killed makes no folder of others an empty one that may go', () =>
  withPair(async (pair) => {
    const theirs = join(pair.here, '../theirs');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'precious'), 'mine');
    const tools = new DyingTools(join(pair.here, '..'));
    await removeWorkspace(tools.session('find . !', 'at once'), theirs, CHECKOUT, memoryJournal(), SIGNAL);
    assert.ok(tools.struck !== undefined && existsSync(join(theirs, 'precious')));
  }));

test.run();
