import { lstatSync, readFileSync, rmSync } from 'node:fs';
import type { Random } from '../random.ts';
import type { Trial } from '../row.ts';
import type { Pool } from './pool.ts';
import type { Watch } from './reads.ts';
import { play, type Situation } from './situations.ts';
import type { Station } from './station.ts';
import { WAYS, type Way, wayOf } from './ways.ts';

// What lies on this computer: store, records, memo, evidence, documents, trees, lock.

interface Target {
  readonly label: string;
  /** Situations in which it is asked. */
  readonly when: readonly Situation[];
  /** Damage of its bytes must be said, not only be survived. */
  readonly isSaid: boolean;
}

const EACH: readonly Situation[] = [
  'nothing else',
  'outputs gone',
  'back to what was built before',
  'new sources',
  'all forced',
  'a source that fails',
  'all that can be asked',
];
const WHEN: { readonly [label: string]: readonly Situation[] } = { tree: ['new sources'], journal: ['all that can be asked'] };
const BACK: readonly Situation[] = ['back to what was built before'];
const LOST: readonly Situation[] = ['outputs and step records gone'];

function targetsOf({ files }: Station): readonly Target[] {
  const labels = Object.keys(files).filter((label) => !/ of an(other| earlier day)$/.test(label));
  return labels.map((label): Target => {
    const isStored = label.startsWith('blob') || label.startsWith('record');
    if (isStored) return { label, when: label.endsWith('(A)') && !label.includes('check') ? BACK : LOST, isSaid: true };
    return { label, when: WHEN[label] ?? EACH, isSaid: false };
  });
}

/** Endless; every target with every kind of damage before one comes a second time. */
export function* localTrials(random: Random, stations: Pool<Station>, watch: Watch): Generator<Trial> {
  const targets = targetsOf(stations.all[0] as Station);
  const seen = new Set<string>();
  for (let round = 0; ; round++) {
    const order = random.fork(`round ${round}`);
    for (const kind of order.shuffled(WAYS)) {
      for (const target of order.shuffled(targets)) {
        const way = wayOf(kind, order);
        const situation = order.pick(target.when);
        const name = `${target.label}: ${way.name}; then ${situation}`;
        if (seen.has(name) || name.startsWith('lock: gone')) continue; // an empty lock is taken without a look into it
        seen.add(name);
        yield { name, run: () => stations.use((station) => harmed(station, target, way, situation, watch)) };
      }
    }
  }
}

/** A record ends with the small files of its step, its log among them: that one is only ever shown, and then checked by itself. */
function onlyLogHarmed(sound: Buffer, path: string): boolean {
  const [, text = ''] = sound.toString('latin1').split('\n', 2);
  const { log, small } = JSON.parse(text) as { readonly log: string | null; readonly small: readonly (readonly [string, number])[] };
  let from = sound.indexOf('\n', 65) + 1;
  for (const [digest, length] of small) {
    if (digest === log) return onlyBetween(sound, path, from, from + length);
    from += length;
  }
  return false;
}

function onlyBetween(sound: Buffer, path: string, from: number, to: number): boolean {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const harmed = readFileSync(path);
  return (
    harmed.length === sound.length &&
    harmed.subarray(0, from).equals(sound.subarray(0, from)) &&
    harmed.subarray(to).equals(sound.subarray(to))
  );
}

async function harmed(station: Station, target: Target, way: Way, situation: Situation, watch: Watch): Promise<string | undefined> {
  await station.reset();
  const path = station.files[target.label] as string;
  if (target.label !== 'evidence') station.withoutEvidence();
  if (!lstatSync(path).isFile()) return `there is no ${target.label} to harm`;
  const sound = readFileSync(path);
  const { length: size } = sound;
  way.harm(path);
  const isLogAlone = target.label.startsWith('record of') && onlyLogHarmed(sound, path);
  const hasOtherSize = lstatSync(path, { throwIfNoEntry: false })?.size !== size; // that is enough to know: it is not opened
  const seen = watch.on(path);
  const { wrong, first, refused } = await play(station, situation).finally(() => watch.off(path));
  if (wrong !== undefined && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && refused('is a link')) {
    rmSync(path); // as it was asked to be
    return (await play(station, situation)).wrong;
  }
  if (seen.stuck !== undefined) return seen.stuck;
  if (wrong !== undefined) return wrong;
  if (!(way.isContent && !hasOtherSize ? seen.opened : seen.looked)) return `nobody looked at the ${target.label}`;
  const isMadeAgain = Object.values(first.outcomes).includes('succeeded');
  if (target.isSaid && !isMadeAgain && !isLogAlone) return `nothing was made again: ${JSON.stringify(first.outcomes)}`;
  if (first.warnings.length > 1) return `${first.warnings.length} warnings:\n${first.warnings.join('\n')}`;
  return undefined;
}
