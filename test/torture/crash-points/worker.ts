/** One lane of the row: sets up worlds at one path, lets sbx die in them, judges. */
import { crash, record } from './crash.ts';
import type { CrashPoint } from './dying.ts';
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
  const world = await stage.set(scenario);
  if (point === undefined) return record(world, scenario);
  return (await crash(world, scenario, point)) ?? (await judge(world, scenario)) ?? null;
});
