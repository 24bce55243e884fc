import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built, EDIT, GOAL, MINE, must, type Scenario } from './scenario.ts';
import { SOURCES, type World, writeProject } from './world.ts';

const THEIRS = 'of somebody else\n';

const far = (name: string, prepare: Scenario['prepare'], more: Partial<Scenario> = {}): Scenario => ({
  name,
  kind: 'far',
  prepare,
  attack: ['run', GOAL.far],
  ...more,
});

const workspaceOf = ({ project }: World): string => join(project.root, '.sbx/embedded/box/work');

/** With a far side. */
export const FAR: readonly Scenario[] = [
  far('first run over SSH', async (world) => writeProject(world.project, 'far', world.base)),
  far('run over SSH after an edit', async (world) => {
    await built(world, 'far');
    world.project.write('src/a', EDIT);
  }),
  far(
    'run over SSH after an edit that is undone then',
    async (world) => {
      await built(world, 'far');
      world.project.write('src/a', EDIT);
    },
    { next: [{ args: ['run', GOAL.far], code: 0, change: (project) => project.write('src/a', SOURCES['src/a']) }] },
  ),
  far('fetched files brought back from the store', async (world) => {
    await built(world, 'far');
    world.project.remove('got');
  }),
  far(
    'fetch over files made by hand',
    async (world) => {
      await built(world, 'far');
      world.project.write('got/out/app', MINE);
      world.project.write('src/a', EDIT);
    },
    { kept: [MINE] },
  ),
  far(
    'run over SSH where somebody else has put something',
    async (world) => {
      await built(world, 'far');
      mkdirSync(join(workspaceOf(world), 'src/c'));
      writeFileSync(join(workspaceOf(world), 'src/c/theirs'), THEIRS);
      world.project.write('src/c', 'gamma\n');
    },
    { kept: [THEIRS] },
  ),
  far('run over SSH with products of the future', async (world) => {
    await built(world, 'far');
    const later = new Date(Date.now() + 3_600_000);
    for (const name of ['app', 'big']) utimesSync(join(workspaceOf(world), 'out', name), later, later);
    world.project.write('src/a', EDIT);
  }),
  far('teardown', (world) => built(world, 'far'), {
    attack: ['run', 'down'],
    next: [{ args: ['run', 'down'], code: 0 }],
    ends: 'torn down',
  }),
  far('run after a teardown', async (world) => {
    await built(world, 'far');
    await must(world.project, ['run', 'down']);
    world.project.write('src/b', 'beta, edited\n');
  }),
];
