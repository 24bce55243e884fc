import type { Said } from '../../rig/peer.ts';
import type { Case, Scene } from './case.ts';
import { endless, type Fable, fable, fiction, sumOf } from './fiction.ts';

// Sizes, digests and bytes that are not what was said, and answers that are none.

const NUL = '\0';
/** No word of how it ended. */
const SILENT = { exit: undefined } as unknown as Partial<Said>;
const APP = fable('./out/app', 'one\ntwo\n', { mode: '755' });
const MIB = 2 ** 20;

const told = (name: string, last: Partial<Fable>, says: RegExp, more: Partial<Case> = {}): Case => ({
  name,
  lie: ({ struck }) => fiction({ files: [APP, { ...fable('./out/sub/data', 'data'), ...last }] }, struck),
  says,
  ...more,
});
const size = (name: string, text: string, says = /is no number/): Case => told(`sizes: ${name}`, { size: text }, says);

/** Everything is true, and then the answer of one program is changed as a whole. */
const changed = (
  name: string,
  program: string,
  change: (honest: Buffer, scene: Scene) => Partial<Said>,
  says: RegExp | undefined,
  more: Partial<Case> = {},
): Case => ({
  name: `answers: ${name}`,
  lie: (scene) => async (asked) => {
    if (asked.program !== program) return undefined;
    const honest = await asked.honest();
    scene.struck();
    return { ...honest, ...change(honest.stdout, scene) };
  },
  ...(says === undefined ? {} : { says }),
  ...more,
});
const text = (said: string): Partial<Said> => ({ stdout: Buffer.from(said) });
const withEnd = (list: Buffer, more: string): Partial<Said> => {
  const end = list.indexOf('end\0');
  return { stdout: Buffer.concat([list.subarray(0, end), Buffer.from(more), list.subarray(end)]) };
};

export const SIZES: readonly Case[] = [
  size('negative', '-4'),
  size('a word', 'four'),
  size('a float', '4.0'),
  size('hexadecimal', '0x4'),
  size('leading zero', '04'),
  size('empty', ''),
  size('2^53 + 1', String(2 ** 53 + 2), /lists more than \d+ bytes/),
  size('2^64', String(2n ** 64n)),
  size('over the cap', '999999999999', /lists more than \d+ bytes/),
  size('less than comes', '3', /is not what was announced|more came than was announced/),
  size('more than comes', '5', /it ended within "out\/sub\/data"/),
  told('sizes: zero, and bytes', { size: '0' }, /is not what was announced|more came/),
  told(
    'sizes: a stream without end',
    { bytes: endless(Buffer.alloc(32_768, 'data')) },
    /more came than was announced|is not what was announced/,
  ),
  told('digests: of other bytes', { sum: sumOf('./out/sub/data', 'atad') }, /is not what was announced/),
  told(
    'digests: in upper case',
    {
      sum: Buffer.from(
        sumOf('./out/sub/data', 'data')
          .toString()
          .replace(/^\w+/, (hex) => hex.toUpperCase()),
      ),
    },
    /it gives no digest/,
  ),
  told('digests: too short', { sum: sumOf('./out/sub/data', 'data').subarray(2) }, /it gives no digest/),
  told('digests: of another file', { sum: sumOf('./out/app', 'data') }, /it gives no digest/),
  told('digests: escaped name', { sum: Buffer.concat([Buffer.from('\\'), sumOf('./out/sub/data', 'data')]) }, /it gives no digest/),
  told('digests: missing', { sum: Buffer.alloc(0) }, /it gives no digest/),
  told(
    'digests: twice',
    { sum: Buffer.concat([sumOf('./out/sub/data', 'data'), sumOf('./out/sub/data', 'data')]) },
    /more digests than were asked for/,
  ),
  told('digests: of an empty file', { sum: sumOf('./out/sub/data', '') }, /is not what was announced/),
  told('digests: by globs, of other bytes', { sum: sumOf('./out/sub/data', 'atad') }, /is not what was announced/, {
    fetch: 'from: "out/**"',
  }),
  told('digests: by globs, missing', { sum: Buffer.alloc(0) }, /it gives no digest/, { fetch: 'from: "out/**"' }),
  told('bytes: none', { bytes: Buffer.alloc(0) }, /it ended within/),
  told('bytes: half', { bytes: Buffer.from('da') }, /it ended within/),
  told('bytes: others', { bytes: Buffer.from('DATA') }, /is not what was announced/),
  told('bytes: one more', { bytes: Buffer.from('data!') }, /more came than was announced/),
];

/** A million rows, no more than fit. */
function bomb(): Buffer {
  return Buffer.from(Array.from({ length: 1_000_000 }, (_, n) => ['f', '644', '0', `./out/${n.toString(36)}`, '', ''].join(NUL)).join(''));
}

