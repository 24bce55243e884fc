import { appendFileSync, readFileSync } from 'node:fs';
import { digestOf } from '../../../lib/base/digest.ts';
import type { Trial } from '../row.ts';
import type { Pool } from './pool.ts';
import type { Watch } from './reads.ts';
import { play, type Situation } from './situations.ts';
import type { Station } from './station.ts';
import { exchange, overwrite } from './ways.ts';

// Damage that leaves a file well-formed: another's content, another moment's, a field changed with the digest over it made again.

interface Forgery {
  readonly name: string;
  /** What is harmed first: somebody must open it. */
  readonly of: string;
  readonly when: readonly Situation[];
  readonly forge: (files: Station['files']) => void;
  /** Remade, not only passed over. */
  readonly remade?: true;
}

const BACK: readonly Situation[] = ['back to what was built before'];
const ALL: readonly Situation[] = ['nothing else', 'outputs gone', 'back to what was built before', 'new sources', 'all forced'];

const at = (files: Station['files'], label: string): string => {
  const path = files[label];
  if (path === undefined) throw new Error(`no ${label}`);
  return path;
};

type Body = { key: string; outputs: { digest: string; entries: [string, string, string, number][] }; small: unknown; at: unknown };

/** Changes the body of a record and makes its own digest anew. */
function rewritten(path: string, change: (body: Body, blobs: Buffer) => void, keepsDigest = false): void {
  const bytes = readFileSync(path);
  const end = bytes.indexOf(10, 65);
  const body = JSON.parse(bytes.toString('utf8', 65, end)) as Body;
  const blobs = Buffer.from(bytes.subarray(end + 1));
  change(body, blobs);
  const text = JSON.stringify(body);
  const front = keepsDigest ? bytes.toString('utf8', 0, 64) : digestOf(text);
  overwrite(path, Buffer.concat([Buffer.from(`${front}\n${text}\n`), blobs]));
}

/** As treeOf makes it. */
function resealed(body: Body): void {
  const text = body.outputs.entries.map(([kind, path, what]) => `${kind}${path}\0${what}\0`).join('');
  body.outputs.digest = digestOf(text);
}

const entryOf = (body: Body, path: string): [string, string, string, number] =>
  body.outputs.entries.find((row) => row[1] === path) as [string, string, string, number];

const BIG = 'record of big (A)';
const LAZY = 'record of lazy (A)';

