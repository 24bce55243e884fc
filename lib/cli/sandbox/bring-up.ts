import { compileExcludes } from '../../base/excludes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Created } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import type { SandboxSpec, Step } from '../../model/project.ts';
import type { Sandbox, Session } from '../../model/sandbox.ts';
import { openMemory } from '../../run/memory.ts';
import { openOwned } from '../../run/owned.ts';
import { arrive } from '../../sync/arrive.ts';
import { PLAIN_RULES } from '../../sync/change.ts';
import { syncTree } from '../../sync/sync.ts';
import { createWorkspace } from '../../sync/workspace.ts';
import { checkoutIn, type Ground, sandboxOf } from '../sandboxes.ts';
import { addressOf } from './address.ts';

interface BringUp {
  readonly created: Created;
  readonly spec: SandboxSpec;
  readonly ground: Ground;
  /** The folder whose files are sent, absolute and real. */
  readonly repo: string | undefined;
  /** How they are sent. */
  readonly sync: Step | undefined;
  /** Keeps the record: it is on the disk when this returns. */
  readonly keep: (created: Created) => void;
  readonly note: (text: string) => void;
}

/** Reaches the place, makes the workspace and sends files. What can be left behind by it is in the record before. */
export async function bringUp(wish: BringUp, signal: AbortSignal): Promise<Result<Created, Failure>> {
  const sandbox = sandboxOf(wish.spec, wish.ground);
  try {
    return await enter(wish, sandbox, signal);
  } finally {
    await sandbox.leave?.(wish.note); // else it is in use, and by nobody
  }
}

async function enter(wish: BringUp, sandbox: Sandbox, signal: AbortSignal): Promise<Result<Created, Failure>> {
  const { spec, ground, keep, note } = wish;
  const { project, io, folders } = ground;
  const session = await sandbox.connect(signal, note);
  if (!session.ok) return session;
  await using connected = session.value;
  const checkout = checkoutIn(ground);
  const arrival = await arrive(connected, { project, sandbox: spec, checkout, now: io.clock.now(), signal });
  if (!arrival.ok) return arrival;
  const { found, workspace, notes } = arrival.value;
  for (const text of notes) note(text);
  if (found.is === 'refused') return err({ ...found.failure, hint: 'give it another workspace' });
  const created: Created = { ...wish.created, workspace };
  keep(created);
  const { target } = sandbox;
  const { root } = project;
  const owned = openOwned(io, folders.state).of({ kind: 'workspace', sandbox: spec.name, target, root, checkout: checkout.id });
  if (found.is === 'absent') {
    const made = await createWorkspace(connected, workspace, checkout, owned, signal);
    if (!made.ok) return made;
  }
  const sent = wish.repo === undefined ? ok(undefined) : await send(wish, wish.repo, connected, workspace, checkout.id, signal);
  if (!sent.ok) return sent;
  const address = await addressOf(spec, sandbox, ground, signal);
  if (!address.ok) return address;
  return ok({ ...created, ...(address.value === undefined ? {} : { reachability: { ...address.value, remote_dir: workspace } }) });
}

async function send(
  { spec, sync, ground, note }: BringUp,
  repo: string,
  session: Session,
  path: string,
  checkout: string,
  signal: AbortSignal,
): Promise<Result<void, Failure>> {
  const { io, folders, surroundings } = ground;
  const exclude = excludesOf(sync);
  const excluded = compileExcludes(exclude);
  const project = { root: repo, sandboxes: new Map() };
  const here = { os: surroundings.os, arch: surroundings.arch };
  const { look } = openMemory({ io, project, folders, here, warn: note, mode: 'read' });
  const synced = await syncTree({
    workspace: { session, path, checkout, signal },
    io,
    root: repo,
    sources: async () => look.sources(spec.files, exclude),
    receipt: undefined,
    excluded: (one) => excluded(one, false),
    rules: PLAIN_RULES,
    nonce: io.nonce,
    progress: () => {},
    note,
  });
  return synced.ok ? ok(undefined) : synced;
}

function excludesOf(sync: Step | undefined): readonly string[] {
  const exclude = sync?.fields.exclude;
  return Array.isArray(exclude) ? exclude.map(String) : [];
}
