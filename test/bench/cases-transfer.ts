// What travels, over a fresh connection each: much text at once, and a small edit of a large file, beside rsync; on the loopback and over a wire that is long and narrow.
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMemo } from '../../lib/io/memo.ts';
import { makeWalker } from '../../lib/io/walk.ts';
import type { Receipt } from '../../lib/model/receipt.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { treeOfSources } from '../../lib/run/reading.ts';
import { PLAIN_RULES } from '../../lib/sync/change.ts';
import { syncTree } from '../../lib/sync/sync.ts';
import { createWorkspace } from '../../lib/sync/workspace.ts';
import { connected, type Far, withFar } from '../contract/places.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from '../sync/fixture.ts';
import type { Bench, Result } from './cases.ts';
import { median, run } from './measure.ts';
import { startRelay } from './relay.ts';

const FILES = 2000;
const LARGE = 100 * 2 ** 20;
const WIRES = [
  { name: 'loopback', delay: 0 },
  { name: '20 ms RTT, 100 Mbit', delay: 10, rate: 100e6 },
];

/** Files of this repository, 10 KB each, as often as it takes. */
function writeText(root: string): void {
  const text = readFileSync(join(REPOSITORY, 'docs/guide.md'), 'utf8').repeat(4);
  for (let n = 0; n < FILES; n++) {
    mkdirSync(join(root, `d${n % 50}`), { recursive: true });
    writeFileSync(join(root, `d${n % 50}/f${n}.md`), `${n}\n${text.slice(n * 7, n * 7 + 10_000)}`);
  }
}

export async function transferCases(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const wire of WIRES) {
    await withFar({}, async (far) => {
      await using relay = await startRelay({ to: far.sshd.port, ...wire });
      const { config, knownHosts, port } = far.sshd;
      writeFileSync(config, readFileSync(config, 'utf8').replace(`Port ${port}`, `Port ${relay.port}`));
      appendFileSync(knownHosts, readFileSync(knownHosts, 'utf8').replaceAll(`:${port}`, `:${relay.port}`));
      for (const measure of [text, edit]) results.push(...(await measure(bench, far, wire.name)));
    });
  }
  return results;
}

async function text(bench: Bench, far: Far, wire: string): Promise<Result[]> {
  const root = join(far.home, 'text');
  writeText(root);
  let n = 0;
  const first = (session: Session): Promise<Receipt> => sync(far, session, root, `${far.sshd.home}/text${n++}`, undefined);
  return alternating(bench, `first sync, ${FILES} files of 10 KB text, ${wire}`, far, {
    rsync: () => rsync(far, root, `text-rsync${n++}`),
    'rsync -z': () => rsync(far, root, `text-rsync${n++}`, '-z'),
    'sbx, nothing packed': (session) => first(bare(session)),
    sbx: first,
  });
}

async function edit(bench: Bench, far: Far, wire: string): Promise<Result[]> {
  const root = join(far.home, 'large');
  mkdirSync(root);
  const bytes = randomBytes(LARGE);
  let n = 0;
  const change = (): void => {
    bytes.write(`edit ${n++}`, LARGE >> 1);
    writeFileSync(join(root, 'large'), bytes);
  };
  change();
  rsync(far, root, 'large-rsync');
  const there = `${far.sshd.home}/large`;
  let receipt: Receipt | undefined;
  const next = async (session: Session): Promise<void> => {
    receipt = await sync(far, session, root, there, receipt);
  };
  await using session = await connected(far.sandbox({ silence: 60_000 }));
  await next(session);
  return alternating(bench, `small edit of a file of 100 MiB, ${wire}`, far, {
    rsync: () => {
      change();
      rsync(far, root, 'large-rsync');
    },
    'sbx, whole': (session) => {
      change();
      return next(bare(session));
    },
    sbx: (session) => {
      change();
      return next(session);
    },
  });
}

type Tried = (session: Session) => unknown;

async function alternating(bench: Bench, name: string, far: Far, subjects: Readonly<Record<string, Tried>>): Promise<Result[]> {
  const walls = new Map(Object.keys(subjects).map((tool): [string, number[]] => [tool, []]));
  for (let round = 0; round < Math.min(5, bench.rounds); round++) {
    for (const [tool, subject] of Object.entries(subjects)) {
      const since = performance.now();
      if (tool.startsWith('rsync')) await subject(undefined as never);
      else {
        await using session = await connected(far.sandbox({ silence: 60_000 }));
        await subject(session);
      }
      walls.get(tool)?.push(performance.now() - since);
    }
  }
  return [...walls].map(([tool, own]) => ({ case: name, tool, cpu: Number.NaN, wall: median(own), rounds: own.length }));
}

function rsync(far: Far, root: string, to: string, ...options: readonly string[]): void {
  const shell = `ssh -F ${far.sshd.config}`;
  run({ words: ['rsync', '-a', ...options, '-e', shell, `${root}/`, `far:${far.sshd.home}/${to}/`], cwd: far.home });
}

/** As if the far side had neither zstd, gzip nor rsync. */
function bare(session: Session): Session {
  return { ...session, program: (text, args, streams) => session.program(text.replace('in zstd gzip rsync', 'in no'), args, streams) };
}

async function sync(far: Far, session: Session, root: string, path: string, receipt: Receipt | undefined): Promise<Receipt> {
  if (!receipt) await createWorkspace(session, path, CHECKOUT, memoryJournal(), SIGNAL);
  const memo = openMemo(far.io, join(far.home, 'memo'));
  const done = await syncTree({
    workspace: { session, path, checkout: CHECKOUT.id, signal: SIGNAL },
    io: far.io,
    root,
    sources: async () =>
      treeOfSources(
        far.io.files,
        memo,
        root,
        makeWalker(far.io.files, root).all(() => false),
      ),
    receipt,
    excluded: () => false,
    rules: PLAIN_RULES,
    nonce: far.io.nonce,
    progress: () => {},
    note: () => {},
  });
  if (!done.ok) throw new Error(done.error.message);
  return done.value.receipt;
}
