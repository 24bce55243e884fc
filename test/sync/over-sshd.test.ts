import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Receipt } from '../../lib/model/receipt.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { PLAIN_RULES } from '../../lib/sync/change.ts';
import { type Synced, syncTree } from '../../lib/sync/sync.ts';
import { createWorkspace } from '../../lib/sync/workspace.ts';
import { connected, type Far, withFar } from '../contract/places.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from './fixture.ts';
import { read, treeIn, write } from './tree.ts';

const LINE = 'one of the lines of a source that is not long\n';
const SOURCES = { 'a b/c': LINE.repeat(30_000), "it's/new\nline": LINE, '-rf': 'x:1', 'q"$(x)': '2', link: '-> a b/c' };

interface Stand {
  readonly far: Far;
  readonly here: string;
  readonly there: string;
  receipt: Receipt | undefined;
  sync(session: Session): Promise<Result<Synced, Failure>>;
}

function withStand(use: (stand: Stand) => Promise<void>): Promise<void> {
  return withFar({}, async (far) => {
    const here = join(far.home, 'project');
    const there = `${far.sshd.home}/it's a workspace`;
    mkdirSync(here);
    const stand: Stand = {
      far,
      here,
      there,
      receipt: undefined,
      async sync(session) {
        const done = await syncTree({
          workspace: { session, path: there, checkout: CHECKOUT.id, signal: SIGNAL },
          io: far.io,
          root: here,
          sources: async () => ({ ok: true, value: treeIn(here) }),
          receipt: stand.receipt,
          excluded: () => false,
          rules: PLAIN_RULES,
          nonce: far.io.nonce,
          progress: () => {},
          note: () => {},
        });
        if (done.ok) stand.receipt = done.value.receipt;
        return done;
      },
    };
    await using session = await connected(far.sandbox({ silence: 30_000 }));
    const made = await createWorkspace(session, there, CHECKOUT, memoryJournal(), SIGNAL);
    assert.ok(made.ok);
    await use(stand);
  });
}

test('over a real sshd: names of all kinds, packed text, what differs of a large file', () =>
  withStand(async (stand) => {
    await using session = await connected(stand.far.sandbox({ silence: 30_000 }));
    const large = randomBytes(9 * 2 ** 20);
    write(stand.here, SOURCES);
    writeFileSync(join(stand.here, 'large'), large);
    assert.is((await stand.sync(session)).ok, true);
    assert.equal(read(stand.there), read(stand.here));
    large.write('a small edit', 5 * 2 ** 20);
    writeFileSync(join(stand.here, 'large'), large);
    const edited = await stand.sync(session);
    assert.ok(edited.ok && edited.value.sent <= 1);
    assert.ok(readFileSync(join(stand.there, 'large')).equals(large));
    const again = await stand.sync(session);
    assert.ok(again.ok && again.value.untouched);
  }));

/** Cuts the link at the n-th word of a session: each program that begins is one, and each 128 KiB that are sent. */
function cutAt(stand: Stand, session: Session, at: number): { readonly session: Session; readonly words: () => number } {
  let words = 0;
  const word = (): void => {
    words += 1;
    if (words === at) stand.far.sshd.cut();
  };
  async function* counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      for (let i = 0; i < chunk.length; i += 128 * 1024) {
        word();
        yield chunk.subarray(i, i + 128 * 1024);
      }
    }
    word();
  }
  const program: Session['program'] = (text, args, streams) => {
    word();
    return session.program(text, args, streams.stdin ? { ...streams, stdin: counted(streams.stdin) } : streams);
  };
  return { session: { ...session, program }, words: () => words };
}

test('over a real sshd: the link cut at every phase, the next sync comes to the end', () =>
  withStand(async (stand) => {
    let cuts = 0;
    for (let at = 1; at < 40; at++) {
      write(stand.here, { ...SOURCES, [`new ${at}`]: randomBytes(400_000).toString('base64'), 'q"$(x)': String(at) });
      {
        const link = await connected(stand.far.sandbox({ silence: 30_000 }));
        const cut = cutAt(stand, link, at);
        const done = await stand.sync(cut.session);
        await link[Symbol.asyncDispose]();
        if (cut.words() < at) break;
        if (!done.ok) cuts += 1;
      }
      await using session = await connected(stand.far.sandbox({ silence: 30_000 }));
      const again = await stand.sync(session);
      assert.ok(again.ok, JSON.stringify(again));
      assert.equal(read(stand.there), read(stand.here), `cut at ${at}`);
    }
    assert.ok(cuts >= 4, String(cuts));
  }));

test.run();
