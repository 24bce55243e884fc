import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../lib/base/result.ts';
import { realClock, realFiles } from '../../lib/io/io.ts';
import { ask, farTrouble } from '../../lib/sync/ask.ts';
import { PLAIN_RULES } from '../../lib/sync/change.ts';
import { readFields, writeFields } from '../../lib/sync/fields.ts';
import { syncTree } from '../../lib/sync/sync.ts';
import { withFolder } from '../rig/folder.ts';
import { CHECKOUT, SIGNAL } from './fixture.ts';
import { plainSession } from './session.ts';

test('a program that fails gives its own reason, a full disk, or its last lines', () =>
  withFolder(async (home) => {
    const code = async (program: string): Promise<readonly [string, string]> => {
      const said = await ask(plainSession(home), program, [], { signal: SIGNAL });
      return said.ok ? ['ok', ''] : [said.error.code, said.error.message];
    };
    assert.equal(await code(`echo noise >&2; echo 'sbx: workspace-unsafe: it is a link' >&2; exit 1`), [
      'workspace-unsafe',
      'it is a link',
    ]);
    assert.is((await code(`echo 'tar: x: Cannot write: No space left on device' >&2; exit 2`))[0], 'far-side-full');
    assert.is((await code(`echo 'sbx: root: made up' >&2; exit 1`))[0], 'far-side-answer');
    assert.equal(await code('exit 7'), ['far-side-answer', 'a program of sbx failed on the far side (exit 7)']);
    assert.match((await code('kill -9 $$'))[1], 'SIGKILL');
    assert.equal(await code(`echo 'sbx: workspace-unsafe: no' >&2`), ['ok', ''], 'an exit of 0 is a success, whatever was said');
    assert.equal(farTrouble('a\nb\n\n', 'exit 1').lastLines, ['a', 'b']);
  }));

test('programs of ours that were killed, and a quota, are told as that', () =>
  withFolder(async (home) => {
    const failure = async (program: string) => {
      const said = await ask(plainSession(home), program, [], { signal: SIGNAL });
      return said.ok ? undefined : said.error;
    };
    const killed = ['kill -9 $$', 'sh -c "kill -9 \\$\\$"; exit 1', 'echo x | xargs -n 1 sh -c "kill -9 \\$\\$"'];
    for (const program of killed) assert.match((await failure(program))?.hint ?? '', /for want of memory/, program);
    assert.is((await failure('echo Killed by chance >&2; exit 1'))?.hint, undefined);
    const quota = await failure('echo "cat: write error: Disk quota exceeded" >&2; exit 1');
    assert.equal([quota?.code, quota?.message], ['far-side-full', 'the disk quota of the far side is full']);
  }));

test('an answer without end is ended at the bound, and what came is not taken', () =>
  withFolder(async (home) => {
    const said = await ask(plainSession(home), 'while printf "name\\0%01000d\\0" 1; do :; done', [], { signal: SIGNAL }, 2 ** 20);
    assert.is(said.ok ? 'ok' : said.error.code, 'far-side-answer');
    const whole = await ask(plainSession(home), 'printf "%01000d\\0" 1', [], { signal: SIGNAL }, 1001);
    assert.is(whole.ok && whole.value.next()?.length, 1000);
  }));

test('a word with NUL is not sent', () =>
  withFolder(async (home) => {
    const session = plainSession(home);
    const said = await ask(session, 'true', ['a\0b'], { signal: SIGNAL });
    assert.not(said.ok);
    assert.is(session.trips(), 0);
  }));

test('fields come back as they were written, and damage is noticed', () => {
  const written = ['', 'a b', 'new\nline', 'ünï🧪', ''];
  const fields = readFields(writeFields(written));
  assert.equal(
    [1, 2, 3, 4, 5, 6].map(() => fields.next()),
    [...written, undefined],
  );
  assert.not(fields.damaged());
  const cut = readFields(Buffer.from('a\0b'));
  assert.equal([cut.next(), cut.next()], ['a', undefined]);
  assert.ok(cut.damaged());
  const bytes = readFields(Buffer.from([0xff, 0]));
  bytes.next();
  assert.ok(bytes.damaged());
});

test('the far side is asked before the sources are looked at, which holds up all else', async () => {
  const order: string[] = [];
  const failure = { code: 'local-io', message: 'no' } as const;
  const session = {
    ...plainSession('/'),
    program: async () => {
      for (let n = 0; n < 9; n++) await undefined; // as a link does that is there
      order.push('asked');
      return err(failure);
    },
  };
  await syncTree({
    workspace: { session, path: '/w', checkout: CHECKOUT.id, signal: SIGNAL },
    io: { files: realFiles, clock: realClock, spawn: () => Promise.reject(new Error('nothing')), environment: new Map() },
    root: '/p',
    sources: async () => {
      order.push('looked');
      return err(failure);
    },
    receipt: undefined,
    excluded: () => false,
    rules: PLAIN_RULES,
    nonce: () => 'a1',
    progress: () => {},
    note: () => {},
  });
  assert.equal(order, ['asked', 'looked']);
});

test.run();
