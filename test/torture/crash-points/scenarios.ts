import { chmodSync, cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from '../../rig/project.ts';
import { age, SOURCES, type World, writeProject } from './world.ts';

/** An invocation that is going to die, what was there before, and what must be so after. */
export interface Scenario {
  readonly name: string;
  readonly kind: 'local' | 'far';
  readonly prepare: (world: World) => Promise<void>;
  readonly attack: readonly string[];
  /** In the other checkout. */
  readonly inOther?: true;
  /** Texts of files that are somebody's own work: they are in the project or in its trash whatever happens. */
  readonly kept?: readonly string[];
  /** What is done after the crash, if it is not simply the run again; each with the exit code that it must have. */
  readonly next?: readonly Next[];
  /** Sources after `next`, where they are not those that lie there. */
  readonly ends?: 'built' | 'torn down';
}

export interface Next {
  readonly args: readonly string[];
  readonly code: number;
  /** Before it. */
  readonly change?: (project: TestProject) => void;
  /** What is wrong after it. */
  readonly wrong?: (project: TestProject) => string | undefined;
}

export const GOAL = { local: 'check', far: 'fetch' } as const;
const EDIT = 'alpha, edited\n';
const MINE = 'written by hand\n';
const NOTES = 'a note among the products\n';

const built = async (world: World, kind: 'local' | 'far' = 'local', project = world.project): Promise<void> => {
  writeProject(project, kind, world.base);
  await must(project, ['run', GOAL[kind]]);
};

export async function must(project: TestProject, args: readonly string[]): Promise<void> {
  const ended = await project.sbx(args);
  if (ended.code !== 0) throw new Error(`sbx ${args.join(' ')} gave ${ended.code}: ${ended.stdout}${ended.stderr}`);
}

const local = (name: string, prepare: Scenario['prepare'], more: Partial<Scenario> = {}): Scenario => ({
  name,
  kind: 'local',
  prepare,
  attack: ['run', GOAL.local],
  ...more,
});
const far = (name: string, prepare: Scenario['prepare'], more: Partial<Scenario> = {}): Scenario => ({
  name,
  kind: 'far',
  prepare,
  attack: ['run', GOAL.far],
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
export function storedIn({ base }: Pick<World, 'base'>): readonly string[] {
  const folder = join(base, 'home/.cache/sbx');
  return ['cas', 'ac'].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    ),
  );
}
