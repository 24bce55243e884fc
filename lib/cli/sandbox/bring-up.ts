import { compileExcludes } from '../../base/excludes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Created, Reachability } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import { GUEST_USER } from '../../model/machine-spec.ts';
import type { SandboxSpec, Step } from '../../model/project.ts';
import type { Sandbox, Session } from '../../model/sandbox.ts';
import { openMemory } from '../../run/memory.ts';
import { openOwned } from '../../run/owned.ts';
import { arrive } from '../../sync/arrive.ts';
import { syncTree } from '../../sync/sync.ts';
import { createWorkspace } from '../../sync/workspace.ts';
import { checkoutIn, type Ground, machineIn, sandboxOf } from '../sandboxes.ts';

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
  const reachability = await reachabilityOf(spec, sandbox, ground, workspace, signal);
  return reachability.ok ? ok({ ...created, ...(reachability.value ? { reachability: reachability.value } : {}) }) : reachability;
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
    files: io.files,
    root: repo,
    sources: async () => look.sources(spec.files, exclude),
    receipt: undefined,
    excluded: (one) => excluded(one, false),
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

/** Undefined: nobody else gets there. */
async function reachabilityOf(
  spec: SandboxSpec,
  sandbox: Sandbox,
  ground: Ground,
  workspace: string,
  signal: AbortSignal,
): Promise<Result<Reachability | undefined, Failure>> {
  if (spec.kind === 'machine') {
    const machine = await machineIn(new Map([[spec.name, sandbox]]), spec.name);
    const up = machine.ok ? await machine.value.waitFor({ signal, note: () => {} }) : machine;
    if (!up.ok) return up;
    const { address: host, port } = up.value.endpoint;
    return ok({ host, port, user: spec.user ?? GUEST_USER, remote_dir: workspace });
  }
  if (spec.kind !== 'ssh') return ok(undefined);
  const { resolveHost } = await import('../../ssh/config.ts');
  const resolved = await resolveHost({ named: spec.host ?? spec.name, user: spec.user, tunnel: spec.tunnel }, ground.io, signal);
  if (!resolved.ok) return resolved;
  const { hostname: host, port, user } = resolved.value;
  return ok({ host, port, user, remote_dir: workspace });
}
