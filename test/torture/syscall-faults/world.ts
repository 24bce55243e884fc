import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { unknownWorkspace } from '../crash-points/owned.ts';
import { type Ran, toldBy } from '../damage/station.ts';
import { removeAll, removeOutputs, SANDBOXFILE, writeSources, wrongOutput } from '../damage/story.ts';
import { FAR_SANDBOXFILE, writeFarSources, wrongFetched, wrongRemains } from './far-story.ts';

// Projects in the state from which a run with a fault begins, and what must be true after it.

export interface Situation {
  readonly name: string;
  /** Whether versions A and B were built before. */
  readonly built: boolean;
  /** What the user did since. */
  readonly prepare: (project: TestProject) => void;
  /** The version whose outputs the run must leave. */
  readonly version: string;
  /** It has a far side. */
  readonly far?: true;
  /** What is run; by default what the project says. */
  readonly goal?: string;
  /** What is wrong with what a run left that ended well. */
  readonly wrong: (project: TestProject, version: string) => string | undefined;
}

const here = (name: string, built: boolean, version: string, prepare: Situation['prepare'] = () => {}): Situation => ({
  name,
  built,
  prepare,
  version,
  wrong: wrongOutput,
});
const far = (name: string, built: boolean, version: string, prepare: Situation['prepare'], more: Partial<Situation> = {}): Situation => ({
  name,
  built,
  prepare,
  version,
  far: true,
  wrong: wrongFetched,
  ...more,
});

export const SITUATIONS: readonly Situation[] = [
  here('first build', false, 'B'),
  here('rebuild', true, 'C', (project) => writeSources(project, 'C')),
  here('restore', true, 'B', removeOutputs),
  here('back to older sources', true, 'A', (project) => writeSources(project, 'A')),
  here('edited outputs', true, 'B', (project) => project.write('tree/big.txt', 'mine\n')),
  here('nothing changed', true, 'B'),
];

/** Sync, fetch, receipts, and the journal of what was made over there. */
export const FAR_SITUATIONS: readonly Situation[] = [
  far('first sync, build and fetch', false, 'B', () => {}),
  far('sync, build and fetch of an edit', true, 'C', (project) => writeFarSources(project, 'C')),
  far('fetched files gone', true, 'B', (project) => project.remove('got')),
  far('fetched files and store gone', true, 'B', (project) => {
    project.remove('got');
    project.remove('../home/.cache');
  }),
  far('teardown', true, 'B', () => {}, { goal: 'down', wrong: wrongRemains }),
];

/** Seconds after which a run hangs: far above what one takes on a busy computer, traced. */
export const PATIENCE = 200;

export interface World {
  /** A copy that is the trial's own, in `folder`; for `use` alone. */
  with<T>(situation: Situation, use: (project: TestProject, folder: string) => Promise<T>): Promise<T>;
}

export async function makeWorld(folder: string): Promise<World> {
  const fresh = projectIn(join(folder, 'fresh/project'), join(folder, 'fresh/home'));
  fresh.write('Sandboxfile.yaml', SANDBOXFILE);
  fresh.write('flag', 'good\n');
  writeSources(fresh, 'B');
  cpSync(join(folder, 'fresh'), join(folder, 'built'), { recursive: true });
  const built = projectIn(join(folder, 'built/project'), join(folder, 'built/home'));
  for (const version of ['A', 'B', 'B']) {
    writeSources(built, version);
    const ran = await run(built);
    if (ran.code !== 0 || wrongOutput(built, version) !== undefined) throw new Error(ran.stdout + ran.stderr);
  }
  const remote = projectIn(join(folder, 'far/project'), join(folder, 'far/home'));
  remote.write('Sandboxfile.yaml', FAR_SANDBOXFILE);
  writeFarSources(remote, 'B');
  let made = 0;
  return {
    async with(situation, use) {
      made += 1;
      const own = join(folder, `trial-${made}`);
      try {
        const from = situation.far ? 'far' : situation.built ? 'built' : 'fresh';
        cpSync(join(folder, from), own, { recursive: true, verbatimSymlinks: true });
        mkdirSync(join(own, 'home'), { recursive: true });
        const project = projectIn(join(own, 'project'), join(own, 'home'));
        // What is believed of a place is bound to where the project lies: it is built anew.
        const ran = situation.far && situation.built ? await run(project) : undefined;
        if (ran !== undefined && ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
        situation.prepare(project);
        return await use(project, own);
      } finally {
        removeAll(own);
      }
    },
  };
}

/** Words of the run that a situation is about. */
export function wordsOf({ goal }: Pick<Situation, 'goal'>): readonly string[] {
  return ['run', '--json', '--continue=always', ...(goal === undefined ? [] : [goal])];
}

async function run(project: TestProject, situation: Pick<Situation, 'goal'> = {}): Promise<Ran> {
  return toldBy(await project.sbx(wordsOf(situation), { signal: AbortSignal.timeout(PATIENCE * 1000) }));
}

/** The run with the fault is over and the fault is gone: the next one is right, and the one after that has nothing to do. */
export async function wrongAfter(project: TestProject, situation: Situation): Promise<string | undefined> {
  const next = await run(project, situation);
  const wrong = next.fault ?? wrongEnd(next, 0) ?? situation.wrong(project, situation.version);
  if (wrong !== undefined) return `the next run: ${wrong}`;
  const third = await run(project, situation);
  const busy = situation.goal === undefined ? busyIn(third) : [];
  if (busy.length > 0) return `not fresh in the third run: ${busy.join(', ')}\n${third.stdout.slice(-1500)}`;
  return wrongEnd(third, 0) ?? situation.wrong(project, situation.version);
}

/** What a run did that could have left all as it was. A step of a place that nobody needs is skipped. */
export function busyIn({ outcomes }: Ran): readonly string[] {
  return Object.entries(outcomes).flatMap(([step, is]) => (is === 'fresh' || is === 'skipped' ? [] : [`${step} ${is}`]));
}

export function wrongEnd(ran: Ran, code: number): string | undefined {
  if (ran.code === code) return undefined;
  return `exit ${ran.code}${ran.signal ? ` by ${ran.signal}` : ''}, not ${code}\n${ran.stdout.slice(-1500)}${ran.stderr.slice(-1500)}`;
}

/** What a run that met a fault of this kind must not have done. `spared`: only what sbx remembers was hit. */
export function wrongUnder(project: TestProject, ran: Ran, situation: Situation, code: string, spared: boolean): string | undefined {
  if (ran.fault !== undefined) return ran.fault;
  const unknown = situation.far && unknownWorkspace({ base: dirname(project.root), project });
  if (unknown) return unknown;
  const said = ran.stdout + ran.stderr;
  if (ran.code === 124 || ran.code === 137 || ran.signal !== null) return `it did not end: ${said.slice(-1500)}`;
  if (ran.code === 0) {
    const output = situation.wrong(project, situation.version);
    if (output !== undefined) return `exit 0, and ${output}\n${said.slice(-1500)}`;
    if (ran.warnings.length > 1) return `${ran.warnings.length} warnings:\n${ran.warnings.join('\n')}`;
    return undefined;
  }
  if (spared) return `only what is remembered was hit: ${wrongEnd(ran, 0)}`;
  if (ran.code !== 1 && ran.code !== 2) return wrongEnd(ran, 1);
  const cause = said.split('\n').find((line) => line.includes(code) && /cannot|could not/.test(line));
  return cause === undefined ? `no message names the cause ${code} and what it hit:\n${said.slice(-1500)}` : undefined;
}