export const ANSWERS: readonly Case[] = [
  changed('a list without its end', 'list', (list) => ({ stdout: list.subarray(0, list.indexOf('end\0')) }), /its list is not whole/),
  changed('a list cut within a row', 'list', (list) => ({ stdout: list.subarray(0, 14) }), /its list is not whole/),
  changed('no list', 'list', () => text(''), /its list is not whole/),
  changed(
    'garbage before the list',
    'list',
    (list) => ({ stdout: Buffer.concat([Buffer.from('motd\n'), list]) }),
    /nothing was taken from the far side/,
  ),
  changed('garbage after the list', 'list', (list) => ({ stdout: Buffer.concat([list, Buffer.from(`x${NUL}`)]) }), undefined),
  changed(
    'a file that was not asked for',
    'list',
    (list) => withEnd(list, `f${NUL}644${NUL}1${NUL}./src/a${NUL}${NUL}`),
    /was not asked for/,
  ),
  changed(
    'something missing that was not asked for',
    'list',
    (list) => withEnd(list, `M${NUL}0${NUL}0${NUL}./x${NUL}${NUL}`),
    /was not asked for/,
  ),
  changed(
    'what is there is missing',
    'list',
    () => text(`M${NUL}0${NUL}0${NUL}./out${NUL}${NUL}end${NUL}end${NUL}`),
    /there is no out in the workspace/,
  ),
  changed(
    'a list of noise',
    'list',
    () => ({ stdout: Buffer.from(Array.from({ length: 65_536 }, (_, n) => (n * 2654435761) >>> 24)) }),
    /nothing was taken from the far side/,
  ),
  changed('a million entries', 'list', (list) => ({ stdout: Buffer.concat([bomb(), list]) }), /lists more than 500000 files/, {
    memory: 700,
  }),
  changed(
    'a list without end',
    'list',
    () => ({ stdout: endless(Buffer.from(`f${NUL}644${NUL}1${NUL}./out/n${NUL}${NUL}`.repeat(4000))) }),
    /answers more than/,
    { memory: 700 },
  ),
  changed('noise without end before a list', 'list', (list) => ({ noise: Buffer.alloc(8 * MIB, 'noise '), stdout: list }), undefined, {
    memory: 250,
  }),
  changed(
    'errors without end',
    'list',
    () => ({ stderr: Buffer.alloc(8 * MIB, 'trouble '), exit: { code: 1 } }),
    /failed on the far side \(exit 1\)/,
    { memory: 250 },
  ),
  changed(
    'errors that look like ours',
    'list',
    () => ({ stdout: Buffer.alloc(0), stderr: Buffer.from('sbx: workspace-foreign: \u001b[2J\u009ball is well\n'), exit: { code: 1 } }),
    /ll is well/,
  ),
  changed('exit 0 and nothing', 'cat', () => text(''), /it ended within/),
  changed('no exit status', 'list', () => SILENT, /without an exit status/),
  changed('no exit status after the bytes', 'cat', () => SILENT, /without an exit status/),
  changed('exit 255', 'list', () => ({ exit: { code: 255 } }), /failed on the far side \(exit 255\)/),
  changed('exit 1 after the bytes', 'cat', () => ({ exit: { code: 1 } }), /failed on the far side \(exit 1\)/),
  changed('ended by a signal', 'list', () => ({ exit: { signal: 'SIGSEGV' } }), /failed on the far side \(SIGSEGV\)/),
  changed('no mark', 'list', () => ({ unmarked: true }), /login shell ended .* before it ran the command/),
  changed(
    'the mark in the answer',
    'list',
    (list) => ({ stdout: Buffer.concat([list.subarray(0, 9), list]) }),
    /nothing was taken from the far side/,
  ),
  changed(
    'garbage before the bytes',
    'cat',
    (bytes) => ({ stdout: Buffer.concat([Buffer.from('motd\n'), bytes]) }),
    /is not what was announced/,
  ),
  changed(
    'files in another order',
    'cat',
    (bytes) => ({ stdout: Buffer.concat([bytes.subarray(8), bytes.subarray(0, 8)]) }),
    /is not what was announced/,
  ),
  {
    name: 'answers: a file becomes a link between list and bytes',
    lie:
      ({ workspace, folder, struck }) =>
      async (asked) => {
        if (asked.program !== 'cat') return undefined;
        const { rmSync, symlinkSync } = await import('node:fs');
        rmSync(`${workspace}/out/sub/data`);
        symlinkSync(`${folder}/victim/precious`, `${workspace}/out/sub/data`);
        struck();
        return undefined;
      },
    says: /is not what was announced|ended within|more came/,
  },
];
