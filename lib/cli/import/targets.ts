import type { Budget } from './budget.ts';
import { implicitRule, isBuiltIn, type Match, patternRules } from './implicit.ts';
import type { At, Listing, Makefile, Note, RecipeLine, Rule } from './makefile.ts';
import { stemOf, withStem } from './patterns.ts';

/** Something that can be made, with all that rules say of it. */
export interface Target {
  readonly name: string;
  readonly at: At;
  readonly text: string;
  readonly isPhony: boolean;
  /** All that one run of the recipe makes. */
  readonly makes: readonly string[];
  readonly prerequisites: readonly string[];
  readonly orderOnly: readonly string[];
  /** Absent: no rule has one. */
  readonly recipe?: readonly RecipeLine[];
  /** What `$*` is. */
  readonly stem: string;
  readonly description?: string;
  readonly faults: readonly string[];
}

export interface Targets {
  /** In the order of the Makefile, each followed by what pattern rules make for it. */
  readonly all: ReadonlyMap<string, Target>;
  /** What make makes when nothing is named. */
  readonly goal?: string;
  readonly special: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly Note[];
}

type Growing = { -readonly [key in keyof Target]: Target[key] };

const SPECIAL =
  /^\.(?:PHONY|SUFFIXES|DEFAULT|PRECIOUS|INTERMEDIATE|NOTINTERMEDIATE|SECONDARY|SECONDEXPANSION|DELETE_ON_ERROR|IGNORE|LOW_RESOLUTION_TIME|SILENT|EXPORT_ALL_VARIABLES|NOTPARALLEL|ONESHELL|POSIX|WAIT)$/;

/** The targets of a Makefile: those that rules name, and those that pattern rules make for them out of the files that are there. */
export function targetsOf(makefile: Makefile, files: Listing, budget: Budget): Targets {
  const special = specialOf(makefile.rules);
  const phony = new Set(special.get('.PHONY'));
  const patterns = patternRules(makefile.rules);
  const isPattern = new Set(patterns.map(placeOf));
  const named = new Map<string, Growing>();
  const notes: Note[] = [];
  for (const rule of makefile.rules) {
    if (isBuiltIn(rule) || isPattern.has(placeOf(rule))) continue;
    for (const name of rule.targets) if (!SPECIAL.test(name)) addRule(named, name, rule, phony, notes);
  }
  const declared = makefile.rules.find(({ targets }) => targets.includes('.PHONY'));
  for (const name of declared === undefined ? [] : phony) {
    const nothing = { prerequisites: [], orderOnly: [], faults: [], stem: '', makes: [name] };
    const at = { file: declared?.file ?? '', line: declared?.line ?? 0 };
    if (!named.has(name)) named.set(name, { name, at, text: declared?.text ?? '', isPhony: true, ...nothing });
  }
  const all = new Map<string, Target>();
  const used = new Set<string>();
  // As in make: what rules mention ought to be there.
  const mentioned = new Set(
    makefile.rules.filter((rule) => !isPattern.has(placeOf(rule))).flatMap((rule) => [...rule.targets, ...rule.prerequisites]),
  );
  const isKnown = (name: string): boolean => mentioned.has(name);
  const search = (name: string): Match | undefined => {
    const match = implicitRule(name, patterns, isKnown, { files, budget });
    if (match !== undefined) used.add(placeOf(match.rule));
    return match;
  };
  const add = (name: string): void => {
    if (all.has(name)) return;
    const target = named.get(name);
    const match = target?.isPhony || target?.recipe !== undefined ? undefined : search(name);
    const whole = target === undefined ? match && derived(name, match) : match ? joined(target, match) : target;
    if (whole === undefined) return;
    const found = (path: string): string => located(path, named, makefile, files);
    const complete = { ...whole, prerequisites: unique(whole.prerequisites.map(found)), orderOnly: unique(whole.orderOnly.map(found)) };
    all.set(name, complete);
    for (const next of [...complete.prerequisites, ...complete.orderOnly]) if (!named.has(next)) add(next);
  };
  for (const name of named.keys()) add(name);
  for (const rule of patterns) {
    if (isBuiltIn(rule) || used.has(placeOf(rule))) continue;
    const instead = 'Write a step for each file that is wanted.';
    notes.push({ at: rule, text: rule.text, why: 'nothing in the Makefile is made by this pattern', instead, left: true });
  }
  const goal = goalOf(makefile, named);
  return { all, special, notes, ...(goal === undefined ? {} : { goal }) };
}

