import { join } from 'node:path';
import type { Scenario } from './scenario.ts';
import { bringBack, keepWorld, type World, worldAt } from './world.ts';

/** Sets up the world of a scenario, always at the same path: once with sbx, then from what was kept of that. */
export class Stage {
  readonly #folder: string;
  readonly #kept = new Map<Scenario, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the world is. */
  get base(): string {
    return join(this.#folder, 'world');
  }

  async set(scenario: Scenario): Promise<World> {
    const { base } = this;
    const known = this.#kept.get(scenario);
    if (known !== undefined) return bringBack(known, base);
    worldAt(join(this.#folder, 'empty'));
    const world = bringBack(join(this.#folder, 'empty'), base);
    await scenario.prepare(world);
    const made = join(this.#folder, String(this.#kept.size));
    keepWorld(world, made);
    this.#kept.set(scenario, made);
    return world;
  }
}
