import { escapeGlob } from '../../base/glob.ts';
import { shellQuote } from '../../base/quote.ts';
import { HERE, pathOf } from './makefile.ts';
import { type Material, makerOf, prerequisitesOf, said } from './material.ts';
import { scriptOf } from './script.ts';
import { withAllNeeded } from './target-variables.ts';
import { foldersMade, isPathLike, type Work, type WorkLine } from './work.ts';

/** What a step does, reads and makes. */
export interface Done {
  readonly run: string;
  readonly shell?: 'bash';
  readonly interactive?: true;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  /** Variables of the environment that count, because the result is remembered. */
  readonly env: readonly string[];
  readonly passEnv: readonly string[];
}

/** What a compiler reads beside the source, where it finds that out itself. */
const HEADERS = '**/*.{h,hh,hpp,hxx,inc}';
/** They find the agent by a variable. */
const SSH = /(?:^|[\s;&|(])(?:ssh|scp|sftp|rsync|git|autossh)\s/;
const TERMINAL = /\b(?:ssh\s+(?:-\w+\s+)*-t{1,2}\b|(?:docker|podman)\s+(?:run|exec)\s+(?:-\S+\s+)*-(?:it|ti)\b)/;

export function doneBy(work: Work, material: Material): Done {
  const { shell, note } = material;
  if (work.role === 'group') return grouped(work, material);
  if (work.role === 'make' || shell === undefined) return leftToMake(work, material);
  for (const { at, raw } of work.lines.filter(callsMake)) {
    const instead = 'Import the Makefile that it is for, or move the line into a step of its own.';
    note({ at, text: raw, why: 'it still calls make', instead, left: true, target: work.target.name });
  }
  if (work.role === 'action' && !work.target.isPhony && isPathLike(work.target)) {
    note(
      said(work, `no command names ${pathOf(work.target.name)}: the step runs every time; if it makes that file, add it as \`outputs\``),
    );
  }
  const wanted = prerequisitesOf(work).flatMap((name) => makerOf(name, material) ?? []);
  const folders = [...wanted, work].filter(({ role }) => role === 'folder').flatMap(({ lines }) => lines);
  const made = new Set(folders.flatMap((line) => foldersMade(line.text) ?? []));
  const body = work.role === 'folder' ? '' : scriptOf(work.lines, shell);
  const names = new Set([...work.lines, ...folders].flatMap(({ quotes }) => [...quotes.names]));
  const { text, passed } = material.prologue(names, body, work.recipe.exported);
  const run = [...text, ...(made.size > 0 ? [`mkdir -p ${[...made].join(' ')}`] : []), ...(body === '' ? [] : [body])].join('\n');
  const common = { run, ...(shell.is === 'bash' ? { shell: 'bash' as const } : {}) };
  const agent = SSH.test(body) ? ['SSH_AUTH_SOCK'] : [];
  if (TERMINAL.test(body)) {
    note(said(work, 'it asks for a terminal, so the step owns that of the user'));
    return { ...common, interactive: true, env: [], passEnv: [...passed, ...agent] };
  }
  const remembered = filesOf(work, material);
  if (remembered === undefined) return { ...common, env: [], passEnv: [...passed, ...agent] };
  return { ...common, ...remembered, env: passed, passEnv: agent };
}

/** Fresh when all that it needs is; what needs nothing makes what needs it run each time, as `FORCE` does. */
function grouped(work: Work, material: Material): Done {
  const needs = prerequisitesOf(work).some((name) => makerOf(name, material) !== undefined);
  return { run: ':', ...(needs ? { inputs: [], outputs: [] } : {}), env: [], passEnv: [] };
}

/** make itself, with the parameters that it looks at. */
function leftToMake(work: Work, { makefile, works, params, note }: Material): Done {
  const instead = 'The step calls make for it: write its `run` by hand.';
  const { target, recipe } = work;
  const about = { instead, left: true, target: target.name };
  for (const why of target.faults) note({ at: target.at, text: target.text, why, ...about });
  for (const { at, text, why } of recipe.faults) note({ at, text, why, ...about });
  const targets = new Map([...works].map(([name, one]) => [name, one.target]));
  const asked = new Set([...withAllNeeded(target.name, targets)].flatMap((name) => [...(works.get(name)?.recipe.asked ?? [])]));
  const set = params.filter(([variable]) => asked.has(variable) && /^\w+$/.test(variable));
  const words = [
    'make',
    ...(makefile.file === 'Makefile' ? [] : ['-f', shellQuote(makefile.file)]),
    target.name.startsWith(HERE) ? `"$PWD"${quoted(target.name.slice(1))}` : quoted(target.name),
    ...set.map(([variable, param]) => `${variable}=\${{ params.${param} }}`),
  ];
  return { run: words.join(' '), env: [], passEnv: [] };
}

/** One word of sh, without what sbx would read as an expression. */
function quoted(name: string): string {
  return shellQuote(name).replaceAll('${{', "$''{{");
}

function callsMake({ raw, quotes }: WorkLine): boolean {
  return /\$[({]MAKE[)}]/.test(raw) || /(?:^|[;&|]\s*)make(?:\s|$)/.test(quotes.bare.trim());
}

/** What a target that is a file reads and makes; undefined: nothing is remembered of it. */
function filesOf(work: Work, material: Material): Pick<Done, 'inputs' | 'outputs'> | undefined {
  const { target, role, lines } = work;
  const { files, missing, note } = material;
  if (role !== 'file') return undefined;
  const outside = [...target.makes, ...target.prerequisites].find((name) => !isWithin(pathOf(name)));
  if (outside !== undefined) {
    note(said(work, `${outside} is not below the folder of the Sandboxfile, so nothing is remembered of this step`));
    return undefined;
  }
  const sources = target.prerequisites.filter((name) => makerOf(name, material) === undefined).map(pathOf);
  for (const name of sources) {
    if (files.exists(name) || missing.has(name)) continue;
    missing.add(name);
    const instead = `Write a step that makes ${name}, or take it out of \`inputs\`.`;
    note({ ...said(work, `there is no ${name}, and no rule makes it`), instead, left: true });
  }
  const headers = lines.some(({ text }) => /\s-M(?:M?D)\b/.test(text)) ? [HEADERS] : [];
  const makes = target.makes.map(pathOf);
  const own = makes.filter((made) => sources.some((source) => made.startsWith(`${source}/`))).map((made) => `!${escapeGlob(made)}`);
  return { inputs: [...sources.map(escapeGlob), ...headers, ...own], outputs: makes.map(escapeGlob) };
}

function isWithin(path: string): boolean {
  return !/^[/~]/.test(path) && !path.split('/').includes('..');
}
