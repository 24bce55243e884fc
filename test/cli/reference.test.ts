import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLAGS, variableOf } from '../../lib/cli/flags.ts';
import { generatedFiles } from '../../lib/cli/reference/generated.ts';
import { STEP_VARIABLES, VARIABLES } from '../../lib/cli/variables.ts';
import { TASKS } from '../../tasks/index.ts';
import { REPOSITORY } from '../rig/cli.ts';

const SOURCES = ['lib', 'tasks'].flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(REPOSITORY, folder, name), 'utf8')),
);

test('every variable that the code asks for by name has its row, and every row is asked for', () => {
  const launcher = readFileSync(join(REPOSITORY, '.ci/launcher.cjs'), 'utf8');
  const profiles = readdirSync(join(REPOSITORY, 'profiles')).map((name) => readFileSync(join(REPOSITORY, 'profiles', name), 'utf8'));
  const ofProfiles = profiles.flatMap((text) => [...text.matchAll(/\benv\.([A-Z_]+)/g)].map(([, name = '']) => name));
  const named = SOURCES.flatMap((text) => [
    ...[...text.matchAll(/nvironment\.get\('([A-Z_]+)'\)/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/\bbase\('([A-Z_]+)'/g)].map(([, name = '']) => name),
  ]);
  const asked = new Set([
    ...named,
    ...ofProfiles,
    ...[...launcher.matchAll(/env\.(SBX_[A-Z_]+)/g)].map(([, name = '']) => name),
    'SBX_PARAM_NAME',
  ]);
  assert.equal([...asked].sort(), VARIABLES.map(([name]) => name).sort());
});

test('every SBX_ variable in the code is of a flag or has a row', () => {
  const known = new Set<string>([...VARIABLES, ...STEP_VARIABLES].map(([name]) => name));
  for (const flag of FLAGS) known.add(variableOf(flag));
  // Of the base of local steps, which the reference names beside it; the far side's own; and examples in comments.
  const inner = [
    'SBX_RECIPES',
    'SBX_TREE',
    'SBX_LINK',
    'SBX_LOST',
    'SBX_ASK_MARK',
    'SBX_EMBEDDED',
    'SBX_PARAM_',
    'SBX_PARAM_GHC_VERSION',
    'SBX_',
  ];
  const used = new Set(SOURCES.flatMap((text) => text.match(/\bSBX_[A-Z_]*/g) ?? []));
  assert.equal(
    [...used].filter((name) => !known.has(name) && !inner.includes(name)),
    [],
  );
});

test('what is said to stand below stands below', () => {
  const page = generatedFiles(TASKS).get('docs/reference/sandboxfile.md') ?? '';
  const told = [...page.matchAll(/^\| `(\w+)` \|[^|]*see below/gm)].map(([, key = '']) => key);
  assert.ok(told.includes('ready') && told.includes('steps'), told.join());
  for (const key of told) assert.match(page, new RegExp(`^Keys of (an entry of )?\`${key}\``, 'm'));
});

test('links between pages of the reference lead somewhere', () => {
  const files = generatedFiles(TASKS);
  let links = 0;
  for (const [path, text] of files) {
    if (!path.endsWith('.md')) continue;
    for (const [, page, anchor] of text.matchAll(/\]\(([\w-]+\.md)?(#[\w-]+)?\)/g)) {
      links += 1;
      const target = page === undefined ? text : files.get(`docs/reference/${page}`);
      assert.type(target, 'string', `${path}: ${page}`);
      if (anchor === undefined) continue;
      const anchors = [...(target ?? '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => `#${title.toLowerCase().replaceAll(' ', '-')}`);
      assert.ok(anchors.includes(anchor), `${path}: ${page ?? ''}${anchor}`);
    }
  }
  assert.ok(links > files.size);
});

test.run();
