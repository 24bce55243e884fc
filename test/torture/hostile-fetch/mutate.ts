import { createHash } from 'node:crypto';
import type { Said } from '../../rig/peer.ts';
import type { Random } from '../random.ts';

// Answers of a far side, altered by chance. Knows nothing of what sbx makes of them.

const NUL = Buffer.from([0]);
const BIG = 'big '.repeat(2000);

/** What the far side really has. */
export const REALLY: { readonly [name: string]: string } = {
  './out/app': 'one\ntwo\n',
  './out/sub/data': 'data',
  './out/sub/big': BIG,
  './out/empty': '',
};

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const ATOMS: readonly Buffer[] = [
  ...[
    '..',
    '.',
    '',
    '/',
    './',
    './..',
    './out',
    './out/',
    './out/..',
    '../victim/new',
    './../victim/new',
    './out/../../victim/new',
    '/etc/passwd',
  ],
  ...[
    './out/.git',
    './out/.git/hooks/x',
    './.git/config',
    './.sbx/steps',
    './out/.sbx/x',
    './out/APP',
    './out/Sub/x',
    './out/app/x',
    './out/n\nl',
    './out/\u202e',
    './out/e\u0301',
    './out/\u00e9',
  ],
  ...[
    '-rf',
    './out/-rf',
    '~',
    './out/new',
    './src/a',
    'end',
    'f',
    'l',
    'd',
    'p',
    's',
    'b',
    'c',
    'G',
    'M',
    'L',
    '?',
    'ff',
    '0',
    '1',
    '4',
    '-1',
    '8000',
    '9007199254740993',
    '1e9',
    '0x4',
    '04',
    '644',
    '755',
    '4755',
    '7777',
    '99999',
  ],
  ...[
    sha('data'),
    sha('x'),
    sha('').toUpperCase(),
    'f'.repeat(64),
    `${sha('x')}  ./out/new`,
    `\\${sha('data')}  ./out/sub/data`,
    'app',
    'sub',
    '../app',
    '../../victim/precious',
    'sub/../app',
    'x'.repeat(300),
    `./out/${'d/'.repeat(120)}x`,
    `./out/${'y'.repeat(4096)}`,
  ],
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xff]), Buffer.from('./out/\u00ff', 'latin1')]);

/** The truth about `out`, as `find` and `sha256sum` say it: the fields of the list, and those of the digests. */
function truth(): { readonly list: Buffer[]; readonly sums: Buffer[] } {
  const rows: string[] = ['l', '777', '3', './out/link', 'app', 'G', '755', '4096', './out/.git', ''];
  const sums: string[] = [];
  for (const [name, text] of Object.entries(REALLY)) {
    rows.push('f', name === './out/app' ? '755' : '644', String(text.length), name, '');
    sums.push(`${sha(text)}  ${name}`);
  }
  return { list: rows.map((field) => Buffer.from(field)), sums: sums.map((field) => Buffer.from(field)) };
}

const joined = (fields: readonly Buffer[]): Buffer => Buffer.concat(fields.flatMap((field) => [field, NUL]));

/** The list and its digests with one to four alterations; at least one is felt. */
export function mutatedList(random: Random): Said {
  const honest = listOf(truth());
  for (;;) {
    const parts = truth();
    let bytes: Buffer | undefined;
    // Half of the lies are about names alone, so that nothing else gives them away.
    const isPlain = random.oneIn(2);
    for (let n = 1 + random.below(4); n > 0; n--) {
      if (isPlain || random.oneIn(3)) rename(parts, random);
      else if (random.oneIn(4)) bytes = scratched(bytes ?? listOf(parts), random);
      else alterFields(random.oneIn(3) ? parts.sums : parts.list, random);
    }
    const stdout = bytes ?? listOf(parts);
    const exit = random.oneIn(20) ? { code: random.pick([1, 255]) } : { code: 0 };
    if (!stdout.equals(honest) || exit.code !== 0) return { stdout, exit };
  }
}

function listOf({ list, sums }: ReturnType<typeof truth>): Buffer {
  const end = Buffer.from('end');
  return joined([...list, end, ...sums, end]);
}

export function honestList(): Said {
  return { stdout: listOf(truth()), exit: { code: 0 } };
}

/** The contents with an alteration. */
export function mutatedBytes(honest: Buffer, random: Random): Said {
  if (honest.length === 0) return { stdout: Buffer.from('x'), exit: { code: 0 } };
  for (;;) {
    const stdout = scratched(honest, random);
    if (!stdout.equals(honest)) return { stdout, exit: { code: 0 } };
  }
}

/** One name becomes another wherever it stands: the list agrees with itself. */
function rename({ list, sums }: ReturnType<typeof truth>, random: Random): void {
  const at = 5 * random.below(Math.floor(list.length / 5)) + 3;
  const old = list[at];
  const name = random.oneIn(3) ? random.pick(ATOMS) : somePath(random);
  if (old === undefined) return;
  if (list[at - 3]?.equals(LINK) && random.oneIn(2)) {
    list[at + 1] = name;
    return;
  }
  list[at] = name;
  const sum = sums.findIndex((line) => line.subarray(66).equals(old));
  const line = sums[sum];
  if (line !== undefined) sums[sum] = Buffer.concat([line.subarray(0, 66), name]);
}

const LINK = Buffer.from('l');
const BEGINNINGS: readonly string[] = ['./out/', './out/', './out/', './out/sub/', './', '../', '/', ''];
const PARTS: readonly string[] = [
  '..',
  '..',
  '.',
  '',
  'app',
  'APP',
  'sub',
  'Sub',
  'data',
  'new',
  'victim',
  'out',
  'link',
  '.git',
  '.sbx',
  'e\u0301',
  '\u00e9',
];

function somePath(random: Random): Buffer {
  const parts = Array.from({ length: 1 + random.below(4) }, () => random.pick(PARTS));
  return Buffer.from(random.pick(BEGINNINGS) + parts.join('/'));
}

function alterFields(fields: Buffer[], random: Random): void {
  const at = random.below(fields.length + 1);
  const other = random.below(fields.length + 1);
  switch (random.below(5)) {
    case 0:
      fields[at] = random.pick(ATOMS);
      break;
    case 1:
      fields.splice(at, 1 + random.below(6));
      break;
    case 2:
      fields.splice(at, 0, ...fields.slice(other, other + 5));
      break;
    case 3:
      fields.splice(at, 0, random.pick(ATOMS));
      break;
    default:
      fields.splice(at, 0, ...fields.splice(other, 5));
  }
}

/** A flip, a cut, a hole or something in between. */
function scratched(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.below(64));
  switch (random.below(5)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(64)), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes, bytes.subarray(at, to)]);
  }
}
