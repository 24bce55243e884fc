import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runTo, withFarProject } from './far-project.ts';

// biome-ignore format: a list of names
const NAMES = [
  ' lead', 'a b', 'trail ', 'new\nline', '\n', '-rf', '--help', '--x/-/-', '-', '~', '#hash', '!bang', 'a:b', '{}', '=', '%s%n',
  'ünïcödé', 'nfd-e\u0301', '🧪', "quo't\"e", 'back\\slash', '$HOME', '`id`', '$(id)', '*', '?', '[a]', ';ls', '|', '&&', 'tab\tx',
  '\u0001ctl', 'esc\u001b[31m', 'a\rb', '\u202ertl', '.hidden', 'x'.repeat(255), `${'deep/'.repeat(30)}f`, 'd ir/-n x/\nq',
] as const;

/** Content, exec bit and link target of everything below a folder. */
function seen(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const full = join(entry.parentPath, entry.name);
    const executable = (lstatSync(full).mode & 0o100) !== 0 ? 'x' : 'f';
    found[full.slice(root.length + 1)] = entry.isSymbolicLink()
      ? `-> ${readlinkSync(full)}`
      : `${executable} ${readFileSync(full, 'utf8')}`;
  }
  return found;
}

test('files of any name, links, exec bits and what is gone: the workspace is as the sources are, over a real sshd', async () => {
  // What comes back is held to stricter rules: names with control characters are not taken, and it is said how to leave them out.
  await withFarProject({ run: 'rm -rf out && cp -a src out' }, async (story) => {
    const { project } = story;
    const same = async (): Promise<void> => {
      assert.is((await runTo(story, 'build')).build, 'succeeded');
      assert.equal(seen(join(story.workspace, 'src')), seen(join(project.root, 'src')));
      assert.equal(seen(join(story.workspace, 'out')), seen(join(project.root, 'src')), 'what the build saw');
    };
    const at = (path: string): string => join(project.root, 'src', path);
    for (const name of NAMES) project.write(`src/${name}`, `of ${name}`);
    symlinkSync('a b', at('link to'));
    symlinkSync('../-rf', at('deep/-l'));
    symlinkSync('d ir', at('link to a folder'));
    await same();

    chmodSync(at('-rf'), 0o755);
    for (const gone of ['--help', 'new\nline', 'deep', 'link to', 'a b', 'link to a folder', '\n']) rmSync(at(gone), { recursive: true });
    symlinkSync('-rf', at('link to'));
    project.write('src/a b/in', 'a folder where a file was');
    project.write('src/link to a folder/in', 'a folder where a link was');
    project.write('src/\n', '');
    await same();

    chmodSync(at('-rf'), 0o644);
    for (const gone of ['a b', 'link to', 'link to a folder']) rmSync(at(gone), { recursive: true });
    project.write('src/a b', 'a file where a folder was');
    project.write('src/link to', 'a file where a link was', 0o755);
    symlinkSync('a b', at('link to a folder'));
    await same();

    const refused = await story.sbx(['run', 'fetch-artifacts']);
    assert.is(refused.code, 1);
    assert.match(refused.stdout + refused.stderr, /holds a control character/);
    assert.match(refused.stdout + refused.stderr, /leave it out with `exclude`/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none must reach the terminal
    assert.not.match(refused.stdout + refused.stderr, /[\u0001\u001b\r\u202e]/);
  });
});

test.run();
