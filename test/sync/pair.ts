import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { compileExcludes } from '../../lib/base/excludes.ts';
import { realClock } from '../../lib/io/io.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Receipt } from '../../lib/model/receipt.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { PLAIN_RULES, type SyncRules } from '../../lib/sync/change.ts';
import type { Travelled } from '../../lib/sync/progress.ts';
import { type Synced, syncTree } from '../../lib/sync/sync.ts';
import { createWorkspace } from '../../lib/sync/workspace.ts';
import { withFolder } from '../rig/folder.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from './fixture.ts';
import { type PlainSession, plainSession } from './session.ts';
import { type Files, read, treeIn, write } from './tree.ts';

/** A project here and its workspace there, with sh between them. */
export interface Pair {
  readonly here: string;
  readonly there: string;
  readonly session: PlainSession;
  readonly notes: string[];
  readonly travelled: Travelled[];
  receipt: Receipt | undefined;
  exclude: readonly string[];
  rules: Partial<SyncRules>;
  /** Syncs over `session`, or another; throws on a failure. */
  sync(session?: Session): Promise<Synced & { readonly trips: number }>;
  /** The code of the failure. */
  fails(session?: Session): Promise<string>;
  edit(files: Files): void;
  far(files: Files): void;
  readonly got: () => Record<string, string>;
}

export function withPair(use: (pair: Pair) => Promise<void>, name = `it's a "w" -rf 🧪`): Promise<void> {
  return withFolder(async (folder) => {
    const here = join(folder, 'here');
    const there = join(folder, name);
    fs.mkdirSync(here);
    const session = plainSession(folder);
    await createWorkspace(session, there, CHECKOUT, memoryJournal(), SIGNAL);
    const attempt = (pair: Pair, over: Session) =>
      syncTree({
        workspace: { session: over, path: there, checkout: CHECKOUT.id, signal: SIGNAL },
        io: { files: fs, clock: realClock, spawn: realSpawn(), environment: new Map(Object.entries({ PATH: process.env.PATH ?? '' })) },
        root: here,
        sources: async () => {
          const excluded = compileExcludes(pair.exclude);
          const { entries } = treeIn(here);
          const { treeOf } = await import('../../lib/model/tree.ts');
          return { ok: true, value: treeOf(entries.filter(({ path }) => !excluded(path, false))) };
        },
        receipt: pair.receipt,
        excluded: (path) => compileExcludes(pair.exclude)(path, false),
        rules: { ...PLAIN_RULES, ...pair.rules },
        nonce: () => randomBytes(16).toString('hex'),
        progress: (travelled) => pair.travelled.push(travelled),
        note: (text) => pair.notes.push(text),
      });
    const pair: Pair = {
      here,
      there,
      session,
      notes: [],
      travelled: [],
      receipt: undefined,
      exclude: [],
      rules: {},
      sync: async (over = session) => {
        const before = session.trips();
        const done = await attempt(pair, over);
        if (!done.ok) throw new Error(JSON.stringify(done.error));
        pair.receipt = done.value.receipt;
        return { ...done.value, trips: session.trips() - before };
      },
      fails: async (over = session) => {
        const done = await attempt(pair, over);
        return done.ok ? 'ok' : done.error.code;
      },
      edit: (files) => write(here, files),
      far: (files) => write(there, files),
      got: () => read(there),
    };
    await use(pair);
  });
}
