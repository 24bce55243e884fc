// What is said to be unchanged is: whatever happens to a project, a walk that takes over the answers finds what a walk that looks at everything finds.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { compileGlobs } from '../../lib/base/glob.ts';
import { type Attest, attestable } from '../../lib/io/attested.ts';
import { bootId } from '../../lib/io/boot.ts';
import { nonce, realClock } from '../../lib/io/io.ts';
import { limitOf } from '../../lib/io/limit.ts';
import { openMemo } from '../../lib/io/memo.ts';
import { decodeMemo } from '../../lib/io/memo-file.ts';
import { mountsAt } from '../../lib/io/mounts.ts';
import { type TreeQuestion, TreeWatches } from '../../lib/io/tree-watches.ts';
import { makeWalker } from '../../lib/io/walk.ts';
import type { Files } from '../../lib/model/io.ts';
import { readInputs } from '../../lib/run/reading.ts';
import { withFolder } from '../rig/folder.ts';
import { pause, until } from '../rig/patience.ts';
import { put, real } from '../run/store-fixture.ts';
import { randomEdit } from './random-edit.ts';

/** Files that are written now are settled by that clock. */
const io = { files: real, clock: { ...realClock, now: () => Date.now() + 10_000 }, nonce };
const SOON = 20;

interface Story {
  readonly root: string;
  readonly watches: TreeWatches;
  /** As a run asks. */
  ask(change?: Partial<TreeQuestion>, cookie?: 'none'): Promise<Attest | undefined>;
  /** Until the watches know the memo, and so many files at most are in doubt. */
  settled(most?: number): Promise<Attest>;
  /** What a run finds, and remembers. */
  walk(files?: Files): string;
}

function withTree(use: (story: Story) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const root = fs.realpathSync(folder);
    for (let d = 0; d < 6; d++) for (let f = 0; f < 8; f++) put(root, { [`src/d${d % 3}/e${d}/f${f}`]: `${d} ${f}\n` });
    fs.mkdirSync(join(root, '.sbx'));
    const watches = new TreeWatches(real, realClock, SOON);
    const walk = (files: Files = real): string => {
      const memo = openMemo(io, join(root, '.sbx/memo'));
      const read = readInputs(files, memo, root, makeWalker(files, root).globs(compileGlobs(['src/**'])));
      if (!read.ok) throw new Error(read.error.message);
      memo.save();
      return read.value.tree.digest;
    };
    const ask: Story['ask'] = async (change = {}, without) => {
      const bytes = fs.readFileSync(join(root, '.sbx/memo'));
      const cookie = `cookie.${nonce()}`;
      if (without === undefined) fs.writeFileSync(join(root, '.sbx', cookie), '');
      const mounts = mountsAt(real, root) ?? '';
      const question = { root, memo: digestOf(bytes), mounts, cookie, ...change };
      using limit = limitOf(new AbortController().signal, without === undefined ? 1000 : 100);
      const except = await watches.changed(question, limit.signal);
      fs.rmSync(join(root, '.sbx', cookie), { force: true });
      const table = decodeMemo(bytes, bootId(real));
      return except && table && { root, table, except: new Set(except) };
    };
    const settled: Story['settled'] = async (most = 0) => {
      let attest: Attest | undefined;
      await until('all is sure', async () => {
        attest = await ask();
        return attest !== undefined && attest.except.size <= most;
      });
      return attest as Attest;
    };
    walk();
    try {
      await use({ root, watches, ask, settled, walk });
    } finally {
      watches.close();
    }
  });
}

/** What is attested is so, and a walk that takes it over finds what one finds that looks at all. */
function isTrue({ root, walk }: Story, attest: Attest): void {
  for (const [row, name] of attest.table.names.entries()) {
    if (attest.except.has(name)) continue;
    const seen = fs.lstatSync(join(root, name), { throwIfNoEntry: false });
    const { size, mtimeMs, ctimeMs, ino, mode } = seen ?? {};
    assert.equal({ size, mtimeMs, ctimeMs, ino, mode }, attest.table.seen(row), name);
  }
  const attested = attestable(real);
  attested.hold(attest);
  assert.is(walk(attested.files), walk());
}

