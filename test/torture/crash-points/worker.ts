/** One lane of the row: sets up worlds at one path, lets sbx die in them, judges. Asked and answering over the channel to its parent. */
import { join } from 'node:path';
import { crash, record } from './crash.ts';
import type { CrashPoint } from './dying.ts';
import { watchHere } from './inside.ts';
import { judge } from './judge.ts';
import { SCENARIOS } from './scenarios.ts';
import { bringBack, keepWorld, type World, worldAt } from './world.ts';

export interface Asked {
  readonly id: number;
  /** Of SCENARIOS. */
  readonly scenario: number;
  /** None: the operations are wanted. */
  readonly point?: CrashPoint;
}

const folder = process.argv[2] ?? '';
const kept = new Map<number, string>();
watchHere();
process.on('message', ({ id, scenario, point }: Asked) => {
  answer(scenario, point).then(
    (value) => process.send?.({ id, value }),
    (thrown: Error) => process.send?.({ id, thrown: thrown.stack ?? String(thrown) }),
  );
});

process.on('disconnect', () => process.exit(1));

async function answer(number: number, point: CrashPoint | undefined): Promise<unknown> {
  const scenario = SCENARIOS[number];
  if (scenario === undefined) throw new Error(`no scenario ${number}`);
  const world = await scene(number);
  if (point === undefined) return record(world, scenario);
  return (await crash(world, scenario, point)) ?? (await judge(world, scenario)) ?? null;
}

async function scene(number: number): Promise<World> {
  const base = join(folder, 'world');
  const known = kept.get(number);
  if (known !== undefined) return bringBack(known, base);
  worldAt(join(folder, 'empty'));
  const world = bringBack(join(folder, 'empty'), base);
  await SCENARIOS[number]?.prepare(world);
  const made = join(folder, String(number));
  keepWorld(world, made);
  kept.set(number, made);
  return world;
}