const FORGERIES: readonly Forgery[] = [
  {
    name: 'two records exchanged',
    of: LAZY,
    when: BACK,
    remade: true,
    forge: (files) => exchange(at(files, LAZY), at(files, 'record of join (A)')),
  },
  {
    name: 'the records of two builds of a step exchanged',
    of: LAZY,
    when: BACK,
    remade: true,
    forge: (files) => exchange(at(files, LAZY), at(files, 'record of lazy (B)')),
  },
  {
    name: 'two blobs exchanged',
    of: 'blob of tree/big.txt (A)',
    when: BACK,
    remade: true,
    forge: (files) => exchange(at(files, 'blob of tree/big.txt (A)'), at(files, 'blob of tree/sub/twin.txt (A)')),
  },
  {
    name: 'a record of another key under this one, digest made anew',
    of: LAZY,
    when: BACK,
    remade: true,
    forge(files) {
      const { key } = JSON.parse(readFileSync(at(files, LAZY), 'utf8').split('\n')[1] ?? '') as Body;
      const other = readFileSync(at(files, 'record of lazy (B)'));
      overwrite(at(files, LAZY), other);
      rewritten(at(files, LAZY), (body) => {
        body.key = key;
      });
    },
  },
  {
    name: 'a record that names another blob',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(
        at(files, BIG),
        (body) => {
          entryOf(body, 'tree/big.txt')[2] = entryOf(body, 'tree/sub/twin.txt')[2];
        },
        true,
      ),
  },
  {
    name: 'a record that names another blob, digest made anew',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, BIG), (body) => {
        entryOf(body, 'tree/big.txt')[2] = entryOf(body, 'tree/sub/twin.txt')[2];
      }),
  },
  {
    name: 'a record that names a blob that is nowhere, all digests made anew',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, BIG), (body) => {
        entryOf(body, 'tree/big.txt')[2] = digestOf('nowhere');
        resealed(body);
      }),
  },
  {
    name: 'a record with the right digest and a wrong size, digest made anew',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, BIG), (body) => {
        entryOf(body, 'tree/big.txt')[3] += 1;
      }),
  },
  {
    name: 'a record that makes a file executable, digest made anew',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, BIG), (body) => {
        entryOf(body, 'tree/big.txt')[0] = 'x';
      }),
  },
  {
    name: 'a record with a path that leads out, all digests made anew',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, BIG), (body) => {
        entryOf(body, 'tree/run')[1] = '../planted';
        body.outputs.entries.sort((a, b) => (a[1] < b[1] ? -1 : 1));
        resealed(body);
      }),
  },
  {
    name: 'a record with a time that is none, digest made anew',
    of: BIG,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, BIG), (body) => {
        body.at = 'yesterday';
      }),
  },
  {
    name: 'two small blobs in a record exchanged',
    of: LAZY,
    when: BACK,
    remade: true,
    forge: (files) =>
      rewritten(at(files, LAZY), (body, blobs) => {
        const [one, two] = body.small as [string, number][];
        const half = Buffer.from(blobs.subarray(0, one?.[1]));
        if (one?.[1] !== two?.[1]) throw new Error('of different sizes');
        blobs.copy(blobs, 0, half.length, 2 * half.length);
        half.copy(blobs, half.length);
      }),
  },
  {
    name: 'the document of another Sandboxfile in place of ours',
    of: 'document',
    when: ALL,
    forge: (files) => exchange(at(files, 'document'), at(files, 'document of another')),
  },
  {
    name: 'digests of two outputs exchanged in the memo',
    of: 'memo',
    when: ['all forced', 'outputs gone', 'back to what was built before'],
    forge(files) {
      const bytes = readFileSync(at(files, 'memo'));
      const count = bytes.readUInt32LE(8);
      const names = bytes.toString('utf8', 32 + count * 65).split('\0');
      const digestAt = (name: string): number => 32 + count * 32 + names.indexOf(name) * 32;
      const [a, b] = [digestAt('lazy/c'), digestAt('lazy/d')];
      if (names.length !== count || !names.includes('lazy/c') || !names.includes('lazy/d')) throw new Error('the memo does not know them');
      const kept = Buffer.from(bytes.subarray(a, a + 32));
      bytes.copy(bytes, a, b, b + 32);
      kept.copy(bytes, b);
      overwrite(at(files, 'memo'), bytes);
    },
  },
  ...['steps', 'memo', 'evidence', 'tree'].map(
    (of): Forgery => ({
      name: `the ${of} of another project`,
      of,
      when: of === 'tree' ? ['new sources'] : ALL,
      forge: (files) => overwrite(at(files, of), readFileSync(at(files, `${of} of another`))),
    }),
  ),
  ...['steps', 'memo', 'evidence'].map(
    (of): Forgery => ({
      name: `the ${of} of an earlier day`,
      of,
      when: ALL,
      forge: (files) => overwrite(at(files, of), readFileSync(at(files, `${of} of an earlier day`))),
    }),
  ),
  {
    name: 'the steps of another project behind ours',
    of: 'steps',
    when: ALL,
    forge: (files) => appendFileSync(at(files, 'steps'), readFileSync(at(files, 'steps of another'))),
  },
];

export function* forgedTrials(stations: Pool<Station>, watch: Watch): Generator<Trial> {
  for (const forgery of FORGERIES) {
    for (const situation of forgery.when) {
      const name = `${forgery.name}; then ${situation}`;
      yield { name, run: () => stations.use((station) => forged(station, forgery, situation, watch)) };
    }
  }
}

async function forged(station: Station, forgery: Forgery, situation: Situation, watch: Watch): Promise<string | undefined> {
  await station.reset();
  forgery.forge(station.files);
  if (forgery.of !== 'evidence') station.withoutEvidence();
  const path = at(station.files, forgery.of);
  const seen = watch.on(path);
  const { wrong, first } = await play(station, situation).finally(() => watch.off(path));
  if (wrong !== undefined) return wrong;
  if (!seen.opened) return `nobody read the ${forgery.of}`;
  if (forgery.remade && !Object.values(first.outcomes).includes('succeeded')) return `believed: ${JSON.stringify(first.outcomes)}`;
  return undefined;
}
