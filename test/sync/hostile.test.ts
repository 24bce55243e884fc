import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { ok } from '../../lib/base/result.ts';
import { PORTS_HERE } from '../../lib/io/ports.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { step } from './fixture.ts';
import { type Stand, withStand } from './scope.ts';
import { read, write } from './tree.ts';

/** kind, mode, size, name, target: what the far side says of one file. */
type Row = readonly [string, string, string, string | Buffer, string];

interface Lie {
  readonly list?: readonly Row[];
  readonly listEnd?: string;
  readonly sums?: readonly string[];
  readonly sumsEnd?: string;
  readonly bytes?: string;
  readonly from?: string;
  readonly links?: string;
}

const NUL = Buffer.from([0]);
const A: Row = ['f', '644', '1', './out/a', ''];
const B: Row = ['f', '755', '2', './out/b', ''];
const sum = (path: string, content: string): string => `${digestOf(content)}  ${path}\0`;
const SUMS = [sum('./out/a', '1'), sum('./out/b', '22')];
const named = (name: string | Buffer, size = '1'): Lie => ({ list: [A, B, ['f', '644', size, name, '']] });
const link = (target: string, name = './out/l'): Lie => ({ list: [A, B, ['l', '777', '3', name, target]], links: 'contained' });
const kind = (letter: string): Lie => ({ list: [A, B, [letter, '644', '1', './out/c', '']] });

