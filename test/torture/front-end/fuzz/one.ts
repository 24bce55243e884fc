import { isDeepStrictEqual } from 'node:util';
import { type CheckedProject, load } from '../../../../lib/config/load.ts';
import { jsonOfDocument } from '../../../../lib/config/parsed.ts';
import type { Diagnostic } from '../../../../lib/model/diagnostic.ts';
import type { Project } from '../../../../lib/model/project.ts';
import { prepare } from '../../../../lib/run/prepare.ts';
import { TASK, TASKS } from '../../../../tasks/index.ts';
import { ASK, type Files, sourcesOf } from '../../../config/loading.ts';
import { World } from '../../../plan/world.ts';

// One input from its text to its plan, and what must be true of it whatever it says.

const FILES: Files = {
  recipes: { r: 'version: 1\nparams: { p: a, list: [a, b] }\nsteps: { made: { run: "echo ${{ params.p }}", outputs: made } }\n' },
  profiles: { p: 'version: 1\nsandboxes: { p: { host: far } }\n' },
  dotenv: { '.env': 'A=1\nB="two"\n' },
};
const ASKED = { ...ASK, profiles: [], args: ['one', '-x two'] };

/** What is wrong with how sbx read this text; undefined if nothing is. */
export async function tryOne(text: string): Promise<string | undefined> {
  const checked = await load(sourcesOf(text, FILES), ASKED, TASKS);
  const { value, partial, diagnostics } = checked;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (value === undefined && errors.length === 0) return 'no project, and nothing is said to be wrong';
  if (value !== undefined && errors.length > 0) return `a project, though ${errors[0]?.message}`;
  const project = value?.project ?? partial;
  const planned = project === undefined ? [] : planOf(project);
  const places = text.replace(/^\ufeff/, '').split('\n');
  for (const one of [...diagnostics, ...planned]) {
    const problem = placeProblem(one, places);
    if (problem !== undefined) return problem;
  }
  return value === undefined ? undefined : await sameFromCache(text, checked);
}

function planOf(project: Project): readonly Diagnostic[] {
  const prepared = prepare(
    project,
    { names: [...project.steps.keys()].slice(0, 3), only: false, force: [], noCache: false },
    TASK,
    new World(),
  );
  const plan = prepared.value?.planning.snapshot();
  if (prepared.value !== undefined && plan === undefined) throw new Error('no plan');
  return prepared.diagnostics;
}

function placeProblem({ span, code, message }: Diagnostic, lines: readonly string[]): string | undefined {
  if (message === '') return `${code} says nothing`;
  if (span === undefined || span.file !== 'Sandboxfile.yaml') return undefined;
  const { start, end } = span;
  const line = lines[start.line - 1];
  if (line === undefined || start.column < 1 || start.column > line.length + 1)
    return `${code} points at ${start.line}:${start.column}, which is not there: ${message}`;
  const ends = end.line > start.line || (end.line === start.line && end.column >= start.column);
  return ends ? undefined : `${code} ends before it begins: ${message}`;
}

/** What was kept of a file says the same as the file. */
async function sameFromCache(text: string, { value }: CheckedProject): Promise<string | undefined> {
  const parsed = value?.parsed.find(({ source }) => source.file === 'Sandboxfile.yaml');
  if (parsed === undefined) return undefined;
  const sources = sourcesOf(text, FILES);
  const json = JSON.parse(JSON.stringify(jsonOfDocument(parsed.document))) as ReturnType<typeof jsonOfDocument>;
  const again = await load({ ...sources, main: { ...sources.main, cached: json } }, ASKED, TASKS);
  const unplaced = (things: ReadonlyMap<string, object>): unknown =>
    [...things].map(([name, thing]) => [name, { ...thing, span: undefined, spanOf: undefined }]);
  const bare = (project: Project): unknown => ({ ...project, steps: unplaced(project.steps), lacking: unplaced(project.lacking) });
  if (again.value === undefined) return `the document from the cache is refused: ${again.diagnostics[0]?.message}`;
  return isDeepStrictEqual(bare(again.value.project), bare(value?.project as Project))
    ? undefined
    : 'the document from the cache makes another project';
}
