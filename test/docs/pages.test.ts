import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { withProject } from '../rig/project.ts';

/** A block of a page: what stands behind its fence, and its text. */
type Block = readonly [kind: string, text: string];

const DOCS = join(REPOSITORY, 'docs');

/** Pages whose examples are run: those that hold a Sandboxfile (`LANGUAGE NAME` behind a fence is a file). Commands stand in `console` blocks, each with what it prints. */
const pages = ['', 'coming-from/']
  .flatMap((folder) => readdirSync(join(DOCS, folder)).map((name) => `${folder}${name}`))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, blocks: blocksOf(readFileSync(join(DOCS, name), 'utf8')) }))
  .filter(({ blocks }) => blocks.some(([kind]) => kind === 'yaml Sandboxfile.yaml'));

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', block = '']): Block => [kind, block]);
}

for (const { name, blocks } of pages) {
  test(`the examples of ${name} do what the page says`, () => {
    const files = blocks.flatMap(([kind, text]) => (kind.includes(' ') ? [[kind.slice(kind.indexOf(' ') + 1), text] as const] : []));
    return withProject(Object.fromEntries(files), async ({ sbx }) => {
      const told = blocks.filter(([kind]) => kind === 'console').map(([, text]) => text);
      for (const [, line = '', output = ''] of told.flatMap((text) => [...text.matchAll(/^\$ sbx (.*)\n((?:(?!\$ ).*\n)*)/gm)])) {
        const ended = await sbx(line.split(' '));
        assert.is(steady(ended.stdout + ended.stderr), steady(output), `sbx ${line}`);
      }
    });
  });
}

test('there are pages with examples', () => {
  assert.ok(pages.some(({ name }) => name === 'reading-and-showing.md'));
});

test('docs/coming-from for make, go-task, Turborepo, Vagrant: there, with examples, named where one begins, and true of the command line', () => {
  const reference = readFileSync(join(DOCS, 'reference/command-line.md'), 'utf8');
  const rows = [...reference.matchAll(/^\| `(-[^`]+)` \| `SBX_/gm)];
  const flags = new Set(rows.flatMap(([, row = '']) => row.match(/(?<=^| )--?[a-z-]+/gi) ?? []));
  const beginnings = [join(REPOSITORY, 'README.md'), join(DOCS, 'guide.md')].map((path) => readFileSync(path, 'utf8'));
  for (const name of ['coming-from/make.md', 'coming-from/go-task.md', 'coming-from/turborepo.md', 'coming-from/vagrant.md']) {
    // That of make is run by test/cli/import/page.test.ts, after `sbx import` wrote it.
    assert.ok(name === 'coming-from/make.md' || pages.some((page) => page.name === name), `${name} has an example`);
    for (const text of beginnings) assert.match(text, new RegExp(`\\]\\((docs/)?${name}\\)`), name);
    for (const [, words = ''] of readFileSync(join(DOCS, name), 'utf8').matchAll(/`sbx ([^`\n]+)`/g)) {
      const [command = '', ...rest] = words.replace(/ -- .*/, '').split(' ');
      assert.ok(reference.includes(`\n## sbx ${command}\n`), `${name}: sbx ${command}`);
      for (const flag of rest.filter((word) => word.startsWith('-')))
        assert.ok(flags.has(flag.replace(/=.*/, '')), `${name}: sbx ${words}`);
    }
  }
});

/** Without what differs from run to run: times and names of runs. */
function steady(text: string): string {
  return text.replace(/\b\d+(?:\.\d+)?m?s\b/g, '1s').replace(/\d{8}T\d{6}-[0-9a-f]{6}/g, 'RUN');
}

test.run();