const HOSTILE: Readonly<Record<string, Lie>> = {
  absolute: named('/etc/passwd'),
  'absolute inside': named('.//etc/passwd'),
  'no ./': named('out/c'),
  dotdot: named('./out/../c'),
  'dotdot first': named('./../c'),
  'dotdot last': named('./out/..'),
  'dotdot alone': named('..'),
  dot: named('./out/./c'),
  'dot alone': named('.'),
  'empty name': named(''),
  'empty part': named('./out//c'),
  'trailing slash': named('./out/c/'),
  'only slash': named('/'),
  'windows drive is not asked for': named('./C:\\x'),
  newline: named('./out/a\nb'),
  'carriage return': named('./out/a\rb'),
  escape: named('./out/\u001b[2Jx'),
  tab: named('./out/a\tb'),
  delete: named('./out/a\u007f'),
  'C1 control': named('./out/a\u009bx'),
  bell: named('./out/\u0007'),
  'not UTF-8': named(Buffer.from([0x2e, 0x2f, 0x6f, 0x75, 0x74, 0x2f, 0xff, 0xfe])),
  'overlong UTF-8': named(Buffer.from([0x2e, 0x2f, 0x6f, 0x75, 0x74, 0x2f, 0xc0, 0xae, 0xc0, 0xae])),
  'surrogate in UTF-8': named(Buffer.from([0x2e, 0x2f, 0x6f, 0x75, 0x74, 0x2f, 0xed, 0xa0, 0x80])),
  '.sbx': { ...named('./.sbx/steps'), from: '**' },
  '.sbx below': named('./out/.sbx/steps'),
  '.SBX': { ...named('./.SBX/steps'), from: '**' },
  '.git': named('./out/.git/hooks/post-checkout'),
  '.GIT': named('./out/.GIT/config'),
  '.git file': named('./out/.git'),
  '.git deep': named('./out/x/y/.git/config'),
  'G that is below .git': { list: [A, B, ['G', '755', '1', './out/.git/.git', '']] },
  'G elsewhere': { list: [A, B, ['G', '755', '1', './.git', '']] },
  'name too long': named(`./out/${'x'.repeat(256)}`),
  'path too long': named(`./out/${'x/'.repeat(2200)}y`),
  'too deep': named(`./out/${'x/'.repeat(110)}y`),
  'not asked for': named('./other'),
  'next to what was asked for': named('./out2'),
  'above what was asked for': named('./o'),
  twice: { list: [A, B, A] },
  case: named('./out/A'),
  'case of a folder': { list: [A, B, ['f', '644', '1', './out/D/x', ''], ['f', '644', '1', './out/d/y', '']] },
  'Unicode form': { list: [A, B, ['f', '644', '1', './out/é', ''], ['f', '644', '1', './out/e\u0301', '']] },
  'file in a file': { list: [A, B, ['f', '644', '1', './out/a/x', '']] },
  'file in a link': { list: [A, B, ['l', '777', '1', './out/l', 'a'], ['f', '644', '1', './out/l/x', '']], links: 'contained' },
  'file in a planted link': { list: [A, B, ['l', '777', '1', './out/l', '/tmp'], ['f', '644', '1', './out/l/x', '']], links: 'contained' },
  fifo: kind('p'),
  socket: kind('s'),
  'block device': kind('b'),
  'character device': kind('c'),
  door: kind('D'),
  'unknown kind': kind('?'),
  'folder as a file': kind('d'),
  'empty kind': kind(''),
  'kind of two letters': kind('ff'),
  'number as kind': kind('0'),
  'link without leave': { ...link('a'), links: 'refuse' },
  'link absolute': link('/etc/passwd'),
  'link out': link('../secret'),
  'link far out': link('../../../../etc/passwd'),
  'link down and out': link('d/../../secret'),
  'link empty': link(''),
  'link to the root': link('/'),
  'link to itself above': link('..'),
  'link to nothing': link('none'),
  'link through a link': { list: [A, B, ['l', '777', '1', './out/m', '.'], ['l', '777', '1', './out/l', 'm/a']], links: 'contained' },
  'link of .git': link('a', './out/.git'),
  'mode is no number': { list: [A, ['f', 'rwx', '2', './out/b', '']] },
  'mode too long': { list: [A, ['f', '1000000', '2', './out/b', '']] },
  'mode empty': { list: [A, ['f', '', '2', './out/b', '']] },
  'size negative': { list: [A, ['f', '644', '-2', './out/b', '']] },
  'size is no number': { list: [A, ['f', '644', 'two', './out/b', '']] },
  'size is a float': { list: [A, ['f', '644', '2.0', './out/b', '']] },
  'size hexadecimal': { list: [A, ['f', '644', '0x2', './out/b', '']] },
  'size with zeros': { list: [A, ['f', '644', '02', './out/b', '']] },
  'size beyond all bounds': { list: [A, ['f', '644', '9'.repeat(30), './out/b', '']] },
  'size over the cap': { list: [A, ['f', '644', '9999999999999', './out/b', '']] },
  'sum over the cap': { list: Array.from({ length: 20 }, (_, i): Row => ['f', '644', String(2 ** 33), `./out/${i}`, '']) },
  'list without end': { listEnd: '' },
  'list cut in a row': { list: [A, ['f', '644', '2', './out/b', '']], listEnd: 'f\0' },
  'nothing at all': { list: [], listEnd: '', sums: [], sumsEnd: '' },
  'missing that was not asked for': { list: [A, B, ['M', '0', '0', './x', '']] },
  'root through a link': { list: [['L', '0', '0', './out', '']] },
  'digest missing': { sums: [SUMS[0] ?? ''] },
  'digests swapped': { sums: [sum('./out/b', '22'), sum('./out/a', '1')] },
  'digest of another name': { sums: [SUMS[0] ?? '', sum('./out/c', '22')] },
  'digest of a name escaped': { sums: [SUMS[0] ?? '', `\\${SUMS[1]}`] },
  'digest in upper case': { sums: [SUMS[0] ?? '', (SUMS[1] ?? '').toUpperCase()] },
  'digest too short': { sums: [SUMS[0] ?? '', (SUMS[1] ?? '').slice(2)] },
  'one digest more': { sums: [...SUMS, sum('./out/c', '3')] },
  'digests without end': { sumsEnd: '' },
  'lie about a digest': { sums: [SUMS[0] ?? '', sum('./out/b', 'xx')] },
  'lie about a size, less': { list: [A, ['f', '644', '1', './out/b', '']], sums: SUMS, bytes: '122' },
  'lie about a size, more': { list: [A, ['f', '644', '3', './out/b', '']], sums: SUMS, bytes: '122' },
  'other bytes': { bytes: '1xx' },
  'bytes of one file missing': { bytes: '1' },
  'half a file': { bytes: '12' },
  'no bytes': { bytes: '' },
  'bytes too many': { bytes: '1220' },
  'bytes without end': { bytes: '122'.repeat(1_000_000) },
};

/** `1` or `22`, and so on: content of a size. */
function content(size: string): string {
  const count = /^[0-9]{1,5}$/.test(size) ? Number(size) : 1;
  return String(count % 10).repeat(count);
}

