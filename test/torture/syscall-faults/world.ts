import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { type Ran, toldBy } from '../damage/station.ts';
import { removeAll, removeOutputs, SANDBOXFILE, writeSources, wrongOutput } from '../damage/story.ts';

// Projects in the state from which a run with a fault begins, and what must be true after it.

export interface Situation {
  readonly name: string;
  /** Whether versions A and B were built before. */
  readonly built: boolean;
  /** What the user did since. */
  readonly prepare: (project: TestProject) => void;
  /** The version whose outputs the run must leave. */
  readonly version: string;
}

export const SITUATIONS: readonly Situation[] = [
  { name: 'first build', built: false, prepare: () => {}, version: 'B' },
  { name: 'rebuild', built: true, prepare: (project) => writeSources(project, 'C'), version: 'C' },
  { name: 'restore', built: true, prepare: removeOutputs, version: 'B' },
  { name: 'back to older sources', built: true, prepare: (project) => writeSources(project, 'A'), version: 'A' },
  { name: 'edited outputs', built: true, prepare: (project) => project.write('tree/big.txt', 'mine\n'), version: 'B' },
  { name: 'nothing changed', built: true, prepare: () => {}, version: 'B' },
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
  let made = 0;
  return {
    async with(situation, use) {
      made += 1;
      const own = join(folder, `trial-${made}`);
      try {
        cpSync(join(folder, situation.built ? 'built' : 'fresh'), own, { recursive: true, verbatimSymlinks: true });
        mkdirSync(join(own, 'home'), { recursive: true });
        const project = projectIn(join(own, 'project'), join(own, 'home'));
        situation.prepare(project);
        return await use(project, own);
      } finally {
        removeAll(own);
      }
    },
  };
}

export async function run(project: TestProject): Promise<Ran> {
  return toldBy(await project.sbx(['run', '--json', '--continue=always'], { signal: AbortSignal.timeout(PATIENCE * 1000) }));
}

/** The run with the fault is over and the fault is gone: the next one is right, and the one after that has nothing to do. */
export async function wrongAfter(project: TestProject, version: string): Promise<string | undefined> {
  const next = await run(project);
  const wrong = next.fault ?? wrongEnd(next, 0) ?? wrongOutput(project, version);
  if (wrong !== undefined) return `the next run: ${wrong}`;
  const third = await run(project);
  const busy = Object.entries(third.outcomes).filter(([, is]) => is !== 'fresh');
  if (busy.length > 0) return `not fresh in the third run: ${busy.map((one) => one.join(' ')).join(', ')}\n${third.stdout.slice(-1500)}`;
  return wrongEnd(third, 0) ?? wrongOutput(project, version);
}

export function wrongEnd(ran: Ran, code: number): string | undefined {
  if (ran.code === code) return undefined;
  return `exit ${ran.code}${ran.signal ? ` by ${ran.signal}` : ''}, not ${code}\n${ran.stdout.slice(-1500)}${ran.stderr.slice(-1500)}`;
}

/** What a run that met a fault of this kind must not have done. `spared`: only what sbx remembers was hit. */
export function wrongUnder(project: TestProject, ran: Ran, version: string, code: string, spared: boolean): string | undefined {
  if (ran.fault !== undefined) return ran.fault;
  const said = ran.stdout + ran.stderr;
  if (ran.code === 124 || ran.code === 137 || ran.signal !== null) return `it did not end: ${said.slice(-1500)}`;
  if (ran.code === 0) {
    const output = wrongOutput(project, version);
    if (output !== undefined) return `exit 0, and ${output}\n${said.slice(-1500)}`;
    if (ran.warnings.length > 1) return `${ran.warnings.length} warnings:\n${ran.warnings.join('\n')}`;
    return undefined;
  }
  if (spared) return `only what is remembered was hit: ${wrongEnd(ran, 0)}`;
  if (ran.code !== 1 && ran.code !== 2) return wrongEnd(ran, 1);
  const cause = said.split('\n').find((line) => line.includes(code) && /cannot|could not/.test(line));
  return cause === undefined ? `no message names the cause ${code} and what it hit:\n${said.slice(-1500)}` : undefined;
}
