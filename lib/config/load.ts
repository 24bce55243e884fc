import type { Checked } from '../model/diagnostic.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Pairs } from '../model/value.ts';
import type { Task } from '../task.ts';
import type { Ask } from './ask.ts';
import { mergePairs } from './environment.ts';
import { openIncluded } from './includes.ts';
import { nameSteps } from './naming.ts';
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

/** `partial`: what could be made of a faulty file, to look for more that is wrong; never to be run. */
export type CheckedProject = Checked<Loaded> & { readonly partial?: Project };

/**
 * A Sandboxfile with its recipes and profiles, and with those that it includes, as a project. Everything that is wrong is reported at once; a value is
 * given only if nothing is. Documents from the cache have no spans: if something is wrong with the project, the files are read anew.
 */
export async function load(sources: Sources, ask: Ask, tasks: readonly Task[], mayUseCache = true): Promise<CheckedProject> {
  const attempt = async (cached: boolean) => {
    const report = newReport();
    const library = newLibrary(report, cached);
    const found = await loadProject(sources, ask, tasks, library, report);
    return { found, library, report };
  };
  let { found, library, report } = await attempt(mayUseCache);
  if (report.diagnostics.length > 0 && library.usedCache()) ({ found, library, report } = await attempt(false));
  const diagnostics = sortDiagnostics(report.diagnostics);
  const faulty = diagnostics.some(({ severity }) => severity === 'error');
  if (found === undefined) return { diagnostics };
  return faulty ? { diagnostics, partial: found.project } : { value: { ...found, parsed: library.parsed }, diagnostics };
}

async function loadProject(
  sources: Sources,
  ask: Ask,
  tasks: readonly Task[],
  library: Library,
  report: Report,
): Promise<Omit<Loaded, 'parsed'> | undefined> {
  const document = await library.open(sources.main);
  if (document === undefined) return undefined;
  const opening = { ask, sources, library, report };
  const root = await openUnit(document, { space: '', folder: '.', dir: '.', given: new Map() }, 0, opening);
  const { units, absent } = await openIncluded(root, opening);
  for (const { main } of units) checkProfiles(main, tasks, report);
  const { name, params, lacking, scopeOf, sourcesOf, envOf } = readUnits(units, opening);

  // The project's own layers are above those of what it includes.
  const layers = [...units.slice(1), root].flatMap((unit) => unit.layers);
  const places = sectionOf(layers, 'sandboxes', report);
  await underlayProfiles(places, sourcesOf, library, report);
  const pools = readPools(layers, scopeOf, report);
  const cache = readCache(root.layers, scopeOf, report);
  const hub = readHub(root.layers, scopeOf, report);
  const secrets = readSecrets(layers, scopeOf, report);
  const sandboxes = readSandboxes(places, scopeOf, ask, report);
  const names = nameSteps(units, absent, report);
  const called = new Map([...names.aliases, ...names.groups]);
  const named = new Set<StepId>(ask.named.length > 0 ? ask.named.flatMap((one) => called.get(one) ?? one) : names.default);
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const common = { scopeOf, sandboxes, tasks: byName, secrets, names, gives: givesBy(byName, sandboxes), named, ask, lacking, report };
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
