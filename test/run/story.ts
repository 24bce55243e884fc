import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../lib/base/digest.ts';
import { err, ok } from '../../lib/base/result.ts';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { localSandbox } from '../../lib/io/local.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Event } from '../../lib/model/event.ts';
import type { Clock, Io } from '../../lib/model/io.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { Decision, PlannedAction } from '../../lib/model/plan.ts';
import { LOCAL, type Project, type SandboxSpec, type Secret, type Step, type StepId } from '../../lib/model/project.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import { keyOf, recordOf } from '../../lib/plan/fingerprint.ts';
import type { Planning, Settled } from '../../lib/plan/planning.ts';
import type { Confirm } from '../../lib/run/confirm.ts';
import { RunControl } from '../../lib/run/control.ts';
import { Executor } from '../../lib/run/execute.ts';
import { exitCode } from '../../lib/run/exit-code.ts';
import type { Ledger } from '../../lib/run/ledger.ts';
import { runLoop } from '../../lib/run/loop.ts';
import { Reach } from '../../lib/run/reach.ts';
import { secretsOf } from '../../lib/run/secrets.ts';
import type { KeepGoing } from '../../lib/run/settlement.ts';
import { TASK } from '../../tasks/index.ts';
import { withFolder } from '../rig/folder.ts';
import { stepWith } from '../rig/step.ts';

/** A step as a test writes it: the rest is as in a Sandboxfile that says nothing else. */
export type StoryStep = Partial<Omit<Step, 'script'>> & { readonly run?: string };

export interface Story {
  readonly steps: { readonly [id: StepId]: StoryStep };
  readonly decide?: (id: StepId, settled: ReadonlyMap<StepId, Settled>) => Decision;
  readonly keepGoing?: KeepGoing;
  readonly jobs?: number;
  readonly pools?: { readonly [name: string]: number };
  readonly secrets?: readonly Secret[];
  readonly environment?: { readonly [name: string]: string };
  readonly sandboxes?: readonly SandboxSpec[];
  readonly places?: readonly Sandbox[];
  readonly ledger?: Partial<Ledger>;
  readonly killGrace?: number;
  readonly confirm?: Confirm;
  readonly clock?: Clock;
  /** Called with each event as it is emitted. */
  readonly seen?: (event: Event, control: RunControl, folder: string) => void;
}

export interface Told {
  readonly outcomes: { readonly [id: StepId]: Outcome };
  readonly events: readonly Event[];
  readonly exit: number;
  readonly settled: ReadonlyMap<StepId, Settled>;
  /** All that a step wrote. */
  output(id: StepId): string;
  /** Steps in the order in which they were started. */
  readonly started: readonly StepId[];
}

export const LOCAL_SPEC: SandboxSpec = {
  name: LOCAL,
  kind: 'local',
  files: 'git',
  keep: 'running',
  onUnreachable: 'fail',
  probes: [],
  probeMaxAge: 1e9,
  grace: 1000,
  env: [],
};

/** Runs the story's steps in a fresh folder: real processes, a planner that says what the story says, nothing remembered. */
export function tell(story: Story, look: (told: Told, folder: string) => void | Promise<void> = () => {}): Promise<Told> {
  return withFolder(async (folder) => {
    const told = await play(story, folder);
    await look(told, folder);
    return told;
  });
}

