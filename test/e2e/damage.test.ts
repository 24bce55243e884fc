import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test('a flipped bit anywhere in the store is found, said and rebuilt', async () => {
  const more =
    '  local: { run: "cat src/a > made.txt; echo log", inputs: ["src/**"], outputs: [made.txt] }\n  both: { run: "true", needs: [local, fetch-artifacts] }\n';
  await withFarProject({ more }, async (story) => {
    await runTo(story, 'both');
    const good = new Map(stored(story.project.home).map((file) => [file, readFileSync(file)] as const));
    assert.ok(good.size >= 4, 'blobs and records');
    let said = 0;
    for (const [file, bytes] of good) {
      for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        chmodSync(file, 0o644);
        writeFileSync(file, bad);
        rmSync(join(story.project.root, 'made.txt'), { force: true });
        rmSync(join(story.project.root, 'out'), { recursive: true, force: true });
        const ended = await story.sbx(['run', '--json', 'both']);
        assert.is(ended.code, 0, `${file} at ${at}: ${ended.stdout}${ended.stderr}`);
        assert.is(story.project.read('made.txt'), 'one\n', file);
        assert.is(story.project.read('out/app'), 'one\ntwo\n', file);
        const outcomes = outcomesOf(eventsOf(ended));
        const executed = outcomes.local === 'succeeded' || outcomes['fetch-artifacts'] === 'succeeded';
        if (executed) {
          said += 1;
          assert.match(ended.stdout, /damaged|quarantine/i, `${file} at ${at}: nothing was said`);
        }
      }
    }
    assert.ok(said >= 3 * 3, `found and said ${said} times`);
    const verified = await story.sbx(['cache', 'verify']);
    assert.is(verified.code, 0, verified.stdout + verified.stderr);
  });
});

test.run();
