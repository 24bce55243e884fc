import { isDigest } from '../base/digest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import { limitOf } from '../io/limit.ts';
import { shellProgram } from '../io/script.ts';
import type { Failure } from '../model/failure.ts';
import type { PlaceSeen } from '../model/look.ts';
import type { Project, SandboxSpec } from '../model/project.ts';
import type { Session } from '../model/sandbox.ts';
import { ARRIVE } from './arrive-program.ts';
import { ask } from './ask.ts';
import { type Checkout, readSentinel } from './checkout.ts';
import type { Fields } from './fields.ts';
import { workspacePath } from './place.ts';

// What is seen on connecting. Knows nothing of records: whoever calls compares and keeps it.

/** What the look itself may take, and each probe beyond it, which is ended there after a minute. Milliseconds. */
const LOOK = 60_000;
const PROBE = 65_000;
/** Probes print a line or two. */
const ARRIVAL_BYTES = 16 * 2 ** 20;

/** What lies where the workspace should be. */
type WorkspaceFound =
  | { readonly is: 'absent' } // to be made, or there and empty
  | { readonly is: 'ours' }
  | { readonly is: 'refused'; readonly failure: Failure; readonly adoptable: boolean };

export interface Arrival {
  readonly seen: PlaceSeen;
  /** Absolute path on the far side. */
  readonly workspace: string;
  readonly found: WorkspaceFound;
  /** The one that is declared, if it belongs to another checkout: this is about the other name then. */
  readonly taken?: { readonly workspace: string; readonly owner: string };
  /** What the user should know: the workspace has another name than declared, a probe did not run, the clock is off. */
  readonly notes: readonly string[];
}

interface ArrivalRequest {
  readonly project: Project;
  readonly sandbox: SandboxSpec;
  readonly checkout: Checkout;
  /** Milliseconds since 1970 on this side. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Milliseconds after which a far side that says nothing counts as unreachable; default: a minute, and one for each probe. */
  readonly patience?: number;
}

/**
 * One round trip: fitness of the far side, probes, workspace, receipt, holds, clock. Writes nothing there.
 * Fails with `far-side-unfit` if a tool is missing, with `unreachable` if nothing is said in time; trouble with the workspace is in `found`, since a step may not need it.
 */
export async function arrive(session: Pick<Session, 'program'>, request: ArrivalRequest): Promise<Result<Arrival, Failure>> {
  const { project, sandbox, checkout } = request;
  const path = workspacePath(sandbox.workspace, project.name);
  if (!path.ok) return path;
  const sources = sourcesOf(project, sandbox);
  const probes = sandbox.probes.flatMap(([name, command]) => [name, probeProgram(command, sources, sandbox)]);
  const other = path.value + endingOf(checkout);
  const args = [path.value, other, `{"id":"${checkout.id}"`, ...probes];
  const patience = request.patience ?? LOOK + sandbox.probes.length * PROBE;
  using limit = limitOf(request.signal, patience);
  const said = await ask(session, ARRIVE, args, { signal: limit.signal }, ARRIVAL_BYTES).catch((thrown: unknown) => {
    if (!limit.deadline.aborted) throw thrown; // a session may reject when it is ended
  });
  if (said?.ok) return read(said.value, request); // whole, though the patience may have ended since
  if (limit.deadline.aborted && !request.signal.aborted) return err(silent(sandbox.name, patience));
  return said ?? err({ code: 'cancelled', message: 'cancelled' });
}

/** The files that steps of the sandbox source first: what they put on the PATH is what the probes must see. */
function sourcesOf(project: Project, sandbox: SandboxSpec): readonly string[] {
  const sources = new Set<string>();
  for (const step of project.steps.values()) {
    const source = step.sandbox === sandbox.name ? step.fields.source : undefined;
    if (typeof source === 'string' && source !== '') sources.add(source);
  }
  return [...sources].sort();
}

function probeProgram(command: string, sources: readonly string[], sandbox: SandboxSpec): string {
  const nothing = { shell: 'sh', text: 'set +e', variables: [], source: '' } as const;
  const before = sources.map((source) => shellProgram(nothing, [], source)).join('');
  return before + shellProgram({ shell: 'sh', text: command, variables: [], source: command }, sandbox.env);
}

