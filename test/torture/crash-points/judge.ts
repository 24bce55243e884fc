import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../rig/cli.ts';
import { contentOf } from '../../rig/contents.ts';
import { comes } from '../../rig/patience.ts';
import { processesWith } from '../../rig/processes.ts';
import type { TestProject } from '../../rig/project.ts';
import { litterOf } from './litter.ts';
import { owned, unknownWorkspace } from './owned.ts';
import { GOAL, type Next, type Scenario } from './scenario.ts';
import { isSomewhere, productsOf, type World } from './world.ts';

/** What is wrong with what a dead sbx left; undefined if the next runs go as if it had never been. */
export async function judge(world: World, scenario: Scenario): Promise<string | undefined> {
  const project = scenario.inOther ? world.other : world.project;
  const before = lost(project, scenario) ?? unknownWorkspace(world);
  if (before !== undefined) return `after the crash: ${before}`;
  const next: readonly Next[] = scenario.next ?? [{ args: ['run', GOAL[scenario.kind]], code: 0 }];
  for (const { args, code, change, wrong } of next) {
    change?.(project);
    const ended = await project.sbx(args);
    const said = `sbx ${args.join(' ')}`;
    if (ended.code !== code) return `${said} gave ${ended.code}, not ${code}: ${ended.stdout}${ended.stderr}`;
    const bad = wrong?.(project) ?? lost(project, scenario);
    if (bad !== undefined) return `after ${said}: ${bad}`;
  }
  if (scenario.ends === 'torn down') return (await tornDown(world)) ?? litterOf(world);
  return wrongProducts(project, scenario.kind) ?? (await busy(world, project, scenario.kind)) ?? litterOf(world);
}

/** How sbx itself may end where a program of its far side died: well, with all done, or with a failure; and nothing runs on. */
export async function judgeEnd({ base, project }: World, scenario: Scenario, ended: Ended): Promise<string | undefined> {
  const said = `it gave ${ended.code}: ${ended.stdout}${ended.stderr}`;
  if (ended.code !== 0 && ended.code !== 1 && ended.code !== 4) return said;
  const isBuilt = scenario.attack[1] === GOAL.far;
  const wrong = ended.code === 0 && isBuilt ? wrongProducts(project, 'far') : undefined;
  if (wrong !== undefined) return `${wrong}, and ${said}`;
  let left = processesWith([]);
  const areGone = await comes(() => {
    left = processesWith([`${base}/`]);
    return left.length === 0;
  });
  return areGone ? undefined : `left behind: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`;
}

/** The user's own files: sources, notes, and what was made by hand among the outputs. */
function lost(project: TestProject, { kept = [] }: Scenario): string | undefined {
  if (project.read('notes/mine.txt') !== 'nobody may touch this\n') return 'a file of the user is another one';
  for (const path of ['src/a', 'src/b', 'Sandboxfile.yaml']) if (!existsSync(join(project.root, path))) return `${path} is gone`;
  const gone = kept.find((text) => !isSomewhere(project.root, text));
  return gone === undefined ? undefined : `what the user wrote is lost: ${JSON.stringify(gone)}`;
}

function wrongProducts(project: TestProject, kind: Scenario['kind']): string | undefined {
  const wanted = Object.entries(productsOf(kind, project.read('src/a'), project.read('src/b')));
  const wrong = wanted.filter(([path, text]) => contentOf(join(project.root, path)) !== text).map(([path]) => path);
  return wrong.length > 0 ? `not what a clean build makes: ${wrong.join(', ')}` : undefined;
}

/** A third run executes nothing and touches nothing. */
async function busy(world: World, project: TestProject, kind: Scenario['kind']): Promise<string | undefined> {
  const executed = world.trace().length;
  const paths = Object.keys(productsOf(kind, '', ''));
  const seen = (): string =>
    paths.map((path) => `${lstatSync(join(project.root, path)).ino} ${lstatSync(join(project.root, path)).mtimeMs}`).join();
  const were = seen();
  const ended = await project.sbx(['run', GOAL[kind]]);
  if (ended.code !== 0) return `the run after the next gave ${ended.code}: ${ended.stdout}${ended.stderr}`;
  const more = world.trace().slice(executed);
  if (more.length > 0) return `the run after the next executed ${more.join(', ')} again`;
  return seen() === were ? undefined : 'the run after the next touched outputs';
}

function tornDown({ base, project }: World): string | undefined {
  if (existsSync(join(project.root, '.sbx/embedded/box/work'))) return 'the workspace is still there';
  return owned(base) === 'known' ? 'the workspace is gone, and the journal of owned things does not know' : undefined;
}
