import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventsOf, outcomesOf, runTo, withFarProject } from './far-project.ts';

/** Every regular file of the store. */
function stored(home: string): string[] {
  const folder = join(home, '.cache/sbx');
  return ['cas', 'ac']
    .flatMap((part) =>
      readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .sort();
}

/** Where a bit is flipped: both ends and the middle; in a record often enough to meet each part of it (its digest, its text, what a step printed), and in the small output. */
function positions(bytes: Buffer, record: boolean): readonly number[] {
  const small = record ? bytes.indexOf('one\n') : -1;
  const parts = record ? [0, 0.2, 0.4, 0.6, 0.8] : [0, 0.5];
  return [...parts.map((part) => Math.floor(part * bytes.length)), bytes.length - 1, ...(small < 0 ? [] : [small])];
}

const BIG = 'seq -w 20000 >big.txt';

test('A flipped bit anywhere in the store is found, said and rebuilt.', async () => {
  // Small outputs and what a step printed lie in the record of the step, large ones and what was fetched in files of their own.
  const more = `  local: { run: "cat src/a >made.txt; ${BIG}; seq 3000", inputs: ["src/**"], outputs: [made.txt, big.txt] }
  both: { run: "true", needs: [local, fetch-artifacts] }
`;
  await withFarProject({ more }, async (story) => {
    await runTo(story, 'both');
    // Every case begins with what these runs left.
    const store = join(story.project.home, '.cache/sbx');
    const pristine = join(story.folder, 'pristine');
    cpSync(store, pristine, { recursive: true });
    const big = story.project.read('big.txt');
    const good = new Map(stored(story.project.home).map((file) => [file, readFileSync(file)] as const));
    const of = (part: string): readonly Buffer[] =>
      [...good].filter(([file]) => file.startsWith(join(store, part))).map(([, bytes]) => bytes);
    assert.is(of('ac').length, 2, 'a record for each of the two steps');
    assert.ok(
      of('ac').some((bytes) => bytes.includes('\n2999\n')),
      'small blobs in a record',
    );
    assert.equal(
      of('cas')
        .map((bytes) => bytes.toString())
        .sort(),
      [big, 'one\ntwo\n'].sort(),
      'blobs of their own',
    );
    /** Nothing is left but the store: what it says must be read. All is as it should be afterwards. */
    const again = async (name: string): Promise<{ readonly stdout: string; readonly outcomes: readonly (string | undefined)[] }> => {
      for (const gone of ['made.txt', 'big.txt', 'out', '.sbx/steps'])
        rmSync(join(story.project.root, gone), { recursive: true, force: true });
      const ended = await story.sbx(['run', '--json', 'both']);
      assert.is(ended.code, 0, `${name}: ${ended.stdout}${ended.stderr}`);
      assert.is(story.project.read('made.txt'), 'one\n', name);
      assert.ok(story.project.read('big.txt') === big, name);
      assert.is(story.project.read('out/app'), 'one\ntwo\n', name);
      const outcomes = outcomesOf(eventsOf(ended));
      return { stdout: ended.stdout, outcomes: [outcomes.local, outcomes['fetch-artifacts']].sort() };
    };
    for (const [file, bytes] of good) {
      for (const at of positions(bytes, file.startsWith(join(store, 'ac')))) {
        const name = `${file} at ${at} of ${bytes.length}`;
        rmSync(store, { recursive: true });
        cpSync(pristine, store, { recursive: true });
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        chmodSync(file, 0o644);
        writeFileSync(file, bad);
        const first = await again(name);
        const said = /damaged/.test(first.stdout);
        if (said) assert.equal(first.outcomes, ['restored', 'succeeded'], `${name}: one of them was made again`);
        else assert.equal(first.outcomes, ['restored', 'restored'], `${name}: made again, and nothing was said`);
        // What a step printed is not read to restore it: that is found by who looks for it.
        const verified = await story.sbx(['cache', 'verify']);
        assert.is(verified.code, said ? 0 : 1, `${name}: ${verified.stdout}${verified.stderr}`);
        if (said) continue;
        assert.match(verified.stdout, /damaged and moved to quarantine/);
        assert.equal((await again(name)).outcomes, ['restored', 'succeeded'], name);
      }
    }
  });
});

test.run();