function placeOf({ file, line }: At): string {
  return `${file}:${line}`;
}

function specialOf(rules: readonly Rule[]): ReadonlyMap<string, readonly string[]> {
  const special = new Map<string, string[]>();
  for (const { targets, prerequisites } of rules) {
    for (const name of targets) if (SPECIAL.test(name)) special.set(name, [...(special.get(name) ?? []), ...prerequisites]);
  }
  return special;
}

function addRule(named: Map<string, Growing>, name: string, rule: Rule, phony: ReadonlySet<string>, notes: Note[]): void {
  const stem = rule.pattern === undefined ? '' : stemOf(rule.pattern, name);
  const text = rule.text;
  if (stem === undefined) {
    notes.push({ at: rule, text, why: `${name} is not of the pattern ${rule.pattern}`, left: true });
    return;
  }
  const full = (one: string): string => (rule.pattern === undefined ? one : withStem(one, stem));
  const second = rule.prerequisites.some((one) => one.includes('$')) ? ['what it needs is expanded a second time, for each target'] : [];
  const faults = [...rule.faults, ...second];
  const prerequisites = rule.prerequisites.map(full).filter((one) => one !== name);
  const orderOnly = rule.orderOnly.map(full).filter((one) => one !== name);
  const before = named.get(name);
  const own = {
    at: { file: rule.file, line: rule.line },
    text,
    stem,
    makes: rule.grouped ? [name, ...rule.targets.filter((one) => one !== name)] : [name],
  };
  if (before === undefined) {
    const { recipe, description } = rule;
    const more = { ...(recipe === undefined ? {} : { recipe }), ...(description === undefined ? {} : { description }) };
    named.set(name, { name, ...own, isPhony: phony.has(name), prerequisites, orderOnly, faults, ...more });
    return;
  }
  // What the recipe's own rule needs comes first: `$<` is the first of it.
  before.prerequisites =
    rule.recipe === undefined ? [...before.prerequisites, ...prerequisites] : [...prerequisites, ...before.prerequisites];
  before.orderOnly = [...before.orderOnly, ...orderOnly];
  before.faults = [...before.faults, ...faults];
  before.description ??= rule.description as string;
  if (before.description === undefined) delete before.description;
  if (rule.recipe === undefined) return;
  if (before.recipe !== undefined && !rule.double) {
    const why = `this recipe for ${name} replaces the one of line ${before.at.line}, as in make`;
    notes.push({ at: rule, text, why, left: false, target: name });
  }
  before.recipe = rule.double && before.recipe !== undefined ? [...before.recipe, ...rule.recipe] : rule.recipe;
  Object.assign(before, own);
}

function derived(name: string, { rule, stem, targets, prerequisites, orderOnly }: Match): Target {
  const { file, line, text, recipe = [], faults } = rule;
  return { name, at: { file, line }, text, isPhony: false, makes: targets, prerequisites, orderOnly, recipe, stem, faults };
}

function joined(target: Target, match: Match): Target {
  const { rule, stem, targets, prerequisites, orderOnly } = match;
  return {
    ...target,
    makes: targets,
    stem,
    recipe: rule.recipe ?? [],
    prerequisites: [...prerequisites, ...target.prerequisites],
    orderOnly: [...orderOnly, ...target.orderOnly],
    faults: [...target.faults, ...rule.faults],
  };
}

/** A prerequisite that is not here is looked for in the folders of VPATH and vpath. */
function located(path: string, named: ReadonlyMap<string, unknown>, { searched }: Makefile, files: Listing): string {
  if (searched.length === 0 || named.has(path) || files.exists(path)) return path;
  const places = searched.filter(({ pattern }) => stemOf(pattern, path) !== undefined).flatMap(({ folders }) => folders);
  const folder = places.find((one) => files.exists(`${one}/${path}`));
  return folder === undefined ? path : `${folder}/${path}`;
}

function goalOf({ variables }: Makefile, named: ReadonlyMap<string, unknown>): string | undefined {
  const chosen = variables.get('.DEFAULT_GOAL')?.value;
  const text = typeof chosen === 'string' ? chosen.trim() : chosen?.join('').trim();
  if (text !== undefined && named.has(text)) return text;
  return [...named.keys()].find((name) => !name.startsWith('.') || name.includes('/'));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
