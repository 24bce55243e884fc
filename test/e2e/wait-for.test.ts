import { rmSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause } from '../rig/patience.ts';
import { eventsOf, type FarProject, outcomesOf, withFarProject } from './far-project.ts';

const MORE = `  up: { task: wait-for, ssh: far, provides: far, timeout: 1m }
  make: { in: far, run: 'mkdir -p made && echo it > made/it', inputs: [], outputs: [made/it] }
  use: { in: far, needs: [make], run: cat made/it }
`;

async function ran(story: FarProject, ...args: readonly string[]) {
  const ended = await story.sbx(['run', '--json', ...args]);
  const events = eventsOf(ended);
  return { code: ended.code, outcomes: outcomesOf(events), events };
}

test('Wait-for: a sandbox that comes up later is waited for by the step that provides it, and dialled by the others after that', () =>
  withFarProject({ more: MORE }, async (story) => {
    story.sshd.stop();
    const asked = ran(story, 'fetch-artifacts');
    await pause(1500);
    await story.sshd.start();
    const { code, outcomes, events } = await asked;
    assert.equal([code, outcomes.up, outcomes['fetch-artifacts']], [0, 'succeeded', 'succeeded'], JSON.stringify(events.at(-3)));
    const order = events.flatMap(({ type, step }) => (type === 'place-connected' ? [type] : type === 'step-finished' ? [step] : []));
    assert.equal(order.slice(0, 2), ['up', 'place-connected']);
  }));

test('Provides: a step that finds the place up is fresh, and what was believed of the place is judged anew all the same', () =>
  withFarProject({ more: MORE }, async (story) => {
    assert.is((await ran(story, 'make')).code, 0);
    rmSync(story.workspace, { recursive: true });
    const { code, outcomes } = await ran(story, 'use');
    assert.equal([code, outcomes.up], [0, 'fresh']);
    assert.equal([outcomes.make, outcomes.use], ['succeeded', 'succeeded']);
    const offline = await ran(story, '--offline', '--force', 'up');
    const { failure } = offline.events.find(({ outcome }) => outcome?.is === 'failed')?.outcome ?? {};
    assert.equal([offline.code, failure?.message], [1, 'there will be no way into far: far is not asked: sbx is offline by --offline']);
  }));

test.run();
