import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { withProject } from '../rig/project.ts';

/** A block of a page: what stands behind its fence, and its text. */
type Block = readonly [kind: string, text: string];

const DOCS = join(REPOSITORY, 'docs');

/** Pages whose examples are run: those that hold a file (`yaml NAME` behind the fence). Commands stand in `console` blocks, each with what it prints. */
const pages = readdirSync(DOCS)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, blocks: blocksOf(readFileSync(join(DOCS, name), 'utf8')) }))
  .filter(({ blocks }) => blocks.some(([kind]) => /^yaml \S/.test(kind)));

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', block = '']): Block => [kind, block]);
}

for (const { name, blocks } of pages) {
  test(`the examples of ${name} do what the page says`, () => {
    const files = blocks.flatMap(([kind, text]) => (kind.startsWith('yaml ') ? [[kind.slice('yaml '.length), text] as const] : []));
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
  assert.ok(pages.length > 0);
});

/** Without what differs from run to run: times and names of runs. */
function steady(text: string): string {
  return text.replace(/\b\d+(?:\.\d+)?m?s\b/g, '1s').replace(/\d{8}T\d{6}-[0-9a-f]{6}/g, 'RUN');
}

test.run();
