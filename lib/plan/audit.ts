import { compileGlobs, type GlobSet, globsBelow } from '../base/glob.ts';
import type { Audit, Touched, Traced } from '../model/audit.ts';
import type { Action } from '../model/plan.ts';
import type { Project, StepId } from '../model/project.ts';
import { condense } from './condense.ts';
import { localState } from './inputs.ts';

interface AuditScope {
  readonly project: Project;
  /** Of every step of the project. */
  readonly actions: ReadonlyMap<StepId, Action>;
  readonly home: string;
  /** Absolute paths of programs by what they are called on the PATH of the step. */
  readonly called: (program: string) => string | undefined;
  /** Those of the paths of the project that git ignores. */
  readonly ignored: (paths: readonly string[]) => ReadonlySet<string>;
  /** Whether there is a file or a link at the path of the project; of what is gone again nothing counts as read. */
  readonly isFile: (path: string) => boolean;
  readonly isFolder: (path: string) => boolean;
}

/** Of each kind. */
const MOST = 1000;

/** Compares what a step did with what it declares. `action`: as in `scope.actions`. */
export function auditOf({ step, draft }: Action, { touched, gaps }: Traced, scope: AuditScope): Audit {
  const { project, actions } = scope;
  const inside = insideOf(touched, project.root);
  const declared = compileGlobs(draft.reads.is === 'files' ? draft.reads.globs : globsBelow(step.dir, step.inputs ?? []));
  const own = compileGlobs([...productsOf(actions.get(step.id)), ...localState(step, project)]);
  const needed = step.needs.map((id) => compileGlobs(productsOf(actions.get(id))));
  const others = [...actions.values()].flatMap((other) => {
    const globs = productsOf(other);
    return other.id === step.id || step.needs.includes(other.id) || globs.length === 0
      ? []
      : [{ step: other.id, set: compileGlobs(globs) }];
  });
  const isDeclared = (path: string): boolean => declared.matches(path) || own.matches(path) || needed.some(({ matches }) => matches(path));
  const sets = [declared, own, ...needed];
  const pick = (wanted: (touched: Touched) => boolean): readonly string[] => inside.filter(([, one]) => wanted(one)).map(([path]) => path);

  const wrote = pick(({ wrote, gone }) => wrote && !gone).filter((path) => !own.matches(path) && !isGit(path));
  const removed = pick(({ wrote, gone }) => gone && !wrote).filter((path) => !own.matches(path) && !isGit(path));
  const names = new Map(inside.map(([path, one]) => [path, one.names.map((name) => within(name, project.root) ?? '')]));
  const undeclared = pick(({ read }) => read).filter(
    (path) => scope.isFile(path) && !isDeclared(path) && !names.get(path)?.some(isDeclared) && !wrote.includes(path),
  );
  const git = undeclared.filter(isGit);
  const foreign = undeclared.filter((path) => !isGit(path));
  const products = others.flatMap(({ step: other, set }) => {
    const paths = foreign.filter(set.matches);
    return paths.length === 0 ? [] : [{ step: other, paths: paths.slice(0, MOST) }];
  });
  const made = new Set(products.flatMap(({ paths }) => paths));
  const read = foreign.filter((path) => !made.has(path));
  const looked = pick((one) => one.read || one.asked).flatMap((path) => [path, ...(names.get(path) ?? [])]);
  const written = pick((one) => one.wrote);
  const programs = programsOf(touched, project.root, scope);
  return {
    read: read.slice(0, MOST),
    ignored: [...scope.ignored(read)].sort().slice(0, MOST),
    git: git.slice(0, MOST),
    products,
    wrote: wrote.slice(0, MOST),
    removed: removed.slice(0, MOST),
    listed: foldersListed(touched, project.root)
      .filter((folder) => scope.isFolder(folder) && !sets.some((set) => ranges(set, folder)))
      .map((folder) => folder || '.')
      .slice(0, MOST),
    unread: unmet(step.dir, step.inputs ?? [], looked),
    unwritten: unmet(step.dir, step.outputs ?? [], written),
    found: pick((one) => one.read || one.asked)
      .filter((path) => own.matches(path) && scope.isFile(path))
      .slice(0, MOST),
    outside: outsideOf(touched, project.root, scope.home),
    programs,
    gaps,
    offer: {
      ...offered(
        'needs',
        step.needs,
        products.map((one) => one.step),
      ),
      // Without inputs a step that is remembered reads everything that no step makes.
      ...(step.inputs === undefined && draft.reads.is === 'files'
        ? {}
        : offered('inputs', step.inputs ?? [], below(step.dir, read, [...wrote, ...written]))),
      ...offered('outputs', step.outputs ?? [], below(step.dir, wrote, [...read, ...pick((one) => one.read && !one.wrote)])),
      ...offered(
        'tools',
        step.tools,
        programs.filter((name) => !EVERYWHERE.has(name)),
      ),
    },
  };
}