function read(fields: Fields, request: ArrivalRequest): Result<Arrival, Failure> {
  const { sandbox, checkout } = request;
  const probes: Record<string, string> = {};
  const holds: Record<string, string> = {};
  const notes: string[] = [];
  const there: string[] = [];
  let receipt: string | undefined;
  let sentinel: Checkout | undefined;
  let workspace: { readonly state: string; readonly path: string; readonly taken: string } | undefined;
  for (let tag = fields.next(); tag !== undefined; tag = fields.next()) {
    const value = fields.next() ?? '';
    if (tag === 'done') break;
    else if (tag === 'lack' && value !== '') return err(unfit(sandbox.name, value));
    else if (tag === 'clock') notes.push(...clockNotes(sandbox.name, Number(value), request.now));
    else if (tag === 'workspace') workspace = { state: value, path: fields.next() ?? '', taken: fields.next() ?? '' };
    else if (tag === 'sentinel') sentinel = readSentinel(value);
    else if (tag === 'receipt') receipt = value;
    else if (tag === 'hold') {
      const key = fields.next() ?? '';
      if (isDigest(key)) holds[value] = key; // anything else is a doubt: the step began and was not looked at afterwards
    } else if (tag === 'there') there.push(value);
    else if (tag === 'probe') probes[value] = probeText(fields.next() ?? '', fields.next() ?? '');
  }
  if (!workspace) return err({ code: 'far-side-answer', message: `${sandbox.name} did not say what is there`, sandbox: sandbox.name });
  for (const [name] of sandbox.probes) probes[name] ??= 'missing';
  const owner = workspace.taken === '' ? undefined : (readSentinel(workspace.taken)?.owner ?? 'another checkout');
  if (owner !== undefined)
    notes.push(`the workspace of that name in ${sandbox.name} belongs to ${owner}: this checkout uses ${workspace.path}`);
  const taken = owner === undefined ? {} : { taken: { workspace: workspace.path.slice(0, -endingOf(checkout).length), owner } };
  const found = judge(workspace, sentinel, there, sandbox, checkout);
  const seen = { probes, at: request.now, holds: found.is === 'ours' ? holds : {} };
  return ok({ seen: found.is === 'ours' && receipt ? { ...seen, receipt } : seen, workspace: workspace.path, found, notes, ...taken });
}

/** What the name of a workspace gets where another checkout has it. */
function endingOf(checkout: Checkout): string {
  return `-${checkout.id.slice(0, 8)}`;
}

function probeText(end: string, said: string): string {
  if (end === '0') return said.trim();
  return end === '127' ? 'missing' : `failed with exit ${end}`;
}

function clockNotes(name: string, theirs: number, now: number): readonly string[] {
  const off = Math.round(theirs - now / 1000);
  return Math.abs(off) > 60
    ? [`the clock of ${name} is ${Math.abs(off)} s ${off > 0 ? 'ahead' : 'behind'}; builds there are right all the same`]
    : [];
}

function silent(name: string, patience: number): Failure {
  return {
    code: 'unreachable',
    message: `${name} did not say what is there within ${Math.round(patience / 100) / 10} s, though it is connected`,
    hint: 'does a file system there hang, or a probe of the sandbox?',
    sandbox: name,
  };
}

function unfit(name: string, lack: string): Failure {
  return {
    code: 'far-side-unfit',
    message: `${name} lacks ${lack.split(' ').join(', ')}`,
    hint: 'a sandbox needs POSIX sh, GNU coreutils, findutils and tar',
    sandbox: name,
  };
}

function judge(
  found: { readonly state: string; readonly path: string },
  sentinel: Checkout | undefined,
  there: readonly string[],
  sandbox: SandboxSpec,
  checkout: Checkout,
): WorkspaceFound {
  const refused = (code: 'workspace-foreign' | 'workspace-unsafe', message: string, hint?: string): WorkspaceFound => ({
    is: 'refused',
    adoptable: code === 'workspace-foreign',
    failure: { code, message: `${found.path} in ${sandbox.name} ${message}`, sandbox: sandbox.name, ...(hint ? { hint } : {}) },
  });
  switch (found.state) {
    case 'absent':
    case 'empty':
      return { is: 'absent' };
    case 'owned':
      if (sentinel?.id === checkout.id) return { is: 'ours' };
      return refused('workspace-foreign', `belongs to ${sentinel?.owner ?? 'something that left an unreadable .sbx/sentinel'}`);
    case 'foreign':
      return refused(
        'workspace-foreign',
        `holds files that sbx did not send: ${listed(there)}. A sync would remove those that are not in the project and not excluded`,
        `sbx adopt ${sandbox.name}   takes it over; or name another folder with \`workspace:\``,
      );
    case 'link':
      return refused('workspace-unsafe', 'is a link', 'a workspace must be a folder itself, so that a sync cannot be led elsewhere');
    case 'inner-link':
      return refused('workspace-unsafe', 'has a link in place of its .sbx folder or sentinel');
    case 'file':
      return refused('workspace-unsafe', 'is not a folder');
    case 'home':
      return refused('workspace-unsafe', 'is the home folder there or above it', 'name a folder of its own with `workspace:`');
    default:
      return refused(
        'workspace-unsafe',
        'belongs to another user or cannot be written',
        'give the folder to the login user of the sandbox',
      );
  }
}

/** Names as find gives them: the name, then one letter for the type. */
function listed(there: readonly string[]): string {
  const names = there
    .filter((one) => one !== '')
    .map((one) => JSON.stringify(one.slice(0, -1) + (one.endsWith('d') ? '/' : '')).slice(1, -1))
    .sort();
  return someOf(names, 20);
}
