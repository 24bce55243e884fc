/** One lane of the row: sets up worlds at one path, lets sbx die in them, judges. */
import { crash, record } from './crash.ts';
import { ANY, type CrashPoint } from './dying.ts';
import { watchHere } from './inside.ts';
import { judge } from './judge.ts';
import { answerWith } from './lane.ts';
import { SCENARIOS } from './scenarios.ts';
import { Stage } from './stage.ts';

export interface Question {
  /** Of SCENARIOS. */
  readonly scenario: number;
  /** None: the operations are wanted. */
  readonly point?: CrashPoint;
}

const stage = new Stage(process.argv[2] ?? '');
watchHere();
answerWith(async ({ scenario: number, point }: Question) => {
  const scenario = SCENARIOS[number];
  if (scenario === undefined) throw new Error(`no scenario ${number}`);
  if (point === undefined) return record(await stage.set(scenario), scenario);
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
