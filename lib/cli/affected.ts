import { basename, join, relative } from 'node:path';
import { type ChangedWays, changedWays } from '../io/changed-ways.ts';
import { type Base, baseOf, changesSince, contentAt, ignoredOf } from '../io/git-changes.ts';
import { realFiles } from '../io/io.ts';
import type { Changes } from '../model/changes.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Failure } from '../model/failure.ts';
import type { Project, StepId } from '../model/project.ts';
import { draftActions } from '../plan/actions.ts';
import { affectedBy, redefinedSteps } from '../plan/affected.ts';
import { makeGraph } from '../plan/graph.ts';
import { selectAll } from '../plan/select.ts';
import { EXIT } from '../run/exit-code.ts';
import { type Call, complain } from './call.ts';
import { loadWith, type Opened, sayFaulty } from './open.ts';
import { type ReadSource, readSandboxfile } from './read-file.ts';

interface Affected {
  readonly steps: ReadonlySet<StepId>;
  /** How much differs, and from what, in words. */
  readonly said: string;
}

/** All steps of the project that a change since the commit counts for. A number: git cannot tell, which was said; it is the exit code. */
export async function affectedSteps(
  call: Call,
  { project, tasks }: Pick<Opened, 'project' | 'tasks'>,
  wanted: string,
): Promise<Affected | number> {
  const { environment } = call.surroundings;
  const side = { environment, files: realFiles };
  const { root } = project;
  const base = baseOf(side, root, wanted === '' ? usualBase(call) : wanted);
  if (!base.ok) return untold(call, base.error);
  const changes = changesSince(side, root, base.value.commit);
  if (!changes.ok) return untold(call, changes.error);
  const graph = makeGraph(project);
  const actions = graph.value && draftActions(project, selectAll(graph.value), tasks);
  if (actions?.value === undefined) return await sayFaulty(call, [...graph.diagnostics, ...(actions?.diagnostics ?? [])]);
  const ways = changedWays(realFiles, root, environment.get('PATH') ?? '', changes.value);
  const before = await projectAt(call, project, base.value, ways);
  const redefined = before === 'same' ? new Set<StepId>() : redefinedSteps(before, project);
  const steps = affectedBy(actions.value, changes.value, { redefined, ways });
  return { steps, said: saidOf(base.value, changes.value) };
}

function untold(call: Call, failure: Failure): number {
  complain(call, failure);
  return EXIT.usage;
}

function usualBase({ surroundings: { environment } }: Call): string | undefined {
  const branch = environment.get('GITHUB_BASE_REF') ?? '';
  return environment.get('SBX_AFFECTED_BASE') || (branch === '' ? undefined : `origin/${branch}`);
}

/** The project as its files were then, with what is given now; undefined if they made none. */
async function projectAt(call: Call, { root, file }: Project, { commit }: Base, ways: ChangedWays): Promise<Project | undefined | 'same'> {
  const side = { environment: call.surroundings.environment };
  const wrong = (code: 'file-missing' | 'file-unreadable', message: string): Diagnostic => ({ severity: 'error', code, message });
  let same = true;
  const read: ReadSource = (path, shown) => {
    const name = relative(root, path);
    if (name.startsWith('../') || !ways.path(name)) return readSandboxfile(path, shown, realFiles); // of sbx itself, or as it was
    same = false;
    const content = contentAt(side, root, commit, name);
    if (content === 'unknown') return wrong('file-unreadable', `what ${shown} was cannot be told`);
    return content ?? wrong('file-missing', `${shown} did not exist`);
  };
  const shown = basename(file);
  if (ignoredOf(side, root, [shown]).has(shown)) return undefined; // git knows nothing of it, nor of a folder that it ignores whole
  const bytes = read(join(root, shown), shown);
  if ('code' in bytes) return undefined;
  const wish = { named: call.words.operands, args: call.words.rest ?? [] };
  const { checked, unread } = await loadWith(call, wish, { root, file, shown, bytes, files: realFiles, read });
  if (same) return 'same';
  return unread.length > 0 ? undefined : checked.value?.project;
}

function saidOf({ commit, name }: Base, { paths, folders }: Changes): string {
  const count = paths.length + folders.length;
  const from = `${commit.slice(0, 10)}, the newest commit shared with ${name}`;
  return count === 0 ? `nothing differs from ${from}` : `${count} ${count === 1 ? 'file differs' : 'files differ'} from ${from}`;
}
