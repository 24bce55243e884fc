import { escapeGlob } from '../../base/glob.ts';
import { shellQuote } from '../../base/quote.ts';
import type { At, Listing, Makefile } from './makefile.ts';
import { nameFor } from './names.ts';
import { ordered } from './order.ts';
import type { Prologue } from './prologue.ts';
import { type RecipeShell, scriptOf } from './script.ts';
import { foldersMade, type Work } from './work.ts';

/** A step as it is written into the Sandboxfile. */
export interface ImportedStep {
  readonly id: string;
  /** The target that it was. */
  readonly target: string;
  readonly description?: string;
  readonly needs: readonly string[];
  readonly after: readonly string[];
  readonly run: string;
  readonly shell?: 'bash';
  readonly interactive?: true;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly passEnv: readonly string[];
  /** Variables of the environment that count, because the result is remembered. */
  readonly env: readonly string[];
}

/** What all steps are made with. */
export interface Material {
  readonly makefile: Makefile;
  readonly works: ReadonlyMap<string, Work>;
  /** The target whose recipe makes a file, by the file. */
  readonly makers: ReadonlyMap<string, string>;
  /** Undefined: no step can have the one that recipes are written for, and all of them are left to make. */
  readonly shell: RecipeShell | undefined;
  readonly prologue: Prologue;
  readonly files: Listing;
  readonly note: (work: Work, at: At, text: string, why: string, instead?: string, left?: boolean) => void;
}

