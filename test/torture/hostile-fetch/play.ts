import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { changes, contents, snapshot } from '../../rig/contents.ts';
import { type Case, HONEST, type Scene } from './case.ts';
import { openStage, type Ran, resetStage, type Stage, sceneOf, writeSources } from './stage.ts';

const PLAIN: Case = { name: 'no attack' };

/** Stages that cases are played on, one after the other: what a case leaves behind would harm the next one. */
interface Stages extends AsyncDisposable {
  /** Says what was wrong. */
  play(one: Case): Promise<string | undefined>;
}

export function makeStages(folder: string): Stages {
  const free: Stage[] = [];
  let made = 0;
  const opened = async (): Promise<Stage> => openStage(join(folder, String(made++)));
  const built = async (): Promise<Stage> => {
    const stage = await opened();
    const ran = await stage.run({ ...PLAIN, whole: true });
    if (ran.code !== 0) throw new Error(`an honest far side: exit ${ran.code}\n${ran.said}`);
    return stage;
  };
  const close = async (stage: Stage): Promise<void> => {
    await stage.peer[Symbol.asyncDispose]();
    rmSync(stage.folder, { recursive: true, force: true });
  };
  return {
    async play(one) {
      const stage = one.whole ? await opened() : (free.pop() ?? (await built()));
      if (!one.whole) resetStage(stage);
      const wrong = await played(stage, one);
      if (one.whole || wrong !== undefined) await close(stage);
      else free.push(stage);
      return wrong;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(free.map(close));
    },
  };
}

/** What lies where the fetch puts things, brought by nobody: it stays. */
const OTHERS = { mine: 'mine\n' };

/** One run against the lie, and one without it. */
async function played(stage: Stage, one: Case): Promise<string | undefined> {
  const { project, peer, workspace } = stage;
  let strikes = one.lie === undefined ? 1 : 0;
  const scene = sceneOf(stage, () => strikes++);
  if (one.build !== undefined && !one.whole) execFileSync('/bin/sh', ['-c', one.build], { cwd: workspace });
  if (one.plant) one.plant(scene);
  else {
    project.write('out/mine', OTHERS.mine);
    project.write('out/app', 'older\n');
  }
  const before = around(scene);
  peer.lie = one.lie?.(scene);
  const ran = await stage.run(one);
  peer.lie = undefined;
  const wrong = strikes === 0 ? 'the attack did not reach sbx' : judge(one, scene, before, around(scene), ran);
  if (wrong !== undefined) return `${wrong}\nexit ${ran.code}: ${ran.said}`;
  // Without the attack the next run is right.
  if (one.whole) {
    rmSync(project.root, { recursive: true });
    writeSources(project);
    if (lstatSync(workspace, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(workspace);
  } else resetStage(stage);
  const next = await stage.run({ ...PLAIN, whole: one.whole === true, ...(one.lasts ? { lasts: true } : {}) });
  const is = next.code === 0 ? sorted(contents(join(project.root, 'out'))) : 'nothing';
  return next.code === 0 && is === sorted(HONEST)
    ? undefined
    : `the next run, without the lie, gives ${is}\nexit ${next.code}: ${next.said}`;
}

/** All but what is the far side's own, and sbx's. The Sandboxfile is of the test. */
function around({ folder, root }: Scene): ReadonlyMap<string, string> {
  const ownsFolder = lstatSync(join(root, '.sbx'), { throwIfNoEntry: false })?.isDirectory();
  return snapshot(
    folder,
    (path) => /^(home|peer|far\/demo(\.real)?|demo\/Sandboxfile.yaml)$/.test(path) || (path === 'demo/.sbx' && ownsFolder === true),
  );
}

function judge(
  one: Case,
  { root }: Scene,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  ran: Ran,
): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(ran.said)) return 'control characters of the far side were shown';
  if (ran.held > (one.memory ?? 200)) return `${ran.held} MiB were held`;
  const stages = join(root, '.sbx/stage');
  if (isFolder(stages) && readdirSync(stages).length > 0) return `left behind: .sbx/stage/${readdirSync(stages)}`;
  if (one.says !== undefined) {
    if (ran.code !== (one.exit ?? 1)) return `exit ${ran.code} where it must be refused with ${one.exit ?? 1}`;
    if (!one.says.test(ran.said)) return `it does not say ${one.says}`;
    const changed = changes(before, after);
    return changed === undefined ? undefined : `it was refused, and yet: ${changed}`;
  }
  if (ran.code !== 0) return 'refused what can be taken';
  const into = one.into ?? 'out';
  const is = existsSync(join(root, into)) ? sorted(contents(join(root, into))) : 'nothing';
  const others = one.plant === undefined && into === 'out' ? OTHERS : {};
  const wanted = sorted({ ...others, ...(one.taken ?? HONEST) });
  if (is !== wanted) return `taken wrongly: ${is} instead of ${wanted}`;
  const top = `demo/${into.split('/')[0]}`;
  const outside = (all: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    new Map([...all].filter(([path]) => path !== top && !path.startsWith(`${top}/`)));
  const changed = changes(outside(before), outside(after));
  return changed === undefined ? undefined : `it was taken, and yet: ${changed}`;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true && !lstatSync(join(path, '..')).isSymbolicLink();
}

function sorted(of: { readonly [path: string]: string }): string {
  return JSON.stringify(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));
}
