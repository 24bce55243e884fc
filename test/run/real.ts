import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err } from '../../lib/base/result.ts';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Event, Stamped } from '../../lib/model/event.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { StepId } from '../../lib/model/project.ts';
import { describe } from '../../lib/plan/describe.ts';
import { startRun } from '../../lib/run/run.ts';
import type { Running, RunRequest } from '../../lib/run/run-request.ts';
import { TASK } from '../../tasks/index.ts';
import { withFolder } from '../rig/folder.ts';
import { projectOf, type StoryStep } from './story.ts';

export interface Ran {
  readonly exit: number;
  readonly events: readonly Event[];
  /** `fresh`, `succeeded`, `skipped: upstream-failed`, `failed: timeout`, ... */
  readonly is: { readonly [id: StepId]: string };
  /** Why each executed step was executed, as it is told. */
  readonly why: { readonly [id: StepId]: string };
  readonly notes: readonly string[];
}

/** A project folder in which whole runs are made: real planner, real records and store, real processes. */
export interface Workshop {
  readonly root: string;
  write(path: string, text: string): void;
  run(
    steps: { readonly [id: StepId]: StoryStep },
    more?: Partial<RunRequest> & { readonly seen?: (event: Event, running: Running) => void },
  ): Promise<Ran>;
}

export function withWorkshop(use: (workshop: Workshop) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const root = join(folder, 'project');
    mkdirSync(root);
    await use({
      root,
      write(path, text) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      },
      run: (steps, more = {}) => runSteps(folder, root, steps, more),
    });
  });
}

async function runSteps(
  folder: string,
  root: string,
  steps: Parameters<Workshop['run']>[0],
  more: NonNullable<Parameters<Workshop['run']>[1]>,
): Promise<Ran> {
  const { seen, ...request } = more;
  const environment = new Map([
    ['PATH', process.env.PATH ?? ''],
    ['HOME', folder],
  ]);
  const events: Stamped[] = [];
  const running: Running = startRun({
    project: projectOf({ steps }, root),
    wish: { names: Object.keys(steps), only: false, force: [], noCache: false },
    keepGoing: 'never',
    jobs: 4,
    offline: false,
    io: { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment },
    folders: { cache: join(folder, 'cache'), state: join(folder, 'state'), project: join(root, '.sbx') },
    here: { os: 'linux', arch: 'x64' },
    tasks: TASK,
    sandboxes: new Map(),
    machine: async (name) => err({ code: 'machine-absent', message: name }),
    checkout: () => ({ id: 'c'.repeat(64), owner: 'test' }),
    terminal: undefined,
    confirm: async () => undefined,
    killGrace: 500,
    zx: () => [],
    version: '0.0.0',
    command: 'sbx run',
    tell: (event) => {
      events.push(event);
      seen?.(event, running);
    },
    ...request,
  });
  const ended = await running.ended;
  if (!ended.ok) throw new Error(JSON.stringify(ended.error));
  const why: { [id: StepId]: string } = {};
  for (const event of events) {
    if (event.type !== 'step-started' || event.decision.is !== 'run') continue;
    why[event.step] = event.decision.reasons.map(describe).join('; ');
  }
  return {
    exit: ended.value.exit,
    events,
    is: Object.fromEntries([...ended.value.outcomes].map(([id, outcome]) => [id, short(outcome)])),
    why,
    notes: events.flatMap((event) => (event.type === 'step-note' ? [event.text] : [])),
  };
}

function short(outcome: Outcome): string {
  if (outcome.is === 'failed') return `failed: ${outcome.failure.code}`;
  return outcome.is === 'skipped' ? `skipped: ${outcome.because.code}` : outcome.is;
}
