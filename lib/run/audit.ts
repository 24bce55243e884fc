import { findExecutable } from '../io/executable.ts';
import { ignoredOf } from '../io/git-changes.ts';
import { makeFolder } from '../io/replace.ts';
import { readTrace } from '../io/strace/trace.ts';
import type { Emit } from '../model/event.ts';
import type { Folders, Io } from '../model/io.ts';
import type { Action } from '../model/plan.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import { draftActions } from '../plan/actions.ts';
import { auditOf } from '../plan/audit.ts';
import { makeGraph } from '../plan/graph.ts';
import { selectAll } from '../plan/select.ts';
import type { Task } from '../task.ts';
import { entriesIn, removeEntries } from './entries.ts';
import { traceFolder, tracePath } from './trace-path.ts';

/** Tells, in an event, what an executed step did that it does not declare; in a note, that it is not known. */
export type Auditor = (step: Step) => Promise<void>;

interface AuditorInput {
  readonly project: Project;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly io: Io;
  readonly folders: Folders;
  readonly run: string;
  readonly emit: Emit;
}

/** For a run whose commands are started by `tracedSpawn` with `tracePath`. */
export function openAuditor({ project, tasks, io, folders, run, emit }: AuditorInput): Auditor {
  const { files, environment } = io;
  const graph = makeGraph(project).value;
  const all = (graph && draftActions(project, selectAll(graph), tasks).value) ?? [];
  const actions: ReadonlyMap<StepId, Action> = new Map(all.map((action) => [action.id, action]));
  const home = realOf(io, environment.get('HOME') ?? '/');
  const traces = traceFolder(folders.project);
  removeEntries(files, entriesIn(files, traces)); // of runs that were killed: this one has the project's lock
  makeFolder(files, traces);
  return async ({ id, sandbox, dir, env }) => {
    if (project.sandboxes.get(sandbox)?.kind !== 'local')
      return emit({ type: 'step-note', step: id, text: `not audited: it runs in ${sandbox}` });
    const action = actions.get(id);
    if (action === undefined) throw new Error(`no step ${id}`);
    const cwd = `${project.root}/${dir}`;
    const traced = await readTrace(files, tracePath(folders.project, run, id), realOf(io, cwd));
    if (traced === undefined) return; // it started no command
    const isFolder = (one: string): boolean | undefined =>
      files.lstatSync(`${project.root}/${one}`, { throwIfNoEntry: false })?.isDirectory();
    const path = new Map(env).get('PATH') ?? environment.get('PATH') ?? '';
    const audit = auditOf(action, traced, {
      project,
      actions,
      home,
      called: (program) => findExecutable(program, path, cwd, files),
      ignored: (paths) => ignoredOf(io, project.root, paths),
      isFile: (one) => isFolder(one) === false,
      isFolder: (one) => isFolder(one) === true,
    });
    emit({ type: 'step-audited', step: id, audit });
  };
}

/** The path itself if it is gone. */
function realOf({ files }: Io, path: string): string {
  try {
    return files.realpathSync(path);
  } catch {
    return path;
  }
}
