import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from '../../rig/folder.ts';
import { comes, pause } from '../../rig/patience.ts';
import { endLeft, leftOf } from '../../rig/processes.ts';
import type { Sshd } from '../../rig/sshd.ts';
import { CODES, LEAVES, perform, TWICE } from './acts.ts';
import type { Case } from './cases.ts';
import { inPane, type Pane } from './pane.ts';
import { type Scene, sceneIn } from './scene.ts';

/** One run is told to end, or its ends are cut; then the next one. Gives what was wrong. */
export function tryCase(one: Case, sshd: Sshd | undefined): Promise<string | undefined> {
  return withFolder(async (folder) => {
    // With a long grace nothing ends on the far side but at a word of sbx.
    const scene = sceneIn(folder, { ...one, grace: LEAVES.has(one.act) ? 1 : 600, killGrace: TWICE.has(one.act) ? 600 : 1 }, sshd);
    scene.hang('work', one.act !== 'nothing');
    scene.hang('tidy', one.act === 'INT thrice');
    const marks = [scene.folder, ...(sshd === undefined ? [] : [sshd.folder])];
    const left = (): readonly string[] => leftOf(marks, sshd);
    const says = (await inPane(scene, one, (pane) => attack(one, scene, pane, left))) ?? (await afterwards(scene, left));
    endLeft(marks);
    return says;
  });
}

async function attack(one: Case, scene: Scene, pane: Pane, left: () => readonly string[]): Promise<string | undefined> {
  const { act } = one;
  if (one.early) await comes(() => pane.sbx() !== undefined);
  else if (act !== 'nothing' && !(await comes(() => scene.has('ready'))))
    return `the child never stood\n${(await pane.terminal.history()).join('\n')}`;
  await pause(one.delay);
  const meanwhile = await perform(one, pane, scene);
  if (meanwhile !== undefined) return meanwhile;
  const shown = act === 'HUP' ? [] : await pane.terminal.history();
  if (!(await comes(() => (act === 'HUP' ? pane.sbx() === undefined : pane.code() !== undefined)))) {
    return `sbx did not end\n${left().join('\n')}\n${shown.join('\n')}`;
  }
  const told = toldWrong(one, scene, act === 'HUP' ? undefined : pane.code());
  if (told !== undefined) return `${told}\n${(act === 'HUP' ? shown : await pane.terminal.history()).join('\n')}`;
  if (act !== 'KILL' && act !== 'HUP') return await pane.spoilt();
  return undefined;
}

/** Exit code and releasers. */
function toldWrong(one: Case, scene: Scene, code: number | undefined): string | undefined {
  const { act } = one;
  const events = scene.journals().at(-1) ?? [];
  const wanted = CODES[act] === 0 && one.out === 'full' ? 1 : CODES[act];
  const exit = events.find((event) => event.type === 'run-finished')?.exit;
  // A signal before there is a run ends sbx as it ends any program; one after it changes nothing.
  const isEarly = one.early && (events.length === 0 || exit === 0);
  if (code !== undefined && code !== wanted && !(isEarly && code === 0)) return `exit ${code} in place of ${wanted}`;
  if (act !== 'KILL' && exit !== undefined && exit !== CODES[act] && !isEarly) return `the journal says exit ${exit}`;
  if (act !== 'KILL' && exit === undefined && !one.early) return 'the journal does not say how the run ended';
  if (one.child === 'chain' && scene.has('ready.second')) return 'the shell went on after it was told to end';
  if (CODES[act] !== 0 && !isEarly && scene.has('after')) return 'a step began after the run was told to end';
  const began = events.some((event) => event.type === 'step-started' && event.step === 'work');
  if (LEAVES.has(act) || !began) return undefined;
  if (!scene.has('tidied')) return 'the step with `when: always` did not run';
  if (scene.workspace !== undefined && existsSync(scene.workspace)) return 'the workspace was not released';
  return undefined;
}

/** What is left, whether it is known, and the next run. */
async function afterwards(scene: Scene, left: () => readonly string[]): Promise<string | undefined> {
  // What outlives a run would do so for minutes: graces and children are that long.
  if (!(await comes(() => left().length === 0))) return `left behind:\n${left().join('\n')}`;
  const { workspace } = scene;
  if (workspace !== undefined && existsSync(workspace) && scene.owned() === undefined) return 'the workspace is in no journal';
  scene.forget();
  scene.hang('work', false);
  scene.hang('tidy', false);
  rmSync(join(scene.project.root, 'out'), { recursive: true, force: true });
  const next = await scene.project.sbx(['run', '--json'], { env: scene.env, signal: AbortSignal.timeout(60_000) });
  if (next.code !== 0) return `the next run: exit ${next.code}\n${next.stdout}${next.stderr}`;
  if (scene.project.read('out/app') !== 'one\ntwo\n') return `the next run made ${JSON.stringify(scene.project.read('out/app'))}`;
  if (!scene.has('after') || !scene.has('tidied')) return 'the next run left steps out';
  if (workspace !== undefined && existsSync(workspace)) return 'the next run did not release the workspace';
  if (workspace !== undefined && scene.owned() !== 'destroyed') return `the journal of what sbx owns says ${scene.owned()}`;
  if (!(await comes(() => left().length === 0))) return `left behind by the next run:\n${left().join('\n')}`;
  return undefined;
}
