/** One lane of the row: sets up worlds at one path, lets sbx die in them, judges. */
import { crash, crashThere, record } from './crash.ts';
import { ANY, type CrashPoint } from './dying.ts';
import { watchHere } from './inside.ts';
import { judge, judgeEnd } from './judge.ts';
import { answerWith } from './lane.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { Stage } from './stage.ts';

export interface Question {
  /** Of SCENARIOS. */
  readonly scenario: number;
  /** None: the operations are wanted. */
  readonly point?: CrashPoint;
  /** The point is one of the far side. */
  readonly there?: true;
}

const stage = new Stage(process.argv[2] ?? '');
watchHere();
answerWith(async ({ scenario: number, point, there }: Question) => {
  const scenario = SCENARIOS[number];
  if (scenario === undefined) throw new Error(`no scenario ${number}`);
  if (point === undefined) return record(await stage.set(scenario), scenario);
  if (there) return struckThere(scenario, point);
  for (const one of [point, ...insteadOf(point)]) {
    const world = await stage.set(scenario);
    if (await crash(world, scenario, one)) return (await judge(world, scenario)) ?? null;
  }
  return `it changed nothing, not even ${point.name}`;
});

/** Timing moves some operations, and a step that is not remembered keeps nothing: then an earlier one of the kind, or else any that comes. */
function insteadOf(point: CrashPoint): readonly CrashPoint[] {
  const any = [20, 0].map((nth) => ({ ...point, name: ANY, nth }));
  return point.nth === 0 ? any : [{ ...point, nth: 0 }, ...any];
}

/** sbx lives on, and says how it ended. */
async function struckThere(scenario: Scenario, point: CrashPoint): Promise<string | null> {
  for (const nth of new Set([point.nth, 0])) {
    const world = await stage.set(scenario);
    const ended = await crashThere(world, scenario, { ...point, nth });
    if (ended !== undefined) return (await judgeEnd(world, scenario, ended)) ?? (await judge(world, scenario)) ?? null;
  }
  return `nobody there called ${point.name}`;
}
