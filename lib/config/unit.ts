import { posix } from 'node:path';
import { isMap } from '../base/plain.ts';
import type { Ask } from './ask.ts';
import { openExtensions } from './extensions.ts';
import type { Field } from './field.ts';
import type { Kinds } from './kinds.ts';
import { checkTopKeys, checkVersion, fieldOf, type Layer } from './layers.ts';
import type { Document } from './parsed.ts';
import { openProfiles } from './profiles.ts';
import { openRecipes, type RecipeUse } from './recipes.ts';
import type { Report } from './report.ts';
import type { Library, Sources } from './sources.ts';

/** One Sandboxfile with its recipes and profiles: that of the project, or one that is included. */
export interface Unit {
  /** What stands before the names of its steps: `backend:`; empty for that of the project. */
  readonly space: string;
  /** Folder that the file lies in, below the root of the project; `.` for the root. */
  readonly folder: string;
  /** Folder that its paths are relative to. */
  readonly dir: string;
  /** The one that includes it. */
  readonly outer?: Unit;
  /** What that one gives its parameters. */
  readonly given: ReadonlyMap<string, Field>;
  readonly uses: readonly RecipeUse[];
  readonly main: Layer;
  /** The file and its profiles. */
  readonly own: readonly Layer[];
  /** All: recipes first, then the file, then profiles. */
  readonly layers: readonly Layer[];
}

type UnitPlace = Pick<Unit, 'space' | 'folder' | 'dir' | 'given' | 'outer'>;

/** What files are opened with. */
export interface OpenWith {
  readonly ask: Ask;
  readonly sources: Sources;
  readonly library: Library;
  readonly report: Report;
  readonly kinds: Kinds;
}

/** `first`: the index of its lowest layer. */
export async function openUnit(document: Document, place: UnitPlace, first: number, opening: OpenWith): Promise<Unit> {
  const { ask, library, report, kinds } = opening;
  const sources = within(opening.sources, place.folder);
  const bottom: Layer = { document, root: document.root, path: [], index: first, is: 'file' };
  await openExtensions(bottom, place.folder, opening.sources, kinds, report);
  const uses = await openRecipes(bottom, sources, library, report);
  const main: Layer = { ...bottom, index: first + uses.length };
  const profiles = await openProfiles(main, ask, sources, library, report, place.outer !== undefined);
  const own = [main, ...profiles];
  const layers = [...uses.map(({ layer }) => layer), ...own];
  checkLayers(layers, report);
  return { ...place, uses, main, own, layers };
}

/** What is wrong with single files, and between recipes. */
function checkLayers(layers: readonly Layer[], report: Report): void {
  const madeBy = new Map<string, Layer>();
  for (const layer of layers) {
    if (layer.path.length === 0) checkVersion(layer, report);
    checkTopKeys(layer, report);
    const steps = layer.is === 'recipe' ? fieldOf(layer, 'steps') : undefined;
    for (const name of isMap(steps?.value) ? steps.value.keys() : []) {
      const other = madeBy.get(name);
      const message = `both ${other?.document.file} and ${layer.document.file} have a step \`${name}\``;
      if (other) report.add('conflicting-keys', message, steps);
      madeBy.set(name, layer);
    }
  }
}

/** The sources as a file in this folder sees them: what lies beside it comes first. */
export function within(sources: Sources, folder: string): Sources {
  if (folder === '.') return sources;
  return {
    ...sources,
    read(kind, name) {
      if (kind === 'dotenv' || kind === 'include') return sources.read(kind, posix.join(folder, name));
      return sources.read(kind, name, folder) ?? sources.read(kind, name);
    },
  };
}
