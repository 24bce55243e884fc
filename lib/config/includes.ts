import { posix } from 'node:path';
import { isMap, type PlainMap, packPlain } from '../base/plain.ts';
import { SANDBOXFILES } from '../model/project.ts';
import { formatProblem } from '../schema/formats.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import { isFree } from '../schema/shape.ts';
import { checkField, type Field } from './field.ts';
import { inProject } from './in-project.ts';
import { fieldOf } from './layers.ts';
import { checkGiven, givenBy } from './recipes.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Source, Sources } from './sources.ts';
import { type OpenWith, openUnit, type Unit } from './unit.ts';

// `include`: other Sandboxfiles, whose steps get a name before theirs.

/** The Sandboxfiles of a project. */
interface Units {
  /** That of the project first, each other one behind the one that includes it. */
  readonly units: readonly Unit[];
  /** Names of optional files that are not there, and where they would lie. */
  readonly absent: ReadonlyMap<string, string>;
}

const MOST = 256;
/** Anything else is a folder. */
const NAMED_FILE = /\.ya?ml$/;

/** Opens what a file includes, and what that includes. */
export async function openIncluded(root: Unit, opening: OpenWith): Promise<Units> {
  const units = [root];
  const absent = new Map<string, string>();
  if (!root.main.root.has('include')) return { units, absent };
  const { report, library, sources } = opening;
  const seen = new Map<string, string>();
  let layers = root.layers.length;
  for (const unit of units) {
    for (const inclusion of inclusionsOf(unit, report)) {
      const source = find(sources, inclusion.path);
      if (source === undefined) {
        if (inclusion.optional) absent.set(inclusion.space, inclusion.path);
        else
          report.add(
            'file-missing',
            `there is no ${NAMED_FILE.test(inclusion.path) ? 'file' : 'Sandboxfile in'} \`${inclusion.path}\``,
            inclusion.origin,
            'If it may be missing, write { file: ..., optional: true }.',
          );
        continue;
      }
      if (isCircle(source, unit, inclusion, report) || isTwice(source, inclusion, seen, report)) continue;
      if (units.length > MOST || !report.spend(source.bytes.length)) {
        report.add('file-too-large', `more than ${MOST} files, or 16 MiB of them, are included`, inclusion.origin);
        return { units, absent };
      }
      const document = await library.open(source);
      if (document === undefined) continue;
      const folder = posix.dirname(source.path);
      const { space, given, dir = folder } = inclusion;
      const included = await openUnit(document, { space: `${space}:`, folder, dir, given, outer: unit }, layers, opening);
      checkGiven(included.layers, given, 'the included file', report);
      layers += included.layers.length;
      units.push(included);
    }
  }
  return { units, absent };
}

interface Inclusion {
  /** With the names of all that include it: `backend:db`. */
  readonly space: string;
  /** A file or a folder, below the root of the project. */
  readonly path: string;
  readonly dir?: string;
  readonly optional: boolean;
  readonly given: ReadonlyMap<string, Field>;
  /** Where the path is written. */
  readonly origin: Origin;
}

function inclusionsOf(unit: Unit, report: Report): readonly Inclusion[] {
  const field = fieldOf(unit.main, 'include');
  if (field === undefined) return [];
  checkField(sandboxfileFields.include, field.value, field, report);
  return [...(isMap(field.value) ? field.value : [])].flatMap(([name, value]): readonly Inclusion[] => {
    const map: PlainMap = isMap(value) ? value : new Map([['file', value]]);
    const { file, dir: other = '.' } = Object.fromEntries(map);
    if (isFree(name) || formatProblem('name', name) || typeof file !== 'string' || typeof other !== 'string') return [];
    const at = below(field, name);
    const origin = isMap(value) ? below(at, 'file') : at;
    const path = inProject(unit.folder, file, origin, report);
    const dir = inProject(unit.folder, other, below(at, 'dir'), report);
    if (path === undefined || dir === undefined) return [];
    const values = map.get('with');
    const given = new Map(isMap(values) ? givenBy(values, below(at, 'with')) : []);
    const optional = map.get('optional') === true;
    return [{ space: `${unit.space}${name}`, path, optional, given, origin, ...(map.has('dir') ? { dir } : {}) }];
  });
}

function find(sources: Sources, path: string): (Source & { readonly path: string }) | undefined {
  const paths = NAMED_FILE.test(path) ? [path] : SANDBOXFILES.map((name) => posix.join(path, name));
  for (const one of paths) {
    const source = sources.read('include', one);
    if (source) return { ...source, path: one };
  }
  return undefined;
}

function isCircle({ file }: Source, unit: Unit, { origin }: Inclusion, report: Report): boolean {
  const chain: string[] = [];
  for (let one: Unit | undefined = unit; one !== undefined; one = one.outer) {
    chain.unshift(one.main.document.file);
    if (chain[0] !== file) continue;
    report.add('cycle', `files include each other: ${[...chain, file].join(' -> ')}`, origin, 'Put what both need into a third file.');
    return true;
  }
  return false;
}

/** The same steps in the same folder, under two names. */
function isTwice(
  { file, path }: Source & { readonly path: string },
  inclusion: Inclusion,
  seen: Map<string, string>,
  report: Report,
): boolean {
  const values = [...inclusion.given].map(([name, { value }]) => [name, packPlain(value)]);
  const key = JSON.stringify([file, inclusion.dir ?? posix.dirname(path), values]);
  const other = seen.get(key);
  if (other === undefined) seen.set(key, inclusion.space);
  else {
    const hint = `Refer to its steps as \`:${other}:STEP\`, or give it another \`dir\` or other values by \`with\`.`;
    report.add('conflicting-keys', `${file} is included already, as \`${other}\``, inclusion.origin, hint);
  }
  return other !== undefined;
}
