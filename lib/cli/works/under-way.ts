import type { Stamped } from '../../model/event.ts';
import type { Files, Folders } from '../../model/io.ts';
import type { SandboxName, StepId } from '../../model/project.ts';
import type { Holder } from '../../run/holder.ts';
import { listRuns, readJournal } from '../../run/journal.ts';
import { readLock } from '../../run/lock.ts';
import { isProvablyAlive, whoAmI } from '../../run/self.ts';

// What journals and the lock of a project tell of runs that are not over. Asks no far side.

/** A step that began and of which no end was written, or only that it was told to stop while its link was lost. */
interface BegunStep {
  readonly step: StepId;
  readonly sandbox: SandboxName;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface BegunRun {
  readonly run: string;
  readonly since: number;
  readonly steps: readonly BegunStep[];
  /** Places whose link is lost at the moment. */
  readonly lost: ReadonlySet<SandboxName>;
  /** Places that it reached. */
  readonly reached: ReadonlySet<SandboxName>;
  readonly isOver: boolean;
}

interface UnderWay {
  /** The run that works here now, and who it is. */
  readonly living: (BegunRun & { readonly holder: Holder }) | undefined;
  /** Runs that were killed, or stopped without a link, and may have left something on a far side, the newest first: no later run has been there. */
  readonly dead: readonly BegunRun[];
}

/** Who works in the project now. */
export function livingHolder(files: Files, folders: Folders): Holder | undefined {
  const holder = readLock(files, `${folders.project}/lock`)?.holder;
  return holder !== undefined && isProvablyAlive(files, holder, whoAmI(files)) ? holder : undefined;
}

export function underWay(files: Files, folders: Folders): UnderWay {
  const holder = livingHolder(files, folders);
  const visited = new Set<SandboxName>();
  const dead: BegunRun[] = [];
  let living: UnderWay['living'];
  for (const { run } of listRuns(files, folders.project)) {
    const journal = readJournal(files, folders.project, run);
    if (journal === undefined) continue;
    const begun = begunRun(run, journal.events);
    if (holder?.run === run) {
      living = { ...begun, holder };
      continue; // what earlier runs left was ended where it has been, and is not yet where it has not
    }
    const steps = begun.steps.filter(({ sandbox }) => !visited.has(sandbox) && !living?.reached.has(sandbox));
    if (steps.length > 0) dead.push({ ...begun, steps });
    for (const sandbox of begun.reached) visited.add(sandbox);
  }
  return { living, dead };
}

function begunRun(run: string, events: readonly Stamped[]): BegunRun {
  const places = new Map<StepId, SandboxName>();
  const steps = new Map<StepId, BegunStep>();
  const lost = new Set<SandboxName>();
  const reached = new Set<SandboxName>();
  let isOver = false;
  for (const e of events) {
    if (e.type === 'planned') for (const { id, sandbox } of e.steps) places.set(id, sandbox);
    else if (e.type === 'step-started') steps.set(e.step, { step: e.step, sandbox: places.get(e.step) ?? 'local', since: e.at });
    else if (e.type === 'step-finished') {
      if (e.outcome.is !== 'cancelled' || !lost.has(places.get(e.step) ?? 'local')) steps.delete(e.step);
    } else if (e.type === 'place-lost') lost.add(e.sandbox);
    else if (e.type === 'place-back') lost.delete(e.sandbox);
    else if (e.type === 'place-connected') reached.add(e.sandbox);
    else if (e.type === 'run-finished') isOver = true;
  }
  return { run, since: events[0]?.at ?? 0, steps: [...steps.values()], lost, reached, isOver };
}