const HEADERS = '**/*.{h,hh,hpp,hxx,inc}';
/** They find the agent by a variable. */
const SSH = /(?:^|[\s;&|(])(?:ssh|scp|sftp|rsync|git|autossh)\s/;
const TERMINAL = /\b(?:ssh\s+(?:-\w+\s+)*-t{1,2}\b|(?:docker|podman)\s+(?:run|exec)\s+(?:-\S+\s+)*-(?:it|ti)\b)/;

/** The steps that targets become, in their order. */
export function stepsOf(material: Material): readonly ImportedStep[] {
  const { works } = material;
  const needs = new Map([...works].map(([name, work]) => [name, needsOf(work, material)]));
  const after = ordered(works, needs);
  const taken = new Set<string>();
  const ids = new Map([...works.keys()].map((name) => [name, nameFor(name, taken)]));
  const idsOf = (names: readonly string[] = []): readonly string[] => names.map((name) => ids.get(name) ?? name);
  const steps = [...works.values()].map((work): ImportedStep => {
    const { name, description } = work.target;
    const id = ids.get(name) ?? name;
    const told = id === name ? description : description === undefined ? name : `${description} (${name})`;
    const common = {
      id,
      target: name,
      ...(told === undefined ? {} : { description: told }),
      needs: idsOf(needs.get(name)),
      after: idsOf(after.get(name)),
    };
    return { ...common, ...doneBy(work, needs.get(name) ?? [], material) };
  });
  return withoutOverlaps(steps, material);
}

type Done = Omit<ImportedStep, 'id' | 'target' | 'description' | 'needs' | 'after'>;

function doneBy(work: Work, needs: readonly string[], material: Material): Done {
  const { makefile } = material;
  const none = { env: [], passEnv: [] };
  const { shell } = material;
  // What needs nothing and does nothing makes what needs it run each time.
  if (work.role === 'group') return { run: ':', ...(needs.length === 0 ? {} : { inputs: [], outputs: [] }), ...none };
  if (work.role === 'make' || shell === undefined) {
    noteFaults(work, material);
    const file = makefile.file === 'Makefile' ? '' : ` -f ${shellQuote(makefile.file)}`;
    return { run: `make${file} ${shellQuote(work.target.name)}`, ...none };
  }
  const folders = prerequisitesOf(work).flatMap((name) => {
    const other = makerOf(name, material);
    return other?.role === 'folder' ? other.lines.flatMap(({ text }) => foldersMade(text) ?? []) : [];
  });
  const body = scriptOf(work.lines, shell);
  for (const line of work.lines.filter(({ text }) => /(?:^|[\s;&|(])make(?:\s|$)/.test(text))) {
    material.note(
      work,
      line.at,
      line.raw,
      'it still calls make',
      'Import the Makefile that it is for, or move the line into a step of its own.',
    );
  }
  const names = new Set(work.lines.flatMap(({ quotes }) => [...quotes.names]));
  const { text, passed } = material.prologue(names, body, work.recipe.exported);
  const run = [...text, ...(folders.length > 0 ? [`mkdir -p ${[...new Set(folders)].join(' ')}`] : []), body].join('\n');
  const remembered = filesOf(work, material);
  const agent = SSH.test(body) ? ['SSH_AUTH_SOCK'] : [];
  const interactive = TERMINAL.test(body);
  if (interactive)
    material.note(work, work.target.at, work.target.text, 'it asks for a terminal, so the step owns that of the user', undefined, false);
  return {
    run,
    ...(shell.is === 'bash' ? { shell: 'bash' } : {}),
    ...(interactive ? { interactive: true } : remembered),
    env: remembered === undefined || interactive ? [] : passed,
    passEnv: remembered === undefined || interactive ? [...passed, ...agent] : agent,
  };
}

/** Why a target is left to make. */
function noteFaults(work: Work, { note }: Material): void {
  const instead = 'The step calls make for it: write its `run` by hand.';
  const { target, recipe } = work;
  for (const why of target.faults) note(work, target.at, target.text, why, instead);
  for (const { at, text, why } of recipe.faults) note(work, at, text, why, instead);
}

function prerequisitesOf({ target, calls }: Work): readonly string[] {
  return [...new Set([...target.prerequisites, ...target.orderOnly, ...calls])];
}

function makerOf(name: string, { makers, works }: Material): Work | undefined {
  return works.get(makers.get(name) ?? name);
}

/** Targets that must have been made before. Those that only make folders are not among them. */
function needsOf(work: Work, material: Material): readonly string[] {
  if (work.role === 'make') return [];
  const { target } = work;
  for (const name of target.orderOnly) {
    const other = makerOf(name, material);
    if (work.role !== 'file' || other === undefined || other.role === 'folder' || target.prerequisites.includes(name)) continue;
    const why = `make never builds ${target.name} anew because of ${name}; sbx does when ${other.role === 'file' ? 'it changed' : 'it ran'}`;
    material.note(work, target.at, target.text, why, undefined, false);
  }
  const others = prerequisitesOf(work).flatMap((name) => makerOf(name, material) ?? []);
  return [
    ...new Set(others.filter(({ role, target: { name } }) => role !== 'folder' && name !== target.name).map((other) => other.target.name)),
  ];
}

/** What a target that is a file reads and makes; undefined: nothing is remembered of it. */
function filesOf(work: Work, material: Material): Pick<Done, 'inputs' | 'outputs'> | undefined {
  const { target, role, lines } = work;
  const { files, note } = material;
  if (role !== 'file') return undefined;
  const outside = [...target.makes, ...target.prerequisites].find((name) => !isWithin(name));
  if (outside !== undefined) {
    note(
      work,
      target.at,
      target.text,
      `${outside} is not below the folder of the Sandboxfile, so nothing is remembered of this step`,
      undefined,
      false,
    );
    return undefined;
  }
  const sources = target.prerequisites.filter((name) => makerOf(name, material) === undefined);
  for (const name of sources) {
    if (!files.exists(name))
      note(
        work,
        target.at,
        target.text,
        `there is no ${name}, and no rule makes it`,
        `Write a step that makes ${name}, or take it out of \`inputs\`.`,
      );
  }
  const finds = lines.some(({ text }) => /\s-M(?:M?D)\b/.test(text)) ? [HEADERS] : [];
  const holes = target.makes
    .filter((made) => sources.some((source) => made.startsWith(`${source}/`)))
    .map((made) => `!${escapeGlob(made)}`);
  return { inputs: [...sources.map(escapeGlob), ...finds, ...holes], outputs: target.makes.map(escapeGlob) };
}

function isWithin(path: string): boolean {
  return !/^[/~]/.test(path) && !path.split('/').includes('..');
}

/** A folder that other steps make something in is nobody's output. */
function withoutOverlaps(steps: readonly ImportedStep[], { works, note }: Material): readonly ImportedStep[] {
  const made = steps.flatMap(({ outputs = [] }) => outputs).sort();
  return steps.map((step) => {
    const folder = step.outputs?.find(
      (one) => made.some((other) => other.startsWith(`${one}/`)) || step.inputs?.some((input) => input.startsWith(`${one}/`)),
    );
    const work = works.get(step.target);
    if (folder === undefined || work === undefined) return step;
    note(
      work,
      work.target.at,
      work.target.text,
      `files in ${folder} belong to other steps, so nothing is remembered of this one`,
      undefined,
      false,
    );
    const { inputs, outputs, ...rest } = step;
    return rest;
  });
}
