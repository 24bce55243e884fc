import type { PlannedAction } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';

// Who still needs which service. Knows no processes: a service ends by its signal.

interface Up {
  /** Steps that need it and have not ended. */
  readonly users: Set<StepId>;
  readonly end: AbortController;
  /** It goes on without users until the run is stopped. */
  readonly stays: boolean;
  isReady: boolean;
}

export class Serving {
  readonly #users = new Map<StepId, Set<StepId>>();
  readonly #up = new Map<StepId, Up>();
  #stopping = false;
  #closing = false;

  constructor(actions: readonly PlannedAction[]) {
    for (const { action } of actions) if (action.step.service !== undefined) this.#users.set(action.id, new Set());
    if (this.#users.size === 0) return;
    for (const { action } of actions) for (const need of action.step.needs) this.#users.get(need)?.add(action.id);
  }

  /** Whether there are services at all. */
  get any(): boolean {
    return this.#users.size > 0;
  }

  /** Whether one has begun and not ended. */
  get isUp(): boolean {
    return this.#up.size > 0;
  }

  /** It starts; the signal says when it has to end. */
  begin({ action }: PlannedAction): AbortSignal {
    const users = this.#users.get(action.id) ?? new Set();
    const up: Up = { users, end: new AbortController(), stays: action.named, isReady: false };
    this.#up.set(action.id, up);
    this.#look(up);
    return up.end.signal;
  }

  ready(service: StepId): void {
    const up = this.#up.get(service);
    if (up === undefined) return;
    up.isReady = true;
    this.#look(up);
  }

  isReady(service: StepId): boolean {
    return this.#up.get(service)?.isReady === true;
  }

  ended(service: StepId): void {
    this.#up.delete(service);
  }

  /** A step has its outcome: it needs no service any more. */
  settled({ action }: PlannedAction): void {
    if (!this.any) return;
    for (const need of action.step.needs) {
      this.#users.get(need)?.delete(action.id);
      const up = this.#up.get(need);
      if (up) this.#look(up);
    }
  }

  /** The run is stopped: nothing that is not ready will be, and what nobody needs goes. */
  stop(): void {
    this.#stopping = true;
    for (const up of this.#up.values()) this.#look(up);
  }

  /** Another run follows: no service goes on without users. */
  close(): void {
    this.#closing = true;
    for (const up of this.#up.values()) this.#look(up);
  }

  #look({ users, end, stays, isReady }: Up): void {
    const isWanted = this.#stopping ? isReady && users.size > 0 : !isReady || (stays && !this.#closing) || users.size > 0;
    if (!isWanted) end.abort();
  }
}
