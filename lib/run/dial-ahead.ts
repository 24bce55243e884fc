import { setImmediate as turn } from 'node:timers/promises';
import type { Action } from '../model/plan.ts';
import type { SandboxName } from '../model/project.ts';
import { prospectsOf } from '../plan/ahead.ts';
import type { ProjectLook } from './look.ts';
import type { RunRequest } from './run-request.ts';

// Places that are dialled while the run still looks at files. Decides nothing about steps: the plan does, and looks at the same files without looking again.

/** Files that are looked at while nobody gets to dial. */
const AT_ONCE = 100;

export interface DialledAhead extends Disposable {
  /** The others are not needed: what was dialled is dropped. */
  keep(places: readonly SandboxName[]): void;
}

/** What a run is about to need is dialled before its files were looked at, or as soon as one of them was found to have changed. */
export async function dialAhead(
  { sandboxes }: Pick<RunRequest, 'sandboxes'>,
  actions: readonly Action[],
  look: ProjectLook,
  stopping: AbortSignal,
): Promise<DialledAhead> {
  const drops = new Map<SandboxName, AbortController>();
  const targets = new Set<string>();
  const dial = (place: SandboxName): void => {
    const sandbox = sandboxes.get(place);
    if (sandbox?.ahead === undefined || targets.has(sandbox.target)) return; // a host that is away is asked once
    const drop = new AbortController();
    drops.set(place, drop);
    targets.add(sandbox.target);
    sandbox.ahead(AbortSignal.any([drop.signal, stopping]));
  };
  const prospects = prospectsOf(actions, look).filter(({ place }) => sandboxes.get(place)?.ahead !== undefined);
  for (const { place, sure } of prospects) if (sure) dial(place);
  let looked = 0;
  for (const { place, sources } of prospects) {
    for (const { reads, since, counts } of sources) {
      for (const { path, seen } of look.each(reads.files, reads.exclude)) {
        if (!drops.has(place) && seen.ctimeMs > since && counts(path)) dial(place);
        looked += 1;
        if (drops.size > 0 && looked % AT_ONCE === 0) await turn();
      }
    }
  }
  const keep = (places: readonly SandboxName[]): void => {
    for (const [place, drop] of drops) if (!places.includes(place)) drop.abort();
  };
  return { keep, [Symbol.dispose]: () => keep([]) };
}
