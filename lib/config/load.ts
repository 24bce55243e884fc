import type { Checked } from '../model/diagnostic.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Pairs } from '../model/value.ts';
import type { Task } from '../task.ts';
import type { Ask } from './ask.ts';
import { mergePairs } from './environment.ts';
import { openIncluded } from './includes.ts';
import { Kinds } from './kinds.ts';
import { nameSteps } from './naming.ts';
import { putPlacesFirst } from './one-place.ts';
import { givesBy } from './outputs.ts';
import { readPools } from './pools.ts';
import { checkProfiles } from './profiles.ts';
import { readCache, readHub, readSecrets } from './project.ts';
import { linkSteps } from './references.ts';
import { newReport, type Report, sortDiagnostics } from './report.ts';
import { readSandboxes, underlayProfiles } from './sandboxes.ts';
import { sectionOf } from './section.ts';
import { type Library, newLibrary, type ParsedSource, type Sources } from './sources.ts';
import { readStep, type StepsScope } from './steps.ts';
import { openUnit } from './unit.ts';
import { readUnits } from './unit-values.ts';

export interface Loaded {
  readonly project: Project;
  /** Files that were parsed and may be cached, each by its bytes, as `jsonOfDocument(document)`. */
  readonly parsed: readonly ParsedSource[];
  /** Where values come from, if that was asked. */
  readonly provenance?: readonly Provenance[];
}

export interface CheckedProject extends Checked<Loaded> {
  /** What could be made of a faulty file, to look for more that is wrong; never to be run. */
  readonly partial?: Project;
  /** What the project was read with, as far as it was found. */
  readonly kinds: Pick<Kinds, 'tasks' | 'drivers'>;
}

/**
 * A Sandboxfile with its recipes and profiles, and with those that it includes, as a project. Everything that is wrong is reported at once; a value is
 * given only if nothing is. Documents from the cache have no spans: if something is wrong with the project, the files are read anew.
 */
export async function load(sources: Sources, ask: Ask, tasks: readonly Task[], mayUseCache = true): Promise<CheckedProject> {
  const attempt = async (cached: boolean) => {
    const report = newReport();
    const library = newLibrary(report, cached);
    const kinds = new Kinds(tasks);
    const found = await loadProject(sources, ask, kinds, library, report);
    return { found, library, report, kinds };
  };
  let { found, library, report, kinds } = await attempt(mayUseCache);
  if (report.diagnostics.length > 0 && library.usedCache()) ({ found, library, report, kinds } = await attempt(false));
  const diagnostics = sortDiagnostics(report.diagnostics);
  const faulty = diagnostics.some(({ severity }) => severity === 'error');
  if (found === undefined) return { diagnostics, kinds };
  return faulty ? { diagnostics, kinds, partial: found.project } : { value: { ...found, parsed: library.parsed }, diagnostics, kinds };
}

async function loadProject(
  sources: Sources,
  ask: Ask,
  kinds: Kinds,
  library: Library,
  report: Report,
): Promise<Omit<Loaded, 'parsed'> | undefined> {
  const document = await library.open(sources.main);
  if (document === undefined) return undefined;
  const opening = { ask, sources, library, report, kinds };
  const root = await openUnit(document, { space: '', folder: '.', dir: '.', given: new Map() }, 0, opening);
  const { units, absent } = await openIncluded(root, opening);
  for (const { main } of units) checkProfiles(main, kinds, report);
  const { name, params, lacking, scopeOf, sourcesOf, envOf } = readUnits(units, opening);

  // The project's own layers are above those of what it includes.
  const layers = [...units.slice(1), root].flatMap((unit) => unit.layers);
  const places = sectionOf(layers, 'sandboxes', report);
  await underlayProfiles(places, sourcesOf, library, report);
  putPlacesFirst(places, layers);
  const pools = readPools(layers, scopeOf, report);
  const cache = readCache(root.layers, scopeOf, report);
  const hub = readHub(root.layers, scopeOf, report);
  const secrets = readSecrets(layers, scopeOf, report);
  const sandboxes = readSandboxes(places, scopeOf, ask, kinds.driverNames(), report);
  const names = nameSteps(units, absent, report);
  const called = new Map([...names.aliases, ...names.groups]);
  const named = new Set<StepId>(ask.named.length > 0 ? ask.named.flatMap((one) => called.get(one) ?? one) : names.default);
  const common = { scopeOf, sandboxes, kinds, secrets, names, gives: givesBy(kinds.tasks, sandboxes), named, ask, lacking, report };
  const scopes = new Map<Pairs, StepsScope>();
  /** For the steps of one file; those that are in one place share one list of variables. */
  const scopeWith = (variables: Pairs): StepsScope => {
    const known = scopes.get(variables);
    if (known) return known;
    const env = new Map([...sandboxes].map(([id, spec]) => [id, mergePairs([variables, spec.env], places.get(id)?.origin, report)]));
    const made = { ...common, env };
    scopes.set(variables, made);
    return made;
  };
  const steps = new Map<StepId, Step>();
  const faulty = new Set<StepId>();
  for (const entry of names.section.values()) {
    const { cell } = entry;
    if (cell && faulty.has(cell.of)) continue; // what is wrong with one cell is wrong with all
    const before = report.diagnostics.length;
    const step = readStep(entry, scopeWith(envOf(entry.layer)));
    if (step) steps.set(step.id, step);
    if (cell && report.diagnostics.length > before) faulty.add(cell.of);
    if (report.isFull()) return undefined;
  }
  linkSteps(steps, { names, pools, secrets }, common);
  const { root: folder, file } = ask;
  const project = {
    name,
    root: folder,
    file,
    default: names.default,
    params,
    lacking,
    sandboxes,
    steps,
    called,
    pools,
    cache,
    hub,
    secrets,
  };
  if (!ask.provenance) return { project };
  const { provenanceOf } = await import('./provenance.ts');
  return { project, provenance: provenanceOf({ ask, name, units, places, steps: names.section }) };
}
