import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { compileExcludes } from '../../lib/base/excludes.ts';
import { err, type Result } from '../../lib/base/result.ts';
import { realClock } from '../../lib/io/io.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Action } from '../../lib/model/plan.ts';
import type { Step } from '../../lib/model/project.ts';
import type { Receipt } from '../../lib/model/receipt.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { treeOf } from '../../lib/model/tree.ts';
import { createWorkspace } from '../../lib/sync/workspace.ts';
import type { Produced, RunScope } from '../../lib/task.ts';
import { TASK } from '../../tasks/index.ts';
import { withFolder } from '../rig/folder.ts';
import { CHECKOUT, memoryJournal, projectOf, SIGNAL, sandboxSpec } from './fixture.ts';
import { type PlainSession, plainSession } from './session.ts';
import { treeIn } from './tree.ts';

/** A project and its workspace in which single steps are run, without a runner. */
export interface Stand {
  readonly here: string;
  readonly there: string;
  readonly session: PlainSession;
  readonly notes: string[];
  readonly journal: readonly string[];
  /** What the store has: path by digest. */
  readonly stored: Map<string, string>;
  output: string;
  receipt: Receipt | undefined;
  /** Plans and runs the step; keeps the receipt as a runner does. */
  run(step: Step, over?: Partial<RunScope>, session?: Session, named?: boolean): Promise<Result<Produced, Failure>>;
}

export function withStand(use: (stand: Stand) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const here = join(folder, 'here');
    const there = join(folder, 'w s');
    fs.mkdirSync(join(here, '.sbx'), { recursive: true });
    const session = plainSession(folder);
    const journal = memoryJournal();
    await createWorkspace(session, there, CHECKOUT, journal, SIGNAL);
    const stand: Stand = {
      here,
      there,
      session,
      notes: [],
      journal: journal.lines,
      stored: new Map(),
      output: '',
      receipt: undefined,
      run: async (step, over = {}, used = session, named = true) => {
        const task = TASK.get(step.task);
        const project = projectOf(here, [step]);
        const draft = task?.plan(step, { project, sandbox: sandboxSpec(), downstream: [] });
        if (!task || !draft?.value) throw new Error(JSON.stringify(draft?.diagnostics));
        const action: Action = { id: step.id, step, draft: draft.value, order: 0, named, forced: false };
        const produced = await task.run(action, { ...scopeOf(stand, used, journal), project, ...over });
        if (produced.ok && produced.value.receipt) stand.receipt = produced.value.receipt;
        return produced;
      },
    };
    await use(stand);
  });
}

function scopeOf(stand: Stand, session: Session, owned: RunScope['owned']): RunScope {
  return {
    askedSince: async () => [],
    project: projectOf(stand.here),
    sandbox: sandboxSpec(),
    folders: { cache: join(stand.here, '.sbx/cache'), state: join(stand.here, '.sbx/state'), project: join(stand.here, '.sbx') },
    io: {
      files: fs,
      clock: realClock,
      spawn: () => Promise.reject(new Error('nothing is spawned here')),
      nonce: () => randomBytes(16).toString('hex'),
      environment: new Map(),
    },
    signal: SIGNAL,
    hurry: SIGNAL,
    run: 'run-1',
    attempt: randomBytes(8).toString('hex'),
    terminal: undefined,
    session: async () => ({ ok: true, value: session }),
    workspace: async () => ({ ok: true, value: stand.there }),
    machine: async (name) => err({ code: 'machine-absent', message: name }),
    knock: async () => ({ ok: true, value: undefined }),
    sources: async (_files, exclude) => {
      const excluded = compileExcludes(exclude);
      return { ok: true, value: treeOf(treeIn(stand.here).entries.filter(({ path }) => !excluded(path, false))) };
    },
    receipt: () => stand.receipt,
    checkout: CHECKOUT.id,
    owned,
    stored: (digest) => stand.stored.get(digest),
    lies: () => false,
    placed: () => undefined,
    key: 'f'.repeat(64),
    env: [],
    killGrace: 1000,
    zx: () => [],
    output: (chunk) => {
      stand.output += Buffer.from(chunk).toString();
    },
    progress: () => {},
    ownedAs: () => owned,
    ready: () => {},
    note: (text) => stand.notes.push(text),
  };
}
