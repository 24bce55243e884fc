import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { SandboxSpec } from '../../lib/model/project.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import { embeddedSandbox } from '../../lib/ssh/embedded.ts';
import { pause } from '../rig/patience.ts';
import { type Workshop, withWorkshop } from './real.ts';
import { projectOf, type StoryStep } from './story.ts';

const STEPS: { readonly [id: string]: StoryStep } = {
  sync: { task: 'sync', sandbox: 'vm' },
  build: {
    task: 'remote-build',
    sandbox: 'vm',
    needs: ['sync'],
    run: 'mkdir -p out; cat src/a.c > out/app',
    inputs: ['src/**'],
    outputs: ['out/app'],
  },
  fetch: { task: 'fetch-artifacts', sandbox: 'vm', needs: ['build'], fields: { from: 'out/app' } },
  always: { task: 'remote-shell', sandbox: 'vm', run: 'true' },
  note: { task: 'shell', run: 'true' },
};

const VM: SandboxSpec = {
  ...{ name: 'vm', kind: 'ssh', workspace: 'work', files: 'all', keep: 'running' },
  ...{ onUnreachable: 'fail', probes: [], probeMaxAge: 1e12, grace: 1000, env: [] },
};

interface Dialling {
  /** What happened, in its order: `ahead`, `planned`, `connect`, `dropped`, and what was told of the place. */
  run(names: readonly string[], more?: { readonly force?: readonly string[]; readonly offline?: boolean }): Promise<readonly string[]>;
  readonly workshop: Workshop;
}

function withDialling(use: (dialling: Dialling) => Promise<void>): Promise<void> {
  return withWorkshop(async (workshop) => {
    const home = join(workshop.root, '../far');
    mkdirSync(home);
    const io = { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment: new Map([['PATH', process.env.PATH ?? '']]) };
    const real = embeddedSandbox({ name: 'vm', folder: home, grace: 1000, owner: 'o'.repeat(64) }, io);
    workshop.write('src/a.c', 'one\n');
    workshop.write('docs/a.md', 'one\n');
    await use({
      workshop,
      run: async (names, { force = [], offline = false } = {}) => {
        const log: string[] = [];
        const sandbox: Sandbox = {
          ...real,
          ahead: (drop) => {
            log.push('ahead');
            drop.addEventListener('abort', () => log.push('dropped'));
          },
          connect: (signal) => {
            log.push('connect');
            return real.connect(signal);
          },
        };
        await workshop.run(STEPS, {
          project: projectOf({ steps: STEPS, sandboxes: [VM] }, workshop.root),
          sandboxes: new Map([['vm', sandbox]]),
          wish: { names, only: false, force, noCache: false },
          offline,
          seen: ({ type }) => {
            if (type === 'planned' || type.startsWith('place-')) log.push(type);
          },
        });
        const until = log.indexOf('place-connected');
        return until < 0 ? log : log.slice(0, until);
      },
    });
  });
}

/** What is written from now on has another time than what the last run looked at. */
const LATER = 50;

test('an edited file: its place is dialled before the plan is said; nothing changed: it is not', () =>
  withDialling(async ({ run, workshop }) => {
    assert.equal(await run(['fetch']), ['planned', 'place-connecting', 'connect'], 'nothing is known: what is fetched may be in the store');
    assert.equal(await run(['fetch']), ['planned']);
    await pause(LATER);
    workshop.write('src/a.c', 'two\n');
    assert.equal(await run(['fetch']), ['ahead', 'planned', 'place-connecting', 'connect']);
    assert.equal(await run(['fetch']), ['planned']);
  }));

test('a file that was written and is the same: what was dialled is dropped, and nothing is told of it', () =>
  withDialling(async ({ run, workshop }) => {
    await run(['fetch']);
    await pause(LATER);
    workshop.write('src/a.c', 'one\n');
    assert.equal(await run(['fetch']), ['ahead', 'planned', 'dropped']);
  }));

test('a change that no step there reads, or that only others are asked for, is no reason to dial', () =>
  withDialling(async ({ run, workshop }) => {
    await run(['fetch']);
    await pause(LATER);
    workshop.write('docs/a.md', 'two\n');
    assert.equal(await run(['fetch']), ['planned']);
    workshop.write('src/a.c', 'two\n');
    assert.equal(await run(['note']), ['planned']);
    assert.equal(await run(['fetch'], { offline: true }).then((log) => log.includes('ahead')), false);
    assert.equal((await run(['sync']))[0], 'ahead');
  }));

test('what runs every time, is forced, or is not held there is dialled for though nothing changed', () =>
  withDialling(async ({ run }) => {
    assert.is((await run(['build']))[0], 'ahead');
    assert.equal(await run(['build']), ['planned']);
    assert.is((await run(['build'], { force: ['build'] }))[0], 'ahead');
    assert.is((await run(['always']))[0], 'ahead');
  }));

test.run();
