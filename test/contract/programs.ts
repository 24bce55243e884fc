import { createHash, randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProgramEnd } from '../../lib/model/sandbox.ts';
import { held } from '../rig/memory.ts';
import type { Place, WithPlace } from './places.ts';

/** Words that a careless shell would split, run, expand or lose. */
export const PAYLOADS: readonly string[] = [
  '',
  ' ',
  'two  blanks ',
  "it's",
  '"double"',
  'a\nb\n',
  '\ttab\r',
  '$(touch canary)',
  '`touch canary`',
  '$HOME $$ $1 $' + '{HOME}',
  '; touch canary; #',
  '&& touch canary || touch canary',
  '*',
  '?[a-z]*',
  '~',
  '-rf',
  '--',
  '-n',
  '\\',
  '\\n\\0041 %s %d',
  '!!history!',
  '{a,b}',
  '|<>&',
  'naïve ünïcödé',
  '🦊 emoji ‮rtl',
  '\u0001\u007f\u0081\u0088',
  'x'.repeat(100_000),
];

export async function program(
  place: Place,
  text: string,
  args: readonly string[] = [],
  stdin?: AsyncIterable<Uint8Array>,
): Promise<ProgramEnd> {
  const end = await place.session.program(text, args, { signal: new AbortController().signal, ...(stdin ? { stdin } : {}) });
  if (!end.ok) throw new Error(`${end.error.code}: ${end.error.message}`);
  return end.value;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Short programs of ours, in any place. */
export function programContract(place: WithPlace): void {
  test('a program gives its output, its errors and its exit code', () =>
    place(async (at) => {
      const end = await program(at, 'printf out; printf trouble >&2; exit 3');
      assert.equal(end.exit, { code: 3 });
      assert.is(text(end.stdout), 'out');
      assert.is(end.stderr, 'trouble');
      for (const code of [0, 1, 126, 127, 255]) assert.equal((await program(at, `exit ${code}`)).exit, { code });
    }));

  test('every word arrives as written', () =>
    place(async (at) => {
      const end = await program(at, 'for word do printf "%s\\000" "$word"; done; ls "$HOME"/canary canary 2>/dev/null', PAYLOADS);
      assert.equal(text(end.stdout).split('\0'), [...PAYLOADS, '']);
    }));

  test('the text of a program arrives as written', () =>
    place(async (at) => {
      const tricky = `x='!\\ "$(" é'; printf '%s\n' "$x" 'a\\0041' # it's a comment\nif true; then\n  printf done\nfi\n`;
      assert.is(text((await program(at, tricky)).stdout), '!\\ "$(" é\na\\0041\ndone');
    }));

  test('stdin and stdout are binary and nothing is lost', () =>
    place(async (at) => {
      const blocks = [Buffer.from('\0\n\r\x04\x03\xff', 'latin1'), randomBytes(3_000_000), Buffer.from('\n'), randomBytes(70_001)];
      const whole = Buffer.concat(blocks);
      async function* source(): AsyncGenerator<Uint8Array> {
        yield* blocks;
      }
      const end = await program(at, 'cat', [], source());
      assert.is(end.stdout.length, whole.length);
      assert.ok(whole.equals(end.stdout));
    }));

  test('a program without input reads the end of file; one that reads nothing ends all the same', () =>
    place(async (at) => {
      assert.is(text((await program(at, 'cat; printf end')).stdout), 'end');
      async function* endless(): AsyncGenerator<Uint8Array> {
        for (;;) yield Buffer.alloc(65_536);
      }
      assert.equal((await program(at, 'exit 4', [], endless())).exit, { code: 4 });
    }));

  test('200 MB of output pass through bounded memory', () =>
    place(async (at) => {
      const hash = createHash('sha256');
      let bytes = 0;
      let most = 0;
      let asked = 0;
      const before = held();
      const end = await at.session.program('head -c 200000000 /dev/zero', [], {
        signal: new AbortController().signal,
        stdout: (chunk) => {
          bytes += chunk.length;
          hash.update(chunk);
          if (bytes < asked) return;
          asked += 20_000_000;
          most = Math.max(most, held());
        },
      });
      assert.ok(end.ok && end.value.stdout.length === 0);
      assert.is(bytes, 200_000_000);
      assert.is(hash.digest('hex'), createHash('sha256').update(Buffer.alloc(200_000_000)).digest('hex'));
      assert.ok(most - before < 100_000_000, `${most - before} bytes more`);
    }));

  test('twenty programs at once, each with its own answer', () =>
    place(async (at) => {
      const ends = await Promise.all(Array.from({ length: 20 }, (_, n) => program(at, 'sleep 0.05; printf %s "$1"', [String(n)])));
      assert.equal(
        ends.map((end) => text(end.stdout)),
        Array.from({ length: 20 }, (_, n) => String(n)),
      );
    }));

  test('an aborted program is cancelled and gone', () =>
    place(async (at) => {
      const stop = new AbortController();
      const pid = `${at.folder}/pid`;
      const running = at.session.program('echo $$ >"$1"; exec sleep 1000', [pid], { signal: stop.signal });
      await program(at, 'until [ -s "$1" ]; do sleep 0.02; done', [pid]);
      stop.abort();
      const end = await running;
      if (end.ok) assert.ok('signal' in end.value.exit, 'ended by us, never a success');
      else assert.is(end.error.code, 'cancelled');
      const gone = await program(
        at,
        'n=0; while kill -0 "$(cat "$1")" 2>/dev/null && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.05; done; echo $n',
        [pid],
      );
      assert.ok(Number(text(gone.stdout)) < 600, 'still there');
    }));
}