/** The answers of an honest far side, each to be replaced by a lie. */
function liar(lie: Lie): Session {
  const row = (one: Row): Buffer => Buffer.concat(one.flatMap((field) => [Buffer.from(field), NUL]));
  return {
    program: async (text, _args, streams) => {
      for await (const _ of streams.stdin ?? []) {
        // What is asked does not matter to a liar.
      }
      const list = lie.list ?? [A, B];
      const files = list.filter(([kind]) => kind === 'f');
      let answer: Buffer;
      if (text.includes('find "$@"')) {
        // What a lie leaves out is as an honest far side would say it, so that each is found out by itself.
        const sums =
          lie.sums ?? files.map(([, , size, name]) => Buffer.concat([Buffer.from(`${digestOf(content(size))}  `), Buffer.from(name), NUL]));
        const parts = [...list.map(row), lie.listEnd ?? 'end\0', ...(lie.from === undefined ? [...sums, lie.sumsEnd ?? 'end\0'] : [])];
        answer = Buffer.concat(parts.map((part) => Buffer.from(part)));
      } else if (streams.stdout) answer = Buffer.from(lie.bytes ?? files.map(([, , size]) => content(size)).join(''));
      else
        answer = Buffer.concat([
          ...files.map(([, , size, name]) => Buffer.from(sum(name.toString(), content(size)))),
          Buffer.from('end\0'),
        ]);
      if (!streams.stdout) return ok({ exit: { code: 0 }, stdout: answer, stderr: '' });
      for (let at = 0; at < answer.length && !streams.signal.aborted; at += 1000) streams.stdout(answer.subarray(at, at + 1000));
      return ok({ exit: { code: 0 }, stdout: Buffer.alloc(0), stderr: '' });
    },
    supervise: () => Promise.reject(new Error('not asked for')),
    terminal: () => Promise.reject(new Error('not asked for')),
    ...PORTS_HERE,
    [Symbol.asyncDispose]: async () => {},
  };
}

async function fetchFrom(stand: Stand, lie: Lie): Promise<string> {
  const fields = { from: lie.from ?? 'out', links: lie.links ?? 'refuse' };
  const done = await stand.run(step('fetch', 'fetch-artifacts', { fields }), {}, liar(lie));
  if (!done.ok) return done.error.code;
  return JSON.stringify(read(done.value.fetched?.stage ?? ''));
}

test('an announced digest is compared with what came', () =>
  withStand(async (stand) => {
    assert.is(await fetchFrom(stand, { bytes: '1xx' }), 'fetch-refused');
  }));

test('an honest far side is believed', () =>
  withStand(async (stand) => {
    assert.is(await fetchFrom(stand, {}), JSON.stringify({ 'out/a': '1', 'out/b': 'x:22' }));
  }));

test('at least 80 lies of a far side are refused whole, and nothing is left behind', () =>
  withStand(async (stand) => {
    assert.ok(Object.keys(HOSTILE).length >= 80);
    write(stand.here, { 'out/mine': 'precious', 'out/a': 'mine too' });
    for (const [name, lie] of Object.entries(HOSTILE)) {
      assert.is(await fetchFrom(stand, lie), 'fetch-refused', name);
      assert.equal(read(stand.here), { 'out/mine': 'precious', 'out/a': 'mine too' }, name);
      const stages = join(stand.here, '.sbx/stage');
      assert.equal(existsSync(stages) ? readdirSync(stages) : [], [], name);
    }
  }));

test('a link that is planted in the stage while bytes come is not written through', () =>
  withStand(async (stand) => {
    const { symlinkSync } = await import('node:fs');
    const honest = liar({});
    let planted = false;
    const racing: Session = {
      ...honest,
      program: async (text, args, streams) => {
        const stages = join(stand.here, '.sbx/stage');
        const [stage] = existsSync(stages) ? readdirSync(stages) : []; // there is one when bytes are asked for
        if (stage !== undefined) {
          symlinkSync(join(stand.here, 'victim'), join(stages, stage, 'out/b'));
          planted = true;
        }
        return honest.program(text, args, streams);
      },
    };
    const done = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), {}, racing);
    assert.ok(planted);
    assert.is(done.ok ? '' : done.error.code, 'local-io');
    assert.not(existsSync(join(stand.here, 'victim')));
  }));

test.run();