async function play(story: Story, root: string): Promise<Told> {
  const environment = new Map(Object.entries({ PATH: process.env.PATH ?? '', HOME: root, ...story.environment }));
  const io: Io = { files: realFiles, clock: story.clock ?? realClock, spawn: realSpawn(), nonce, environment };
  const folders = { cache: join(root, '.cache'), state: join(root, '.state'), project: join(root, '.sbx') };
  mkdirSync(join(folders.project, 'runs', 'r1'), { recursive: true });
  const project = projectOf(story, root);
  const planned = planOf(project, story);
  const before = new Map([...project.steps.values()].map((step) => [step.id, [...new Set([...step.needs, ...step.after])]]));
  for (const step of project.steps.values()) {
    if (step.releases === undefined) continue;
    before.set(
      step.id,
      [...project.steps.values()].filter((user) => user.sandbox === step.releases && user.releases === undefined).map(({ id }) => id),
    );
  }
  const events: Event[] = [];
  const settled = new Map<StepId, Settled>();
  const emit = (event: Event): void => {
    events.push(event);
    story.seen?.(event, control, root);
  };
  const control = new RunControl(emit);
  const planning: Planning = {
    snapshot: () => ({ actions: [...planned.values()], places: [] }),
    decide: (id) => ({ ...(planned.get(id) as PlannedAction), decision: story.decide?.(id, settled) ?? RUN }),
    settle: (id, what) => void settled.set(id, what),
    judgeAnew: () => {},
    insist: () => {},
  };
  const sandboxes = new Map([localSandbox(LOCAL, io), ...(story.places ?? [])].map((place) => [place.name, place]));
  await using reach = new Reach({
    sandboxes,
    root,
    offline: false,
    emit,
    signal: new AbortController().signal,
    hurry: new AbortController().signal,
    arrive: async () => ok({ seen: { probes: {}, at: 0, holds: {} }, workspace: root, found: { is: 'ours' }, notes: [] }),
    create: async () => ok(undefined),
    recorded: () => undefined,
    record: () => {},
  });
  const execute = new Executor({
    project,
    folders,
    io,
    run: 'r1',
    jobs: story.jobs ?? 4,
    keepGoing: story.keepGoing ?? 'never',
    confirm: story.confirm ?? (async () => undefined),
    control,
    emit,
    reach,
    ledger: { ...FORGETFUL, ...story.ledger },
    secrets: secretsOf(project.secrets, io),
    tasks: TASK,
    decideAgain: (one) => one,
    scope: {
      askedSince: async () => [],
      project,
      folders,
      io,
      run: 'r1',
      reach,
      terminal: undefined,
      killGrace: story.killGrace ?? 500,
      zx: () => [],
      checkout: () => ({ id: '' }),
      ownedOf: () => ({ intent: () => {}, created: () => {}, destroying: () => {}, destroyed: () => {} }),
      sources: () => ok({ digest: '', entries: [] }),
      machine: async (name) => err({ code: 'machine-absent', message: name }),
      receipt: () => undefined,
      hash: ({ key, record }) => key ?? keyOf(record),
      stored: () => undefined,
      lies: () => false,
      note: () => {},
    },
  });
  const perform = execute.perform;
  const standsIn = (one: PlannedAction): boolean => reach.failure(one.action.step.sandbox) !== undefined;
  const loop = {
    planning,
    before: (id: StepId) => before.get(id) ?? [],
    keepGoing: story.keepGoing ?? 'never',
    control,
    emit,
    standsIn,
    perform,
    serve: execute.serve,
  };
  const outcomes = await runLoop({ ...loop, made: () => ({ outputs: undefined }), trouble: () => undefined });
  execute.stop();
  control.close();
  return {
    outcomes: Object.fromEntries(outcomes),
    events,
    exit: exitCode(outcomes.values(), control.cause),
    settled,
    output: (id) => events.flatMap((event) => (event.type === 'step-output' && event.step === id ? [event.text] : [])).join(''),
    started: events.flatMap((event) => (event.type === 'step-started' ? [event.step] : [])),
  };
}

const RUN: Decision = { is: 'run', reasons: [{ code: 'never-ran' }] };

const FORGETFUL: Ledger = {
  reads: () => undefined,
  begin: () => ok({ before: undefined, inputs: undefined }),
  succeed: (planned) => ok({ cached: false, key: planned.key, outputs: undefined, notes: [] }),
  fail: () => [],
  restore: () => 'miss',
  restoreNewest: () => undefined,
};

export function projectOf(story: Pick<Story, 'steps' | 'sandboxes' | 'pools' | 'secrets'>, root: string): Project {
  const steps = Object.entries(story.steps).map(([id, step]): [StepId, Step] => [id, stepOf(id, step)]);
  return {
    name: 'story',
    root,
    file: join(root, 'Sandboxfile'),
    default: [],
    params: new Map(),
    sandboxes: new Map([LOCAL_SPEC, ...(story.sandboxes ?? [])].map((spec) => [spec.name, spec])),
    steps: new Map(steps),
    called: new Map(),
    lacking: new Map(),
    pools: new Map(Object.entries(story.pools ?? {})),
    cache: { enabled: true, maxSize: 1e9, maxAge: 1e9 },
    hub: { interval: 1e9, wait: 1e9 },
    secrets: story.secrets ?? [],
  };
}

function stepOf(id: StepId, { run, ...step }: StoryStep): Step {
  return stepWith({
    id,
    task: 'shell',
    sandbox: LOCAL,
    retry: { times: 0, delay: 1 },
    script: { shell: 'sh', text: run ?? 'true', variables: [], source: run ?? 'true' },
    ...step,
  });
}

function planOf(project: Project, story: Story): ReadonlyMap<StepId, PlannedAction> {
  const key: Digest = 'k'.repeat(64);
  return new Map(
    [...project.steps.values()].map((step, order) => {
      const sandbox = project.sandboxes.get(step.sandbox) ?? LOCAL_SPEC;
      const draft = TASK.get(step.task)?.plan(step, { project, sandbox, downstream: [] }).value;
      if (draft === undefined) throw new Error(`no draft of ${step.id}`);
      const action = { id: step.id, step, draft, order, named: true, forced: false };
      const record = recordOf(action, { inputs: null, upstream: {}, tools: {}, place: {}, secrets: {} });
      return [step.id, { action, decision: story.decide?.(step.id, new Map()) ?? RUN, record, key }];
    }),
  );
}
