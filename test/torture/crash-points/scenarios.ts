import { chmodSync, cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from '../../rig/project.ts';
import { FAR } from './far-scenarios.ts';
import { built, EDIT, GOAL, MINE, must, type Scenario } from './scenario.ts';
import { age, SOURCES, type World, writeProject } from './world.ts';

const NOTES = 'a note among the products\n';

const local = (name: string, prepare: Scenario['prepare'], more: Partial<Scenario> = {}): Scenario => ({
  name,
  kind: 'local',
  prepare,
  attack: ['run', GOAL.local],
  ...more,
});
/** What was made by hand among the outputs. */
const byHand = ({ project }: World): void => {
  project.write('out/gen/a.txt', MINE);
  project.write('out/gen/own.txt', NOTES);
};

export const SCENARIOS: readonly Scenario[] = [
  local('first run', async (world) => writeProject(world.project, 'local', world.base)),
  local('run after an edit', async (world) => {
    await built(world);
    world.project.write('src/a', EDIT);
  }),
  local(
    'run after an edit that is undone then',
    async (world) => {
      await built(world);
      world.project.write('src/a', EDIT);
    },
    { next: [{ args: ['run', GOAL.local], code: 0, change: (project) => project.write('src/a', SOURCES['src/a']) }] },
  ),
  local('run that finds nothing to do', (world) => built(world)),
  local('restore of deleted outputs', async (world) => {
    await built(world);
    for (const gone of ['out', 'dist']) world.project.remove(gone);
  }),
  local('restore of a former state', async (world) => {
    await built(world);
    world.project.write('src/a', EDIT);
    await must(world.project, ['run', GOAL.local]);
    world.project.write('src/a', SOURCES['src/a']);
  }),
  local(
    'restore over files made by hand',
    async (world) => {
      await built(world);
      byHand(world);
    },
    { kept: [MINE, NOTES] },
  ),
  local(
    'build over files made by hand',
    async (world) => {
      await built(world);
      byHand(world);
      world.project.write('src/a', EDIT);
    },
    { kept: [NOTES] },
  ),
  local(
    'run that fails',
    async (world) => {
      await built(world);
      world.project.write('src/a', 'fail\n');
    },
    {
      next: [
        {
          args: ['run', GOAL.local],
          code: 1,
          wrong: (project) => (isThere(project, 'dist/all.txt') ? 'half an output was left' : undefined),
        },
        { args: ['run', GOAL.local], code: 0, change: (project) => project.write('src/a', EDIT) },
      ],
    },
  ),
  local(
    'run of another checkout with the same store',
    async (world) => {
      await built(world);
      writeProject(world.other, 'local', world.base);
    },
    { inOther: true },
  ),
  local(
    'collection',
    async (world) => {
      await built(world);
      world.project.write('src/a', EDIT);
      await must(world.project, ['run', GOAL.local]);
      age(join(world.base, 'home/.cache/sbx'));
      writeFileSync(join(world.base, 'home/.cache/sbx/tmp/left'), 'half');
      utimesSync(join(world.base, 'home/.cache/sbx/tmp/left'), 1, 1);
      world.project.remove('out');
    },
    { attack: ['cache', 'gc', '--max-size', '60KiB'] },
  ),
  local(
    'verification of a damaged store',
    async (world) => {
      await built(world);
      for (const file of storedIn(world)) {
        chmodSync(file, 0o600);
        writeFileSync(
          file,
          readFileSync(file).map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
        );
      }
      for (const gone of ['out', 'dist']) world.project.remove(gone);
    },
    { attack: ['cache', 'verify'] },
  ),
  local(
    'cleaning',
    async (world) => {
      await built(world);
      byHand(world);
    },
    { attack: ['clean'], kept: [MINE, NOTES] },
  ),
  local('run with much to compact and to prune', async (world) => {
    await built(world);
    const steps = join(world.project.root, '.sbx/steps');
    writeFileSync(steps, readFileSync(steps, 'utf8').repeat(60));
    const runs = join(world.project.root, '.sbx/runs');
    const [one] = readdirSync(runs);
    for (let n = 10; n < 32; n++) cpSync(join(runs, one ?? ''), join(runs, `20200101T0000${n}-abcdef`), { recursive: true });
    for (const bin of ['trash', 'replaced']) {
      for (let n = 0; n < 7; n++) world.project.write(`.sbx/${bin}/2020010${n}T000000-abcdef/out/x`, 'old');
    }
    utimesSync(join(world.project.root, '.sbx/tended'), 1, 1);
    age(join(world.base, 'home/.cache/sbx'));
    world.project.write('src/a', EDIT);
  }),
  ...FAR,
];

/** The key of a host is accepted; the attack needs a server, and is completed by whoever has one. */
export const TRUSTING: Scenario = local('trust', async (world) => writeProject(world.project, 'local', world.base), { attack: ['trust'] });

function isThere(project: TestProject, path: string): boolean {
  try {
    project.read(path);
    return true;
  } catch {
    return false;
  }
}

/** Every blob and record. */
function storedIn({ base }: Pick<World, 'base'>): readonly string[] {
  const folder = join(base, 'home/.cache/sbx');
  return ['cas', 'ac'].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    ),
  );
}
