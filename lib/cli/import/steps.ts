import { pathOf } from './makefile.ts';
import { type Material, makerOf, prerequisitesOf, said } from './material.ts';
import { nameFor } from './names.ts';
import { ordered } from './order.ts';
import { type Done, doneBy } from './run.ts';
import type { Work } from './work.ts';

/** A step as it is written into the Sandboxfile. */
export interface ImportedStep extends Done {
  readonly id: string;
  /** The target that it was. */
  readonly target: string;
  readonly description?: string;
  readonly needs: readonly string[];
  readonly after: readonly string[];
}

/** The steps that targets become, in their order. */
export function stepsOf(material: Material): readonly ImportedStep[] {
  const { works } = material;
  const needs = new Map([...works].map(([name, work]) => [name, needsOf(work, material)]));
  const after = ordered(works, needs);
  const taken = new Set<string>();
  const ids = new Map([...works.keys()].map((name) => [name, nameFor(pathOf(name), taken)]));
  const idsOf = (names: readonly string[] = []): readonly string[] => names.map((name) => ids.get(name) ?? name);
  const steps = [...works].map(([name, work]): ImportedStep => {
    const id = ids.get(name) ?? name;
    const path = pathOf(name);
    const { description } = work.target;
    const told = id === path ? description : description === undefined ? path : `${description} (${path})`;
    const before = { needs: idsOf(needs.get(name)), after: idsOf(after.get(name)) };
    return { id, target: name, ...(told === undefined ? {} : { description: told }), ...before, ...doneBy(work, material) };
  });
  return withoutOverlaps(steps, material);
}

/** Targets that must have been made before. Folders are made by those that want them, if they do anything. */
function needsOf(work: Work, material: Material): readonly string[] {
  if (work.role === 'make') return [];
  const { target } = work;
  const others = prerequisitesOf(work).flatMap((name) => {
    const other = makerOf(name, material);
    if (other === undefined || other === work || (other.role === 'folder' && work.role !== 'group')) return [];
    if (work.role === 'file' && target.orderOnly.includes(name) && !target.prerequisites.includes(name)) {
      const when = other.role === 'file' ? 'it changed' : 'it ran';
      material.note(said(work, `make never builds ${target.name} anew because of ${name}; sbx does when ${when}`));
    }
    return [other.target.name];
  });
  return [...new Set(others)];
}

/** A folder that other steps make something in is nobody's output. */
function withoutOverlaps(steps: readonly ImportedStep[], { works, note }: Material): readonly ImportedStep[] {
  const folders = new Set(steps.flatMap(({ outputs = [], inputs = [] }) => [...outputs, ...inputs]).flatMap(foldersAbove));
  return steps.map((step) => {
    const folder = step.outputs?.find((output) => folders.has(output));
    const work = works.get(step.target);
    if (folder === undefined || work === undefined) return step;
    note(said(work, `files in ${folder} belong to other steps, so nothing is remembered of this one`));
    const { inputs, outputs, ...rest } = step;
    return rest;
  });
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
