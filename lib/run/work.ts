import type { Emit } from '../model/event.ts';
import type { Project } from '../model/project.ts';
import type { Planning } from '../plan/planning.ts';
import type { RunControl } from './control.ts';
import { heedEnds } from './ends.ts';
import { Executor } from './execute.ts';
import { hidingEmit } from './hidden.ts';
import { makeLedger } from './keep.ts';
import type { Memory } from './memory.ts';
import { liesAsNamed } from './outputs.ts';
import { openOwned } from './owned.ts';
import type { Reach } from './reach.ts';
import type { RunRequest } from './run-request.ts';
import { secretsOf } from './secrets.ts';
import { stepHash } from './step-hash.ts';
import { clearStages } from './trash.ts';

// All that only a run that executes something needs: a run in which everything is fresh does not load it.

interface WorkInput {
  readonly request: RunRequest;
  readonly run: string;
  /** With steps of places that are away on this computer, if their policy says so. */
  readonly project: Project;
  readonly planning: Planning;
  readonly memory: Memory;
  readonly reach: Reach;
  readonly control: RunControl;
  readonly emit: Emit;
}

export async function openWork({ request, run, project, planning, memory, reach, control, emit: tell }: WorkInput): Promise<Executor> {
  const { io, folders, tasks, jobs, keepGoing, confirm, terminal, killGrace, zx, checkout, wish } = request;
  const { store, memo, records, look } = memory;
  const secrets = secretsOf(project.secrets, io);
  const emit = project.secrets.length === 0 ? tell : hidingEmit(tell, secrets.hide);
  clearStages(io.files, folders.project);
  heedEnds(io, folders.project, run, control, request.lasting?.control);
  const owned = openOwned(io, folders.state);
  const common = { project, folders, io, run, reach };
  const warn = (text: string, hint?: string): void => emit({ type: 'warning', text, ...(hint === undefined ? {} : { hint }) });
  const scene = { io, root: project.root, folder: folders.project, store, memo, run };
  const audit = request.audit ? (await import('./audit.ts')).openAuditor({ ...request, project, run, emit }) : undefined;
  return new Executor({
    ...common,
    jobs,
    keepGoing,
    confirm,
    control,
    emit,
    audit,
    lasting: request.lasting,
    secrets,
    tasks,
    ledger: makeLedger({ project: project.name, scene, records, look, noCache: wish.noCache || !project.cache.enabled, warn }),
    decideAgain: (planned) => {
      look.refresh();
      return planning.decide(planned.action.id);
    },
    scope: {
      ...common,
      terminal,
      killGrace,
      zx,
      checkout,
      ownedOf: (sandbox, target, thing) => owned.of({ ...thing, sandbox, target, root: project.root, checkout: checkout().id }),
      sources: (files, exclude) => look.sources(files, exclude),
      machine: request.machine,
      receipt: (sandbox) => records.receipt(sandbox),
      stored: (digest) => store.pathOf(digest),
      lies: (entry) =>
        entry.kind === 'file' && store.pathOf(entry.digest) !== undefined && liesAsNamed(io.files, project.root, memo, entry),
      askedSince: async (planned, signal) => {
        if (planned.action.step.inputCommands === undefined) return [];
        const { changedCommands } = await import('./input-commands.ts');
        return changedCommands(planned, { io, root: project.root, run, signal, hide: secrets.hide });
      },
      hash: (planned) => stepHash(planned, look),
      note: (step, text) => emit({ type: 'step-note', step, text }),
    },
  });
}