test('tree watches: what is attested after random edits is what a walk finds', () =>
  withTree(async (story) => {
    let answered = 0;
    const edit = randomEdit(story.root, 20_261_122);
    await story.settled();
    for (let round = 0; round < 80; round++) {
      const edits: string[] = [];
      for (let left = 1 + (round % 3); left > 0; left--) {
        edits.push(edit());
        // A second name that is gone before anybody looks at it is not seen: of that the watch says what it believes for how long.
        if (edits.at(-1) === 'secondName') await pause(SOON);
      }
      const attest = await story.ask();
      if (attest !== undefined) {
        answered += 1;
        try {
          isTrue(story, attest);
        } catch (thrown) {
          throw new Error(`round ${round}, ${edits.join(', ')}: ${(thrown as Error).message}`);
        }
      }
      // Now and then what is in doubt is looked at while more happens.
      if (round % 4 === 0) await pause(SOON * 2);
    }
    assert.ok(answered > 40, `${answered} answers`);
  }));

test('tree watches: of 48 files one is looked at, if one was edited', () =>
  withTree(async (story) => {
    await story.settled();
    put(story.root, { 'src/d0/e0/f1': 'edited\n' });
    const attest = await story.settled(48);
    assert.equal([...attest.except], ['src/d0/e0/f1']);
    const looked: string[] = [];
    const lstatSync = (path: string, options: object): unknown => {
      looked.push(path);
      return real.lstatSync(path, options);
    };
    const attested = attestable({ ...real, lstatSync } as never);
    attested.hold(attest);
    const digest = story.walk(attested.files);
    assert.equal(looked, [join(story.root, 'src/d0/e0/f1')]);
    assert.is(digest, story.walk());
    attested.drop();
    story.walk(attested.files);
    assert.is(looked.length, 1 + 48, 'once the moment is over, each is looked at');
    await story.settled();
  }));

test('tree watches: nothing is known without the cookie, of another memo, of other mounts, and at first', () =>
  withTree(async (story) => {
    assert.is(await story.ask(), undefined, 'the watch is younger than the memo');
    await story.settled();
    assert.is(await story.ask({}, 'none'), undefined);
    assert.is(await story.ask({ memo: digestOf('another') }), undefined);
    assert.is(await story.ask({ mounts: digestOf('others') }), undefined);
    assert.is(await story.ask({ root: join(story.root, 'src') }), undefined, 'a project that nobody asked of');
    await story.settled();
  }));

test('tree watches: what cannot be heard of is never attested', () =>
  withTree(async (story) => {
    const { root } = story;
    fs.linkSync(join(root, 'src/d0/e0/f1'), join(root, 'src/d1/second-name'));
    fs.renameSync(join(root, 'src/d2'), join(root, 'elsewhere'));
    fs.symlinkSync('../elsewhere', join(root, 'src/d2'));
    fs.symlinkSync('f2', join(root, 'src/d0/e0/link'));
    story.walk();
    const attest = await story.settled(19);
    const never = [...attest.except].filter((name) => !name.startsWith('src/d2/')).sort();
    assert.equal(never, ['src/d0/e0/f1', 'src/d1/second-name']);
    assert.is([...attest.except].length - never.length, 16, 'what lies behind a link to a folder');
    fs.appendFileSync(join(root, 'src/d1/second-name'), 'more\n');
    isTrue(story, await story.settled(48));
  }));

test('tree watches: another project in the place of one that is watched is another one', () =>
  withTree(async (story) => {
    const { root } = story;
    await story.settled();
    fs.renameSync(join(root, 'src'), join(root, 'old'));
    fs.cpSync(join(root, 'old'), join(root, 'src'), { recursive: true, preserveTimestamps: true });
    const moved = await story.settled(48);
    assert.is(moved.except.size, 48);
    isTrue(story, moved);
    await story.settled();
    fs.writeFileSync(join(root, 'old/d0/e0/f0'), 'nobody reads it\n');
    assert.is((await story.settled()).except.size, 0, 'what became of the old one does not count');
    fs.renameSync(join(root, '.sbx'), join(root, 'sbx'));
    fs.cpSync(join(root, 'sbx'), join(root, '.sbx'), { recursive: true });
    assert.is((await story.ask({}, 'none')) ?? 'unknown', 'unknown');
    await story.settled();
  }));

test.run();
