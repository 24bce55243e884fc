import * as fs from 'node:fs';
import { digestOf } from '../../lib/base/digest.ts';
import { type Memo, openMemo } from '../../lib/io/memo.ts';
import type { FingerprintRecord } from '../../lib/model/fingerprint.ts';
import type { Files } from '../../lib/model/io.ts';
import type { LastRun } from '../../lib/model/look.ts';
import type { Action, Makes, Reads } from '../../lib/model/plan.ts';
import type { Step } from '../../lib/model/project.ts';
import type { Tree } from '../../lib/model/tree.ts';
import { keyOf } from '../../lib/plan/fingerprint.ts';
import { type OutputRules, outputRules } from '../../lib/run/outputs.ts';
import { openStore, type Store } from '../../lib/run/store.ts';
import type { Success } from '../../lib/run/store-record.ts';
import type { Scene } from '../../lib/run/swap.ts';

export const real: Files = fs;

let nonces = 0;

interface TestIo {
  readonly files: Files;
  readonly clock: { now(): number; monotonic(): number; sleep(ms: number, signal: AbortSignal): Promise<void> };
  readonly nonce: () => string;
}

export function ioOf(files: Files = real, now: () => number = Date.now): TestIo {
  return {
    files,
    clock: { now, monotonic: now, sleep: (ms, signal) => new Promise((wake, no) => sleepOf(ms, signal, wake, no)) },
    nonce: () => digestOf(`${process.pid} ${nonces++}`).slice(0, 32),
  };
}

function sleepOf(ms: number, signal: AbortSignal, wake: () => void, no: (why: unknown) => void): void {
  const stopped = (): void => {
    clearTimeout(timer);
    no(signal.reason);
  };
  const timer = setTimeout(
    () => {
      signal.removeEventListener('abort', stopped);
      wake();
    },
    Math.min(ms, 5),
  );
  signal.addEventListener('abort', stopped);
}

/** A settled memo needs a clock that is ahead of the files that the test has just written. */
export const later = (): number => Date.now() + 10_000;

export interface World {
  readonly root: string;
  readonly cache: string;
  readonly scene: Scene;
  readonly store: Store;
  readonly memo: Memo;
  readonly warnings: string[];
}

/** A project and a store in `folder`, seen through `files`. */
export function worldIn(folder: string, files: Files = real): World {
  const root = `${folder}/project`;
  const cache = `${folder}/cache`;
  fs.mkdirSync(root, { recursive: true });
  const io = ioOf(files, later);
  const warnings: string[] = [];
  const store = openStore(io, cache, (text) => warnings.push(text));
  const memo = openMemo(io, `${root}/.sbx/memo`);
  return { root, cache, store, memo, warnings, scene: { io, root, folder: `${root}/.sbx`, store, memo, run: 'r1' } };
}

export function put(root: string, content: { readonly [path: string]: string }): void {
  for (const [path, text] of Object.entries(content)) {
    fs.mkdirSync(`${root}/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
    fs.writeFileSync(`${root}/${path}`, text);
  }
}

/** Every file below a folder and its text, of a link where it leads; `.sbx` is left out. */
export function filesIn(root: string): { readonly [path: string]: string } {
  const all = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  const named = all.filter((one) => !one.isDirectory()).map((one) => `${one.parentPath}/${one.name}`.slice(root.length + 1));
  const kept = named.filter((path) => !path.startsWith('.sbx/')).sort();
  const textOf = (path: string): string =>
    fs.lstatSync(path).isSymbolicLink() ? `-> ${fs.readlinkSync(path)}` : fs.readFileSync(path, 'utf8');
  return Object.fromEntries(kept.map((path) => [path, textOf(`${root}/${path}`)]));
}

function recordOf(inputs: string): FingerprintRecord {
  const nothing = { upstream: {}, tools: {}, place: {}, env: {}, secrets: {} };
  return {
    version: 1,
    task: 'shell',
    command: 'make',
    settings: {},
    dir: '.',
    inputs: digestOf(inputs),
    outputs: [],
    state: [],
    ...nothing,
  };
}

export function successOf(outputs: Tree | null, log?: string, inputs = 'a'): Success {
  const record = recordOf(inputs);
  return { key: keyOf(record), step: 'build', project: 'demo', record, outputs, ...(log === undefined ? {} : { log }), at: 1000, ms: 20 };
}

export function lastOf(ok: boolean, inputs = 'a'): LastRun {
  const record = recordOf(inputs);
  return { key: keyOf(record), record, is: ok ? 'succeeded' : 'failed', at: 1000, ms: 20 };
}

export function actionOf(id: string, reads: Reads, makes: Makes, state: readonly string[] = []): Action {
  const step = { id, task: 'shell', sandbox: 'local', state, dir: '.' } as unknown as Step;
  return { id, step, draft: { title: id, settings: {}, reads, makes, workspace: 'shares' }, order: 0, named: true, forced: false };
}

/** What a step with these outputs and this state owns. */
export function rulesOf(globs: readonly string[], state: readonly string[] = []): OutputRules {
  return outputRules(actionOf('build', { is: 'nothing' }, { is: 'files', globs }, state));
}
