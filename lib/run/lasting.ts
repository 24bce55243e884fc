import type { StepId } from '../model/project.ts';
import { RunControl } from './control.ts';
import type { Living } from './living.ts';

/** Services that live on from one round of a watch to the next. They end when they are another one now, and with the watch. */
export class Lasting {
  /** Their own ladder: that of a run ends with the run. */
  readonly control = new RunControl(() => {});
  /** Each after those that it needs. */
  readonly #services = new Map<StepId, Living>();

  get(service: StepId): Living | undefined {
    return this.#services.get(service);
  }

  add(service: StepId, living: Living): void {
    this.#services.set(service, living);
  }

  forget(service: StepId): void {
    this.#services.delete(service);
  }

  /** Ends all others, the last first. */
  async retain(isWanted: (service: StepId) => boolean): Promise<void> {
    for (const [service, living] of [...this.#services].reverse()) {
      if (isWanted(service)) continue;
      await living.end();
      this.forget(service);
    }
  }

  /** Nothing that ends has a grace any more, and all end. */
  hurry(): void {
    this.control.stop(2, 'SIGTERM');
    this.control.close();
  }
}
