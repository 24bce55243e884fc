// What a build left over there, on its way here: nothing of it differs, or all of it is missing here.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../cases.ts';
import { type Command, run } from '../measure.ts';
import { alternate, command, type Trial } from './alternate.ts';
import { caseName } from './names.ts';
import { COLD, type Own, ownProject, WARM, withAgent } from './own.ts';
import { moveAway, peersFor } from './peers.ts';
import type { FarBench } from './sending.ts';
import { differ, writeBinaries, writeSources } from './tree.ts';
import type { End } from './wire.ts';

const STEPS = `  make: { task: remote-build, in: far, needs: [sync], run: "rm -rf out && cp -r tree out", outputs: [out] }
  fetch: { task: fetch-artifacts, in: far, needs: [make], from: out, to: back }
`;

export function fetchNothing(end: End, files: number, bench: FarBench): Promise<Result[]> {
  const name = caseName('fetch, nothing changed', files, end.wire.name);
  return fetching(end, { name, bench, files, whole: false, write: (root) => writeSources(root, files), before: () => {} });
}

/** Neither the project nor the store has any of it. */
export function fetchAll(end: End, mib: number, bench: FarBench): Promise<Result[]> {
  const name = caseName('fetch, all of it', mib, end.wire.name);
  const before = (to: string, own?: Own): void => {
    moveAway(to, end.folder); // what lies in a project is sent
    if (own) rmSync(join(own.root, '.home/.cache'), { recursive: true, force: true });
  };
  return fetching(end, { name, bench, files: 4, whole: true, write: (root) => writeBinaries(root, mib), before });
}

interface Fetch {
  readonly name: string;
  readonly bench: FarBench;
  readonly files: number;
  readonly whole: boolean;
  write(root: string): void;
  before(to: string, own?: Own): void;
}

async function fetching(end: End, { name, bench, files, whole, write, before }: Fetch): Promise<Result[]> {
  const own = (which: 'cold' | 'warm'): Own => {
    const project = ownProject(end, which, STEPS);
    write(project.tree);
    return project;
  };
  const [cold, warm] = [own('cold'), own('warm')];
  run(cold.run('fetch'));
  const from = join(end.there, 'sbx-cold', 'out');
  const theirs = peersFor(end, files, { whole, packed: false }, bench).flatMap((peer): Trial[] => {
    const to = join(end.folder, peer.name.replaceAll(/\W+/g, '-'));
    const words = peer.fetch?.(end, from, to);
    if (words === undefined) return [];
    if (!whole) firstly(to, words);
    return [{ name: peer.name, once: command(words), before: () => before(to), check: () => differ(from, to) }];
  });
  const ours = (tool: string, one: Own): Trial => {
    const to = join(one.root, 'back');
    return {
      name: tool,
      once: command(one.run('fetch', ...(whole ? [] : ['--force']))),
      before: () => before(to, one),
      check: () => differ(one.tree, join(to, 'out')),
    };
  };
  return await withAgent(end, warm, warm.run('fetch'), () =>
    alternate(name, [...theirs, ours(COLD, cold), ours(WARM, warm)], bench.rounds),
  );
}

function firstly(to: string, words: Command): void {
  mkdirSync(to, { recursive: true });
  run(words);
}
