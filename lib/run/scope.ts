import type { Digest } from '../base/digest.ts';
import { err, type Result } from '../base/result.ts';
import type { Counted } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Folders, Io } from '../model/io.ts';
import type { OwnedJournal, OwnedKind } from '../model/owned.ts';
import type { Action, PlannedAction } from '../model/plan.ts';
import type { Project, SandboxName, StepId } from '../model/project.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Terminal } from '../model/sandbox.ts';
import type { SandboxMachine } from '../model/sandbox-machine.ts';
import type { Answer } from '../model/service.ts';
import type { Tree, TreeEntry } from '../model/tree.ts';
import type { Pairs } from '../model/value.ts';
import type { Checkout } from '../sync/checkout.ts';
import type { RunScope } from '../task.ts';
import type { Leave } from './control.ts';
import type { StepOutput } from './output.ts';
import type { Reach } from './reach.ts';

/** What all steps of a run are given, whatever they do. */
export interface ScopeInput {
  readonly project: Project;
  readonly folders: Folders;
  readonly io: Io;
  readonly run: string;
  readonly reach: Reach;
  readonly terminal: Terminal | undefined;
  readonly killGrace: number;
  readonly zx: () => readonly string[];
  readonly checkout: () => Pick<Checkout, 'id'>;
  readonly ownedOf: (sandbox: SandboxName, target: string, thing: OwnedKind) => OwnedJournal;
  readonly sources: (files: 'git' | 'all', exclude: readonly string[]) => Result<Tree, Failure>;
  readonly machine: (sandbox: SandboxName, signal: AbortSignal) => Promise<Result<SandboxMachine, Failure>>;
  readonly receipt: (sandbox: SandboxName) => Receipt | undefined;
  readonly stored: (digest: Digest) => string | undefined;
  readonly lies: (entry: TreeEntry) => boolean;
  /** Commands among the inputs of the step that print something else by now. */
  readonly askedSince: (planned: PlannedAction, signal: AbortSignal) => Promise<readonly string[]>;
  /** What SBX_STEP_HASH says. */
  readonly hash: (planned: PlannedAction) => Digest;
  /** What steps of this run left in their places. */
  readonly placed: ReadonlyMap<StepId, Tree>;
  /** Called as the step goes on. */
  readonly progress: (step: StepId, done: number, total: number | undefined, unit: 'files' | 'bytes', files?: Counted) => void;
  readonly note: (step: StepId, text: string) => void;
}

/** What one attempt adds. */
interface AttemptScope {
  readonly planned: PlannedAction;
  readonly secrets: Pairs;
  readonly output: StepOutput;
  readonly leave: Pick<Leave, 'signal' | 'hurry'>;
  /** Hears from the task of a service whether it is ready. */
  readonly told: ((answer: Answer) => void) | undefined;
}

export function scopeOf(input: ScopeInput, { planned, secrets, output, leave, told }: AttemptScope): RunScope {
  const { project, folders, io, run, reach, terminal, killGrace, zx, checkout, ownedOf, stored, lies, placed } = input;
  const { step } = planned.action;
  const sandbox = project.sandboxes.get(step.sandbox);
  if (sandbox === undefined) throw new Error(`no sandbox ${step.sandbox}`);
  return {
    project,
    sandbox,
    folders,
    io,
    signal: leave.signal,
    hurry: leave.hurry,
    run,
    attempt: io.nonce(),
    terminal: step.interactive ? terminal : undefined,
    session: async () => {
      const place = await reach.to(sandbox.name);
      return place.ok ? { ok: true, value: place.value.session } : err(place.error);
    },
    workspace: async () => {
      const place = await reach.to(sandbox.name);
      if (!place.ok) return err(place.error);
      return removesWorkspace(planned.action) ? place.value.workspace : reach.workspaceOf(place.value, leave.signal);
    },
    machine: (of) => input.machine(of, leave.signal),
    knock: (of, signal) => reach.knock(of, signal),
    get checkout() {
      return checkout().id;
    },
    get owned() {
      return ownedOf(sandbox.name, reach.target(sandbox.name), { kind: 'workspace' });
    },
    ownedAs: (thing) => ownedOf(sandbox.name, reach.target(sandbox.name), thing),
    sources: async (files, exclude) => input.sources(files, exclude),
    receipt: () => input.receipt(sandbox.name),
    stored,
    lies,
    placed: (of) => placed.get(of),
    askedSince: () => input.askedSince(planned, leave.signal),
    key: planned.key,
    env: [...variablesOf(planned, secrets, io.environment), ['SBX_STEP_HASH', input.hash(planned)]],
    killGrace,
    zx,
    output: (chunk) => output.write(chunk),
    progress: (done, total, unit, files) => input.progress(step.id, done, total, unit, files),
    note: (text) => input.note(step.id, text),
    ready: (answer) => told?.(answer),
  };
}

/** Alone in the workspace and leaving nothing: the step is there to remove it, so it must not be made for it. */
export function removesWorkspace({ draft }: Action): boolean {
  return draft.workspace === 'excludes' && draft.makes.is === 'nothing';
}

/** Later ones win: passed through, declared, secrets, ours. */
function variablesOf({ action: { step } }: PlannedAction, secrets: Pairs, environment: ReadonlyMap<string, string>): Pairs {
  const passed = step.passEnv.flatMap((name) => {
    const value = environment.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return [...passed, ...step.env, ...secrets, ['SBX_STEP', step.id]];
}
