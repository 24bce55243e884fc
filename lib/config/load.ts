import type { Checked } from '../model/diagnostic.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import type { Task } from '../task.ts';
import { aliasesOf } from './aliases.ts';
import type { Ask } from './ask.ts';
import { cellsOf } from './cells.ts';
import { mergePairs } from './environment.ts';
import { checkTopKeys, fieldOf, type Layer, sectionOf } from './layers.ts';
import type { Names } from './names.ts';
import { readParams } from './params.ts';
import { readPools } from './pools.ts';
import { checkProfiles, openProfiles } from './profiles.ts';
import { checkVersion, readCache, readDefault, readName, readSecrets, readTopEnv } from './project.ts';
import { openRecipes } from './recipes.ts';
import { linkSteps } from './references.ts';
import { newReport, type Report, sortDiagnostics } from './report.ts';
import { readSandboxes, underlayProfiles } from './sandboxes.ts';
import type { Scope } from './scope.ts';
import { type Library, newLibrary, type ParsedSource, type Sources } from './sources.ts';
import { readStep } from './steps.ts';

export interface Loaded {
  readonly project: Project;
  /** Files that were parsed and may be cached, each by its bytes, as `jsonOfDocument(document)`. */
  readonly parsed: readonly ParsedSource[];
}

/** `partial`: what could be made of a faulty file, to look for more that is wrong; never to be run. */
export type CheckedProject = Checked<Loaded> & { readonly partial?: Project };

/**
 * A Sandboxfile with its recipes and profiles as a project. Everything that is wrong is reported at once; a value is given only if nothing is.
 * Documents from the cache have no spans: if something is wrong with the project, the files are read anew.
 */
export async function load(sources: Sources, ask: Ask, tasks: readonly Task[], mayUseCache = true): Promise<CheckedProject> {
  const attempt = async (cached: boolean) => {
    const report = newReport();
    const library = newLibrary(report, cached);
    const project = await loadProject(sources, ask, tasks, library, report);
    return { project, library, report };
  };
  let { project, library, report } = await attempt(mayUseCache);
  if (report.diagnostics.length > 0 && library.usedCache()) ({ project, library, report } = await attempt(false));
  const diagnostics = sortDiagnostics(report.diagnostics);
  const faulty = diagnostics.some(({ severity }) => severity === 'error');
  if (project === undefined) return { diagnostics };
  return faulty ? { diagnostics, partial: project } : { value: { project, parsed: library.parsed }, diagnostics };
}

async function loadProject(
  sources: Sources,
  ask: Ask,
  tasks: readonly Task[],
  library: Library,
  report: Report,
): Promise<Project | undefined> {
  const document = await library.open(sources.main);
  if (document === undefined) return undefined;
  const bottom: Layer = { document, root: document.root, path: [], index: 0, is: 'file' };
  const uses = await openRecipes(bottom, sources, library, report);
  const main: Layer = { ...bottom, index: uses.length };
  const profiles = await openProfiles(main, ask, sources, library, report);
  const recipes = uses.map(({ layer }) => layer);
  const own = [main, ...profiles];
  const layers = [...recipes, ...own];
  checkLayers(layers, report);
  checkProfiles(main, tasks, report);

  const name = readName(own, ask.root, report);
  const bare: Scope = { ask, name, params: new Map(), lacks: new Set(), env: new Map(), spend: report.spend };
  const params = readParams(uses, own, bare, report);
  const scopes = layers.map(({ index }): Scope => ({ ...bare, ...params.seenBy(index) }));
  const topEnv = readTopEnv(layers, (layer) => scopes[layer] ?? bare, sources, report);
  const variables = new Map(topEnv);
  const inner = scopes.map((scope): Scope => ({ ...scope, env: variables }));
  const scopeOf = (layer: number): Scope => inner[layer] ?? bare;

  const places = sectionOf(layers, 'sandboxes', report);
  await underlayProfiles(places, sources, library, report);
  const pools = readPools(layers, scopeOf, report);
  const cache = readCache(layers, scopeOf, report);
  const secrets = readSecrets(layers, bare, report);
  const sandboxes = readSandboxes(places, scopeOf, ask, report);
  const declared = sectionOf(layers, 'steps', report);
  const { section, groups } = cellsOf(declared, report);
  const called = aliasesOf(declared, groups, report);
  const names: Names = { section, groups, called };
  const defaults = readDefault(layers, names, report);
  const named = new Set<StepId>(
    ask.named.length > 0 ? ask.named.flatMap((name) => groups.get(name) ?? called.get(name) ?? name) : defaults,
  );
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const lacking = new Map(params.lacking);
  const env = new Map([...sandboxes].map(([id, spec]) => [id, mergePairs([topEnv, spec.env], places.get(id)?.origin, report)]));
  const all = { scopeOf, sandboxes, tasks: byName, env, secrets, named, ask, lacking, report };
  const steps = new Map<StepId, Step>();
  const faulty = new Set<StepId>();
  for (const entry of section.values()) {
    const { cell } = entry;
    if (cell && faulty.has(cell.of)) continue; // what is wrong with one cell is wrong with all
    const before = report.diagnostics.length;
    const step = readStep(entry, all);
    if (step) steps.set(step.id, step);
    if (cell && report.diagnostics.length > before) faulty.add(cell.of);
    if (report.isFull()) return undefined;
  }
  linkSteps(steps, { names, pools, secrets }, all);
  const { root, file } = ask;
  return {
    name,
    root,
    file,
    default: defaults,
    params: params.declared,
    lacking,
    sandboxes,
    steps,
    called: new Map([...called, ...groups]),
    pools,
    cache,
    secrets,
  };
}

/** What is wrong with single files, and between recipes. */
function checkLayers(layers: readonly Layer[], report: Report): void {
  const madeBy = new Map<string, Layer>();
  for (const layer of layers) {
    if (layer.path.length === 0) checkVersion(layer, report);
    checkTopKeys(layer, report);
    const steps = layer.is === 'recipe' ? fieldOf(layer, 'steps') : undefined;
    for (const name of steps?.value instanceof Map ? steps.value.keys() : []) {
      const other = madeBy.get(name as string);
      if (other)
        report.add(
          'conflicting-keys',
          `both ${other.document.file} and ${layer.document.file} have a step \`${name}\``,
          fieldOf(layer, 'steps'),
        );
      madeBy.set(name as string, layer);
    }
  }
}
