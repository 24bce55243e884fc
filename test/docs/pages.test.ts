import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { PAGES, type Page, steady } from './page.ts';
import { typed } from './session.ts';

/** What the issues promise, by the name of its page. */
const TOPICS = [
  ...['matrix', 'pools', 'services', 'include', 'recipes-and-profiles', 'compose', 'commands-as-inputs', 'outputs', 'variables', 'secrets'],
  ...[
    'steps-for-people',
    'words-of-your-own',
    'why',
    'lost-links',
    'reading-and-showing',
    'watching',
    'audit',
    'ci',
    'editor',
    'completion',
    'extensions',
    'doctor',
    'ssh',
    'bridge',
    'resident-agent',
    'fetch',
    'hosts',
    'hub',
    'sandboxes',
    'provided-places',
    'syncing',
    'machine-steps',
    'packer',
    'machines',
    'tunnels',
  ],
];

/** What the examples of a page need beside what every test does. */
const NEED: readonly (readonly [page: string, program: string])[] = [
  ['guide/audit.md', 'strace'],
  ['runbooks/vm-packer-build.md', 'packer'],
];

for (const page of PAGES.filter(({ commands }) => commands.length > 0)) {
  const [, program] = NEED.find(([name]) => page.path.endsWith(name)) ?? [];
  const register = program === undefined ? test : needing(program);
  register(`the examples of ${page.path} do what the page says`, async () => {
    const said = new Map(page.commands.map(([command, printed]) => [command, steady(printed)]));
    const session = await typed(page, (command, printed) => steady(printed).length >= (said.get(command)?.length ?? 0));
    for (const [index, [command, printed]] of session.entries())
      assert.is(steady(printed), steady(page.commands[index]?.[1] ?? ''), command);
  });
}

test('Docs: one page a topic with an example that is run by the tests, named in the guide', () => {
  for (const topic of TOPICS) {
    const page = PAGES.find(({ path }) => path === `docs/guide/${topic}.md`);
    assert.ok(page !== undefined && page.commands.length > 0, topic);
    assert.ok(
      linksOf(pageAt('docs/guide.md')).some(([path]) => path === page.path),
      topic,
    );
  }
  assert.equal(
    PAGES.filter(({ path }) => path.startsWith('docs/guide/')).map(({ path }) => path),
    TOPICS.map((topic) => `docs/guide/${topic}.md`).sort(),
  );
});

test('links between pages lead somewhere', () => {
  for (const page of PAGES) {
    for (const [path, anchor] of linksOf(page)) {
      assert.ok(existsSync(join(REPOSITORY, path)), `${page.path}: ${path}`);
      if (anchor === undefined) continue;
      const titles = [...readFileSync(join(REPOSITORY, path), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
      assert.ok(titles.map(anchorOf).includes(anchor), `${page.path}: ${path}#${anchor}`);
    }
  }
});

test('docs/coming-from for make, go-task, Turborepo, Vagrant: there, with examples, named where one begins, and true of the command line', () => {
  for (const name of ['make', 'go-task', 'turborepo', 'vagrant', 'build-machines']) {
    const page = pageAt(`docs/coming-from/${name}.md`);
    // That of make is run by test/cli/import/page.test.ts, after `sbx import` wrote it.
    assert.ok(name === 'make' || page.commands.length > 0, `${name} has an example`);
    for (const first of ['README.md', 'docs/guide.md'])
      assert.ok(
        linksOf(pageAt(first)).some(([path]) => path === page.path),
        `${first}: ${name}`,
      );
    isTrueOfTheCommandLine(page);
  }
});

test('Docs: migration guide, runbooks for both profiles, deployment guide, troubleshooting, what was not verified: there, and true of the command line', () => {
  const names = ['deployment', 'troubleshooting', 'runbooks/vm-haskell-build', 'runbooks/vm-packer-build', 'unverified'];
  for (const path of names.map((name) => `docs/${name}.md`)) {
    assert.ok(
      linksOf(pageAt('docs/guide.md')).some(([to]) => to === path),
      path,
    );
    isTrueOfTheCommandLine(pageAt(path));
  }
  for (const profile of ['vm-haskell-build', 'vm-packer-build'])
    for (const title of ['What it is for', 'Before you begin', 'Do', 'Check', 'When it goes wrong', 'Undo', 'Who is told'])
      assert.ok(pageAt(`docs/runbooks/${profile}.md`).text.includes(`\n## ${title}\n`), `${profile}: ${title}`);
});

/** Commands and flags that a page writes are those that there are. */
function isTrueOfTheCommandLine({ path, text }: Page): void {
  const reference = readFileSync(join(REPOSITORY, 'docs/reference/command-line.md'), 'utf8');
  const rows = [...reference.matchAll(/^\| `(-[^`]+)` \| `SBX_/gm)];
  const flags = new Set(rows.flatMap(([, row = '']) => row.match(/(?<=^| )--?[a-z-]+/gi) ?? []));
  const inText = [...text.matchAll(/`sbx ([^`\n]+)`/g)].map(([, words = '']) => words);
  const inBlocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    [...block.matchAll(/(?:^|; )sbx ([^;#|\n]+)/gm)].map(([, words = '']) => words.trim()),
  );
  for (const words of [...inText, ...inBlocks]) {
    const [command = '', ...rest] = words.replace(/ -- .*/, '').split(' ');
    assert.ok(reference.includes(`\n## sbx ${command}\n`), `${path}: sbx ${words}`);
    for (const flag of rest.filter((word) => word.startsWith('-'))) assert.ok(flags.has(flag.replace(/=.*/, '')), `${path}: sbx ${words}`);
  }
}

function pageAt(path: string): Page {
  const page = PAGES.find((other) => other.path === path);
  assert.ok(page !== undefined, path);
  return page;
}

/** The links of a page within the repository: paths from its root, and anchors. */
function linksOf({ path: from, text }: Page): readonly (readonly [path: string, anchor: string | undefined])[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, to = '', anchor]) => [
    to === '' ? from : join(dirname(from), to),
    anchor,
  ]);
}

/** As GitHub makes it of a title. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

test.run();
