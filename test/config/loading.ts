import type { Ask } from '../../lib/config/ask.ts';
import { type Loaded, load } from '../../lib/config/load.ts';
import type { Source, Sources } from '../../lib/config/sources.ts';
import type { Checked, Diagnostic } from '../../lib/model/diagnostic.ts';
import type { Project } from '../../lib/model/project.ts';
import type { Task } from '../../lib/task.ts';

// Loading of texts, for tests: no disk, two tasks.

const plan: Task['plan'] = () => ({ diagnostics: [] });
const run: Task['run'] = () => Promise.reject(new Error('not run'));

export const TASKS: readonly Task[] = [
  { name: 'shell', summary: 'Runs a command.', fields: {}, requires: ['run'], plan, run },
  {
    name: 'sync',
    summary: 'Sends sources.',
    fields: {
      files: { kind: 'string', description: 'Which.', enum: ['git', 'all'], default: 'git' },
      exclude: { kind: 'list', description: 'Less these.', of: { kind: 'string', format: 'glob', description: 'A glob.' }, default: [] },
    },
    refuses: ['run', 'outputs'],
    plan,
    run,
  },
];

export const ASK: Ask = {
  root: '/home/me/hello',
  file: '/home/me/hello/Sandboxfile.yaml',
  set: [],
  profiles: [],
  local: false,
  args: [],
  named: [],
  environment: new Map([
    ['HOME', '/home/me'],
    ['LANG', 'C'],
  ]),
  os: 'linux',
  arch: 'x64',
  cpus: 4,
};

export interface Files {
  readonly recipes?: { readonly [name: string]: string };
  readonly profiles?: { readonly [name: string]: string };
  readonly dotenv?: { readonly [name: string]: string };
  /** Included files, recipes and profiles beside them, by their paths. */
  readonly include?: { readonly [path: string]: string };
}

export function source(file: string, text: string): Source {
  return { file, bytes: new TextEncoder().encode(text) };
}

/** An extension that adds nothing. */
export const NO_MORE: NonNullable<Sources['extension']> = async () => ({
  name: 'none',
  from: 'none',
  tasks: [],
  drivers: new Map(),
  profiles: [],
});

export function sourcesOf(text: string, files: Files = {}): Sources {
  const folder = (kind: 'recipe' | 'profile' | 'dotenv') =>
    (kind === 'recipe' ? files.recipes : kind === 'profile' ? files.profiles : files.dotenv) ?? {};
  const included = (path: string) => {
    const found = files.include?.[path];
    return found === undefined ? undefined : source(path, found);
  };
  return {
    main: source('Sandboxfile.yaml', text),
    read(kind, name, below) {
      if (kind === 'include') return included(name);
      if (below !== undefined) return included(`${below}/${kind}s/${name}.yaml`);
      const found = Object.hasOwn(folder(kind), name) ? folder(kind)[name] : undefined;
      return found === undefined ? undefined : source(kind === 'dotenv' ? name : `${kind}s/${name}.yaml`, found);
    },
    names: (kind) => Object.keys(folder(kind)),
    extension: NO_MORE,
  };
}

export function loadText(text: string, ask: Partial<Ask> = {}, files: Files = {}, tasks = TASKS): Promise<Checked<Loaded>> {
  return load(sourcesOf(text, files), { ...ASK, ...ask }, tasks);
}

/** The project of a text that nothing is wrong with. */
export async function projectOf(text: string, ask: Partial<Ask> = {}, files: Files = {}, tasks = TASKS): Promise<Project> {
  const { value, diagnostics } = await loadText(text, ask, files, tasks);
  if (value === undefined) throw new Error(diagnostics.map(shown).join('\n') || 'no project and nothing wrong');
  return value.project;
}

/** A diagnostic as text: place, code, message, hint. */
export function shown({ span, code, message, hint }: Diagnostic): string {
  const at =
    span === undefined
      ? '-'
      : `${span.file}:${span.start.line}:${span.start.column}-${span.end.line === span.start.line ? '' : `${span.end.line}:`}${span.end.column}`;
  return `${at} ${code}: ${message}${hint === undefined ? '' : `\n    ${hint}`}`;
}
