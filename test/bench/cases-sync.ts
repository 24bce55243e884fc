// Sending sources over a real sshd on loopback, beside rsync: as the whole command, and within one process on an open connection.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMemo } from '../../lib/io/memo.ts';
import { makeWalker } from '../../lib/io/walk.ts';
import type { Receipt } from '../../lib/model/receipt.ts';
import { treeOfSources } from '../../lib/run/reading.ts';
import { PLAIN_RULES } from '../../lib/sync/change.ts';
import { syncTree } from '../../lib/sync/sync.ts';
import { createWorkspace } from '../../lib/sync/workspace.ts';
import { connected, type Far, withFar } from '../contract/places.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from '../sync/fixture.ts';
import type { Bench, Result } from './cases.ts';
import { inputOf, writeGraph } from './graph.ts';
import { type Command, compare, median, run, type Sample, type Subject } from './measure.ts';
import { sbx } from './tools.ts';

const GRAPH = { steps: 100, inputs: 100 };
const FILES = '10,000 files';
const EDITED = inputOf(GRAPH, 7, 7);

interface Side {
  readonly folder: string;
  readonly far: Far;
  readonly there: string;
}

export function syncCases(bench: Bench): Promise<Result[]> {
  return withFar({}, async (far) => {
    const there = far.sshd.home;
    const rsyncFrom = join(bench.folder, 'sync-rsync');
    writeGraph(rsyncFrom, GRAPH);
    const side: Side = { folder: bench.folder, far, there };
    const results: Result[] = [];
    for (const part of [first, again, within]) {
      try {
        results.push(...(await part(bench, side, rsyncFrom)));
      } catch (error) {
        bench.say(`  ${part.name} not measured: ${(error as Error).message}`);
      }
    }
    return results;
  });
}

/** Removing goes by ssh as that user, so that it can and nothing else can. */
function clear({ far }: Side, path: string): void {
  run({ words: ['ssh', '-F', far.sshd.config, 'far', `rm -rf ${path}`], cwd: far.home });
}

function rsync({ far, there }: Side, from: string, options: readonly string[] = []): Command {
  const shell = ['ssh', '-F', far.sshd.config, ...options].join(' ');
  return { words: ['rsync', '-a', '--delete', '--exclude=.home', '-e', shell, `${from}/`, `far:${there}/bench-rsync/`], cwd: from };
}

function own(side: Side, name: string, ...words: readonly string[]): { readonly root: string; readonly command: Command } {
  const root = join(side.folder, `sync-${name}`);
  const workspace = `${side.there}/bench-sbx-${name}`;
  writeGraph(root, GRAPH);
  const steps = 'steps:\n  sync:\n    task: sync\n    in: far\n    exclude: [.home]\n';
  writeFileSync(
    join(root, 'Sandboxfile.yaml'),
    `version: 1\nsandboxes:\n  far:\n    host: far\n    workspace: ${workspace}\n    files: all\n${steps}`,
  );
  const command = sbx(root, 'run', 'sync', ...words);
  return { root, command: { ...command, env: { ...side.far.sshd.env } } };
}

/** Everything travels: the far side is empty, and sbx remembers nothing. */
function first(bench: Bench, side: Side, from: string): Result[] {
  const { root, command } = own(side, 'first');
  const forget = (): void => {
    clear(side, `${side.there}/bench-sbx-first`);
    for (const folder of ['.sbx', '.home']) rmSync(join(root, folder), { recursive: true, force: true });
    mkdirSync(join(root, '.home'));
  };
  const subjects: readonly Subject[] = [
    { name: 'rsync over fresh ssh', command: rsync(side, from), before: () => clear(side, `${side.there}/bench-rsync`) },
    { name: 'sbx run sync', command, before: forget },
  ];
  return compare(subjects, Math.min(3, bench.rounds)).map((one) => ({ case: `first sync, ${FILES}`, tool: one.name, ...one }));
}

function again(bench: Bench, side: Side, from: string): Result[] {
  const { root, command } = own(side, 'again');
  const forced: Command = { ...command, words: [...command.words, '--force'] };
  run(rsync(side, from));
  run(command);
  const edit = (folder: string) => (): void => appendFileSync(join(folder, EDITED), 'edited\n');
  const rounds = Math.min(7, bench.rounds);
  const nothing = compare(
    [
      { name: 'rsync over fresh ssh', command: rsync(side, from) },
      { name: 'sbx run sync (asks nobody)', command },
      { name: 'sbx run sync --force (connects and compares)', command: forced },
    ],
    rounds,
  );
  const one = compare(
    [
      { name: 'rsync over fresh ssh', command: rsync(side, from), before: edit(from) },
      { name: 'sbx run sync', command, before: edit(root) },
    ],
    rounds,
  );
  return [
    ...nothing.map((each) => ({ case: `no change, ${FILES}`, tool: each.name, ...each })),
    ...one.map((each) => ({ case: `1 of ${FILES} edited`, tool: each.name, ...each })),
  ];
}

/** One connection for all: rsync has it by ControlMaster, sbx by staying in its process. */
async function within(bench: Bench, side: Side, from: string): Promise<Result[]> {
  const { far, there } = side;
  const root = join(side.folder, 'sync-within');
  writeGraph(root, GRAPH);
  const path = `${there}/bench-sbx-within`;
  await using session = await connected(far.sandbox());
  await createWorkspace(session, path, CHECKOUT, memoryJournal(), SIGNAL);
  const memo = openMemo(far.io, join(side.folder, 'memo'));
  let receipt: Receipt | undefined;
  const sync = async (): Promise<Sample> => {
    const cpu = process.cpuUsage();
    const since = performance.now();
    const done = await syncTree({
      workspace: { session, path, checkout: CHECKOUT.id, signal: SIGNAL },
      io: far.io,
      root,
      sources: async () =>
        treeOfSources(
          far.io.files,
          memo,
          root,
          makeWalker(far.io.files, root).all((one) => one === '.home'),
        ),
      receipt,
      excluded: (one) => one === '.home',
      rules: PLAIN_RULES,
      nonce: far.io.nonce,
      progress: () => {},
      note: () => {},
    });
    if (!done.ok) throw new Error(done.error.message);
    receipt = done.value.receipt;
    const spent = process.cpuUsage(cpu);
    return { wall: performance.now() - since, cpu: (spent.user + spent.system) / 1000 };
  };
  await sync();
  const socket = join(side.folder, 'control');
  const master = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${socket}`, '-o', 'ControlPersist=60'];
  run(rsync(side, from, master));
  const results: Result[] = [];
  for (const [name, edited] of [
    ['no change', false],
    ['1 edited', true],
  ] as const) {
    const own: Sample[] = [];
    const theirs: Sample[] = [];
    for (let round = 0; round < Math.min(7, bench.rounds); round++) {
      if (edited) for (const folder of [root, from]) appendFileSync(join(folder, EDITED), 'edited\n');
      theirs.push(run(rsync(side, from, master)));
      own.push(await sync());
    }
    const row = (tool: string, samples: readonly Sample[]): Result => ({
      case: `${name}, ${FILES}, on an open connection`,
      tool,
      cpu: median(samples.map((one) => one.cpu)),
      wall: median(samples.map((one) => one.wall)),
      rounds: samples.length,
    });
    results.push(row('rsync, ControlMaster', theirs), row('sbx, within one process', own));
  }
  run({ words: ['ssh', '-F', far.sshd.config, '-o', `ControlPath=${socket}`, '-O', 'exit', 'far'], cwd: far.home });
  return results;
}
