/**
 * What a disk may hold after the power went, given what programs saw before it. The model is that of Pillai et al., All File Systems Are Not Created Equal
 * (OSDI 2014; ALICE), with the weaker properties of file systems in use: ext4 without a journal or with data=writeback or noauto_da_alloc, XFS.
 *
 * - Data of a file that was not forced out since it was written may be missing: none of it (delayed allocation: the length is 0), a part, or zeros in its place.
 * - A change of names (made, renamed, removed) may be missing or there, in any order with others, unless the file or one of the folders was forced out later.
 * - A rename is there or not, never half of it. What has a name has folders above it: fsync of a new file forces its new parents out (ext4_sync_parent), and a
 *   journal keeps the order of a folder and what comes into it.
 * - A far side is another computer: its power stays on.
 */
import { dirname } from 'node:path';
import type { Moment, State, Thing } from './history.ts';

/** What becomes of what no fsync ordered. */
export interface Fate {
  /** Of the nth change of names, of `all`; `paths`: what is there then. */
  readonly named: (nth: number, all: number, paths: readonly string[]) => boolean;
  /** Of a file of so many bytes. */
  readonly data: (size: number) => 'none' | 'half' | 'zeros' | 'all';
}

interface Change {
  readonly at: number;
  readonly removed: readonly string[];
  readonly added: readonly (readonly [path: string, id: string])[];
}

/** Paths of far sides. */
const FAR = /^project\/\.sbx\/embedded\//;

/** The files that are there when the power is back, if it went right after the last of these moments. */
export function survivors(moments: readonly Moment[], fate: Fate): State {
  const first = moments[0]?.state ?? new Map();
  const latest = new Map<string, Thing>();
  const durable = new Map<string, Thing>([...first.values()].map((thing) => [thing.id, thing]));
  const changes: Change[] = [];
  const certain = new Set<Change>();
  moments.forEach(({ state, synced }, at) => {
    for (const thing of state.values()) latest.set(thing.id, thing);
    changes.push(...changesOf(moments[at - 1]?.state ?? state, state, at));
    for (const path of synced) {
      const thing = state.get(path);
      if (thing?.kind === 'file') durable.set(thing.id, thing);
      for (const change of changes) if (thing && isOrdered(change, path, thing)) certain.add(change);
    }
  });
  const names = new Map([...first].map(([path, thing]) => [path, thing.id]));
  changes.forEach((change, nth) => {
    const added = change.added.map(([path]) => path);
    const isFar = [...change.removed, ...added].some((path) => FAR.test(path));
    const isThere = isFar || certain.has(change) || fate.named(nth, changes.length, added);
    if (isThere) apply(change, names, moments[change.at]?.state ?? first);
  });
  const left = new Map<string, Thing>();
  for (const [path, id] of names) {
    const thing = latest.get(id);
    if (thing) left.set(path, FAR.test(path) ? thing : worn(thing, durable.get(id), fate));
  }
  return left;
}

/** Differences between two moments, a rename as one change. */
function changesOf(before: State, after: State, at: number): readonly Change[] {
  const gone = new Map<string, string>();
  for (const [path, { id }] of before) if (after.get(path)?.id !== id) gone.set(id, path);
  const changes: Change[] = [];
  for (const [path, { id }] of after) {
    if (before.get(path)?.id === id) continue;
    const from = gone.get(id);
    gone.delete(id);
    changes.push({ at, removed: from === undefined ? [] : [from], added: [[path, id]] });
  }
  for (const path of gone.values()) if (!after.has(path)) changes.push({ at, removed: [path], added: [] });
  return changes;
}

/** Whether forcing out this file, or this folder, makes the change last. */
function isOrdered({ removed, added }: Change, path: string, thing: Thing): boolean {
  if (thing.kind === 'folder') return [...removed, ...added.map(([to]) => to)].some((one) => dirname(one) === path);
  return added.some(([, id]) => id === thing.id);
}

function apply({ removed, added }: Change, names: Map<string, string>, state: State): void {
  for (const path of removed) {
    names.delete(path);
    for (const below of [...names.keys()]) if (below.startsWith(`${path}/`)) names.delete(below);
  }
  for (const [path, id] of added) {
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
      const folder = state.get(parent);
      if (folder && !names.has(parent)) names.set(parent, folder.id);
    }
    names.set(path, id);
  }
}

function worn(thing: Thing, durable: Thing | undefined, fate: Fate): Thing {
  if (thing.kind !== 'file') return thing;
  const old = durable?.kind === 'file' ? durable.content : Buffer.alloc(0);
  if (old.equals(thing.content)) return thing;
  const { content } = thing;
  const kept = content.subarray(0, old.length).equals(old) ? old.length : 0;
  const half = kept + ((content.length - kept) >> 1);
  switch (fate.data(content.length)) {
    case 'none':
      return { ...thing, content: old };
    case 'half':
      return { ...thing, content: content.subarray(0, half) };
    case 'zeros':
      return { ...thing, content: Buffer.concat([content.subarray(0, kept), Buffer.alloc(content.length - kept)]) };
    default:
      return thing;
  }
}