function productsOf(action: Action | undefined): readonly string[] {
  return action?.draft.makes.is === 'files' ? action.draft.makes.globs : [];
}

function within(path: string, root: string): string | undefined {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

/** What lies in the project, less what is sbx's own; sorted. */
function insideOf(touched: ReadonlyMap<string, Touched>, root: string): readonly (readonly [string, Touched])[] {
  const inside: (readonly [string, Touched])[] = [];
  for (const [path, one] of touched) {
    const name = within(path, root);
    if (name !== undefined && !name.split('/').includes('.sbx')) inside.push([name, one]);
  }
  return inside.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Those of the project, '' its own; sorted. */
function foldersListed(touched: ReadonlyMap<string, Touched>, root: string): readonly string[] {
  const all = [...touched].filter(([, { listed }]) => listed).map(([path]) => (path === root ? '' : within(path, root)));
  return all.filter((path) => path !== undefined && !isGit(path) && !path.split('/').includes('.sbx')).sort() as readonly string[];
}

/** Whether the globs look into the folder for names that they do not give. */
function ranges({ roots, literals, descend }: GlobSet, folder: string): boolean {
  const isIn = (start: string): boolean => start === '' || folder === start || folder.startsWith(`${start}/`);
  return descend(folder) && (roots.some(isIn) || literals.some(isIn));
}

function isGit(path: string): boolean {
  return path.split('/').includes('.git');
}

/** Globs that name nothing of `paths`. */
function unmet(dir: string, globs: readonly string[], paths: readonly string[]): readonly string[] {
  const isMet = ({ matches }: GlobSet): boolean => paths.some(matches);
  return globs.filter((glob) => !glob.startsWith('!') && !isMet(compileGlobs(globsBelow(dir, [glob]))));
}

/** Globs for paths of the project as a step in `dir` writes them; what lies outside of that cannot be declared by it. */
function below(dir: string, paths: readonly string[], not: readonly string[]): readonly string[] {
  const start = dir === '.' ? '' : `${dir}/`;
  const inDir = (list: readonly string[]): readonly string[] =>
    list.flatMap((path) => (path.startsWith(start) ? [path.slice(start.length)] : []));
  return condense(inDir(paths), inDir(not));
}

function offered(key: keyof Audit['offer'], now: readonly string[], more: readonly string[]): Audit['offer'] {
  const added = more.filter((one) => !now.includes(one));
  return added.length === 0 ? {} : { [key]: [...now, ...added] };
}

/** Folders of two names, or of one below the home: enough to know whose they are. */
function outsideOf(touched: ReadonlyMap<string, Touched>, root: string, home: string): Audit['outside'] {
  const folders = new Map<string, number>();
  for (const [path, { read }] of touched) {
    if (!read || within(path, root) !== undefined || /^\/(proc|dev|sys)\//.test(path)) continue;
    const ofHome = within(path, home);
    const names = (ofHome ?? path.slice(1)).split('/');
    const folder = ofHome === undefined ? `/${names.slice(0, Math.min(2, names.length - 1)).join('/')}` : `~/${names[0]}`;
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return [...folders].map(([folder, files]) => ({ folder, files })).sort((a, b) => b.files - a.files || (a.folder < b.folder ? -1 : 1));
}

function programsOf(touched: ReadonlyMap<string, Touched>, root: string, { called }: AuditScope): readonly string[] {
  const programs = new Set<string>();
  for (const [path, { executed }] of touched) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (executed && within(path, root) === undefined && called(name) === path) programs.add(name);
  }
  return [...programs].sort();
}

/** Shells and utilities that every POSIX system has, which do the same everywhere: no step is built anew for them. */
const EVERYWHERE: ReadonlySet<string> = new Set(
  (
    'awk basename bash cat chmod chown cksum cmp comm cp cut dash date dd df diff dirname du echo env expand expr false file find fold getconf grep head id ' +
    'install join kill ln logname ls mawk mkdir mkfifo mktemp mv nice nl nohup od paste pathchk pr printenv printf ps pwd readlink realpath rm rmdir sed seq ' +
    'sh sha256sum sleep sort split stat strings stty tail tee test time timeout touch tr true tsort tty uname uniq wc which who xargs'
  ).split(' '),
);
