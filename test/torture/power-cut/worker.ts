/** One lane of the row: lets sbx do its work, makes the disk that a power cut would leave of that, judges the next runs. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pause } from '../../rig/patience.ts';
import { startSshd } from '../../rig/sshd.ts';
import { invocationOf } from '../crash-points/crash.ts';
import { inside, watchHere } from '../crash-points/inside.ts';
import { judge } from '../crash-points/judge.ts';
import { answerWith } from '../crash-points/lane.ts';
import type { Scenario } from '../crash-points/scenario.ts';
import { SCENARIOS, TRUSTING } from '../crash-points/scenarios.ts';
import { Stage } from '../crash-points/stage.ts';
import { type World, worldAt } from '../crash-points/world.ts';
import { seeded } from '../random.ts';
import { AnotherBoot } from './another-boot.ts';
import { FATES } from './fates.ts';
import { History, type Moment, type State } from './history.ts';
import { type Fate, survivors } from './survivors.ts';

export interface Question {
  /** Of SCENARIOS; one more is that of a trusted key. */
  readonly scenario: number;
  readonly cut?: {
    /** Part of the way, from 0 to 1: how many operations there are differs a little from run to run. */
    readonly part: number;
    readonly fate: string;
    readonly seed: string;
    /** Then the workspace is taken down, whatever it was. */
    readonly thenDown?: true;
    /** Another run, which found nothing to do, went before it: then files are believed by how they look. */
    readonly rested?: true;
  };
  /** Whether this file, as it was at the end, outlasts a cut there. */
  readonly lasting?: { readonly path: string; readonly fate: string; readonly seed: string };
}

const DOWN: Partial<Scenario> = { next: [{ args: ['run', 'down'], code: 0 }], ends: 'torn down' };

const stage = new Stage(process.argv[2] ?? '');
const histories = new Map<string, History>();
const boot = new AnotherBoot();
watchHere();
boot.watch();
answerWith(async ({ scenario: number, cut, lasting }: Question) => {
  const scenario = SCENARIOS[number] ?? TRUSTING;
  const moments = await momentsOf(scenario, cut?.rested === true);
  if (lasting !== undefined) {
    const at = moments.at(-1)?.state.get(lasting.path);
    const left = survivors(moments, fateOf(lasting.fate, lasting.seed)).get(lasting.path);
    if (at?.kind !== 'file') return `there was no ${lasting.path}`;
    return left?.kind === 'file' && left.content.equals(at.content) ? null : `${lasting.path} is gone or damaged, and was promised`;
  }
  if (cut === undefined) return moments.length;
  const until = moments.slice(0, Math.max(2, Math.round(cut.part * moments.length)));
  const world = worldAt(stage.base);
  const left = survivors(until, fateOf(cut.fate, cut.seed));
  lay(world.base, left);
  boot.begin([...left].map(([path, { marks }]) => [join(world.base, path), marks] as const));
  try {
    const says = await judge(world, cut.thenDown ? { ...scenario, ...DOWN } : scenario);
    return says === undefined ? null : `cut after ${until.at(-1)?.name}: ${says}`;
  } finally {
    boot.end();
  }
});

function fateOf(name: string, seed: string): Fate {
  const make = FATES[name];
  if (make === undefined) throw new Error(`no fate ${name}`);
  return make(seeded(seed));
}

/** What went before the cut: lived through once. */
async function momentsOf(scenario: Scenario, rested: boolean): Promise<readonly Moment[]> {
  const name = `${scenario.name} ${rested}`;
  const known = histories.get(name);
  if (known !== undefined) return known.moments;
  const world = await stage.set(scenario);
  const history = scenario === TRUSTING ? await trusted(world) : await lived(world, scenario);
  if (rested) await rest(world, scenario, history);
  histories.set(name, history);
  return history.moments;
}

/** Milliseconds after which the times of a file are believed. */
const SETTLED = 2500;

async function rest(world: World, scenario: Scenario, history: History): Promise<void> {
  await pause(SETTLED);
  await live(world, scenario, history, { SBX_KILL_GRACE: undefined }); // as the next run is asked
}

async function lived(world: World, scenario: Scenario, env: NodeJS.ProcessEnv = {}): Promise<History> {
  const history = new History(world.base);
  await live(world, scenario, history, env);
  return history;
}

async function live(world: World, scenario: Scenario, history: History, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const invocation = invocationOf(world, scenario);
  const at = ({ name }: { readonly name: string }, run: () => unknown): unknown => {
    const given = run();
    history.note(name);
    return given;
  };
  await inside(scenario.attack, { ...invocation, env: { ...invocation.env, ...env } }, world.base, at, (path) => history.sync(path));
  history.note('the end');
}

/** A host key is accepted. */
async function trusted(world: World): Promise<History> {
  await using sshd = await startSshd({});
  return await lived(world, { ...TRUSTING, attack: ['trust', 'far', '--fingerprint', sshd.fingerprint] }, sshd.env);
}

/** Makes the folder hold exactly this. */
function lay(base: string, state: State): void {
  rmSync(base, { recursive: true, force: true });
  const paths = [...state.keys()].sort();
  mkdirSync(base, { recursive: true });
  for (const path of paths) {
    const thing = state.get(path);
    const full = join(base, path);
    if (thing?.kind === 'folder') mkdirSync(full, { recursive: true, mode: thing.mode });
    else if (thing) mkdirSync(dirname(full), { recursive: true });
    if (thing?.kind === 'link') symlinkSync(thing.target, full);
    if (thing?.kind !== 'file') continue;
    writeFileSync(full, thing.content);
    chmodSync(full, thing.mode);
    utimesSync(full, thing.mtime, thing.mtime);
  }
}
