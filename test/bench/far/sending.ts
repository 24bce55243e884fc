// Sources on their way: all of them, none of them, one of them, and a small edit of a large file.
import { appendFileSync, closeSync, cpSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../cases.ts';
import { run } from '../measure.ts';
import { alternate, command, type Trial } from './alternate.ts';
import { caseName } from './names.ts';
import { COLD, type Own, ownProject, WARM, withAgent } from './own.ts';
import { moveAway, type Peer, peersFor } from './peers.ts';
import { differ, fileOf, writeBinaries, writeSources } from './tree.ts';
import type { End } from './wire.ts';

export interface FarBench {
  readonly rounds: number;
  readonly say: (text: string) => void;
  readonly without: readonly string[];
}

/** The same tree for the peers together, for sbx that connects anew, and for sbx with its agent. */
interface Sides {
  readonly shared: string;
  readonly peers: readonly Peer[];
  readonly cold: Own;
  readonly warm: Own;
}

function sidesOf(end: End, write: (root: string) => void, peers: readonly Peer[]): Sides {
  const shared = join(end.folder, 'shared');
  const cold = ownProject(end, 'cold', '');
  const warm = ownProject(end, 'warm', '');
  write(shared);
  for (const own of [cold, warm]) cpSync(shared, own.tree, { recursive: true });
  return { shared, peers, cold, warm };
}

const pushed = ({ there }: End, peer: Peer): string => join(there, peer.name.replaceAll(/\W+/g, '-'));

/** Everything travels: the far side is empty, and nobody remembers anything. Three rounds at most: what they leave takes longer to remove than to send. */
export function first(end: End, files: number, bench: FarBench): Promise<Result[]> {
  const peers = peersFor(end, files, { whole: true, packed: end.wire.rate !== undefined }, bench);
  const { shared, cold, warm } = sidesOf(end, (root) => writeSources(root, files), peers);
  const trials = peers.map((peer): Trial => {
    const to = pushed(end, peer);
    const before = (): void => {
      for (const path of [to, `${shared}.unison`, join(end.there, '.unison')]) moveAway(path);
    };
    return { name: peer.name, once: command(peer.push(end, shared, to)), before, check: () => differ(shared, to) };
  });
  const own = (name: string, one: Own): Trial => ({
    ...{ name, once: command(one.run('sync')), before: one.forget },
    check: () => differ(one.tree, one.arrived),
  });
  return withAgent(end, warm, warm.run('sync'), () =>
    alternate(caseName('first sync', files, end.wire.name), [...trials, own(COLD, cold), own(WARM, warm)], Math.min(3, bench.rounds)),
  );
}

/** After that: nothing changed, and one file did. */
export function again(end: End, files: number, bench: FarBench): Promise<Result[]> {
  const peers = peersFor(end, files, { whole: false, packed: false }, bench);
  const sides = sidesOf(end, (root) => writeSources(root, files), peers);
  const { cold, warm } = sides;
  return whileSent(end, sides, async () => {
    const edit = (root: string) => (): void => appendFileSync(join(root, fileOf(7)), 'int edited;\n');
    // The second run of its kind, as any but the first after an edit.
    const unasked: Trial = { ...trial('sbx, asks nobody', cold, cold.run('sync')), before: () => void run(cold.run('sync')) };
    const compared = [trial(COLD, cold, cold.run('sync', '--force')), trial(WARM, warm, warm.run('sync', '--force'))];
    return [
      ...(await alternate(caseName('no change', files, end.wire.name), [...pushes(end, sides), unasked, ...compared], bench.rounds)),
      ...(await alternate(caseName('1 edited', files, end.wire.name), edited(end, sides, edit), bench.rounds)),
    ];
  });
}

/** A few bytes in the midst of the first of the large files. */
export function edit(end: End, mib: number, bench: FarBench): Promise<Result[]> {
  const peers = peersFor(end, 4, { whole: false, packed: false }, bench);
  const sides = sidesOf(end, (root) => writeBinaries(root, mib), peers);
  let n = 0;
  const change = (root: string) => (): void => {
    const file = openSync(join(root, 'large0'), 'r+');
    writeSync(file, `edit ${n++}`, mib * 2 ** 17);
    closeSync(file);
  };
  const name = caseName('small edit of a large file', mib, end.wire.name);
  return whileSent(end, sides, () => alternate(name, edited(end, sides, change), bench.rounds));
}

function trial(name: string, own: Own, words: ReturnType<Own['run']>): Trial {
  return { name, once: command(words), check: () => differ(own.tree, own.arrived) };
}

function pushes(end: End, { peers, shared }: Sides): Trial[] {
  return peers.map((peer) => {
    const to = pushed(end, peer);
    return { name: peer.name, once: command(peer.push(end, shared, to)), check: () => differ(shared, to) };
  });
}

function edited(end: End, sides: Sides, change: (root: string) => () => void): Trial[] {
  const { cold, warm, shared } = sides;
  return [
    ...pushes(end, sides).map((one): Trial => ({ ...one, before: change(shared) })),
    { ...trial(COLD, cold, cold.run('sync')), before: change(cold.tree) },
    { ...trial(WARM, warm, warm.run('sync')), before: change(warm.tree) },
  ];
}

/** All that is measured then was sent before by each. */
function whileSent<T>(end: End, sides: Sides, work: () => Promise<T>): Promise<T> {
  for (const { once } of pushes(end, sides)) void once();
  run(sides.cold.run('sync'));
  return withAgent(end, sides.warm, sides.warm.run('sync'), work);
}
