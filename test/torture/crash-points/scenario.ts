import type { TestProject } from '../../rig/project.ts';
import { type World, writeProject } from './world.ts';

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
export const EDIT = 'alpha, edited\n';
export const MINE = 'written by hand\n';

export const built = async (world: World, kind: 'local' | 'far' = 'local', project = world.project): Promise<void> => {
  writeProject(project, kind, world.base);
  await must(project, ['run', GOAL[kind]]);
};

export async function must(project: TestProject, args: readonly string[]): Promise<void> {
  const ended = await project.sbx(args);
  if (ended.code !== 0) throw new Error(`sbx ${args.join(' ')} gave ${ended.code}: ${ended.stdout}${ended.stderr}`);
}
