import { localSandbox } from '../io/local.ts';
import type { Emit } from '../model/event.ts';
import type { Action } from '../model/plan.ts';
import type { RunControl } from './control.ts';
import type { DialledAhead } from './dial-ahead.ts';
import type { ProjectLook } from './look.ts';
import type { Memory } from './memory.ts';
import { openOwned } from './owned.ts';
import { Reach } from './reach.ts';
import type { RunRequest } from './run-request.ts';

/** Begins to dial what these actions are about to need, if any of them works in a place that can be dialled ahead. */
export async function reachAhead(
  request: RunRequest,
  actions: readonly Action[],
  look: ProjectLook,
  stopping: AbortSignal,
): Promise<DialledAhead | undefined> {
  const { sandboxes, offline } = request;
  if (offline || !actions.some(({ step }) => sandboxes.get(step.sandbox)?.ahead !== undefined)) return undefined;
  const { dialAhead } = await import('./dial-ahead.ts');
  return dialAhead(request, actions, look, stopping);
}

/** The places of a run, none of them reached yet. */
export function openReach(request: RunRequest, { records }: Memory, control: RunControl, emit: Emit): Reach {
  const { project, sandboxes, offline, io, folders, checkout } = request;
  const local = [...project.sandboxes.keys()].filter((name) => !sandboxes.has(name));
  const all = [...local.map((name) => localSandbox(name, io)), ...sandboxes.values()];
  const owned = openOwned(io, folders.state);
  return new Reach({
    sandboxes: new Map(all.map((sandbox) => [sandbox.name, sandbox])),
    root: project.root,
    offline,
    emit,
    signal: control.stopping,
    hurry: control.releasing,
    arrive: async (session, name, signal) => {
      const sandbox = project.sandboxes.get(name);
      if (sandbox === undefined) throw new Error(`no sandbox ${name}`);
      const { arrive } = await import('../sync/arrive.ts');
      return arrive(session, { project, sandbox, checkout: checkout(), now: io.clock.now(), signal });
    },
    create: async (session, path, sandbox, target, signal) => {
      const { createWorkspace } = await import('../sync/workspace.ts');
      return createWorkspace(
        session,
        path,
        checkout(),
        owned.of({ kind: 'workspace', sandbox, target, root: project.root, checkout: checkout().id }),
        signal,
      );
    },
    recorded: (sandbox) => records.place(sandbox),
    record: (sandbox, seen) => records.setPlace(sandbox, seen),
  });
}
