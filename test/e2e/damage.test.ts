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

test('A flipped bit anywhere in the store is found, said and rebuilt.', async () => {
  const more =
    '  local: { run: "cat src/a > made.txt; echo log", inputs: ["src/**"], outputs: [made.txt] }\n  both: { run: "true", needs: [local, fetch-artifacts] }\n';
  await withFarProject({ more }, async (story) => {
    await runTo(story, 'both');
    // Every case begins with what these runs left.
    const pristine = join(story.folder, 'pristine');
    cpSync(join(story.project.home, '.cache/sbx'), pristine, { recursive: true });
    const good = new Map(stored(story.project.home).map((file) => [file, readFileSync(file)] as const));
    assert.ok(good.size >= 4, 'blobs and records');
    let rebuilt = 0;
    for (const [file, bytes] of good) {
      for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
        rmSync(join(story.project.home, '.cache/sbx'), { recursive: true });
        cpSync(pristine, join(story.project.home, '.cache/sbx'), { recursive: true });
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        chmodSync(file, 0o644);
        writeFileSync(file, bad);
        // Nothing is left but the store: what it says must be read.
        for (const gone of ['made.txt', 'out', '.sbx/steps']) rmSync(join(story.project.root, gone), { recursive: true, force: true });
        const ended = await story.sbx(['run', '--json', 'both']);
        assert.is(ended.code, 0, `${file} at ${at}: ${ended.stdout}${ended.stderr}`);
        assert.is(story.project.read('made.txt'), 'one\n', file);
        assert.is(story.project.read('out/app'), 'one\ntwo\n', file);
        const outcomes = outcomesOf(eventsOf(ended));
        const said = /damaged/.test(ended.stdout);
        if (outcomes.local === 'succeeded' || outcomes['fetch-artifacts'] === 'succeeded') {
          rebuilt += 1;
          assert.ok(said, `${file} at ${at}: rebuilt and nothing was said: ${ended.stdout}`);
        }
        // What no step needed, a log say, is found by who looks for it.
        const verified = await story.sbx(['cache', 'verify']);
        assert.is(verified.code, said ? 0 : 1, `${file} at ${at}: ${verified.stdout}${verified.stderr}`);
        if (!said) assert.match(verified.stdout, /damaged and moved to quarantine/);
      }
    }
    assert.ok(rebuilt >= 4 * 3, `rebuilt ${rebuilt} times`);
  });
});

test.run();
