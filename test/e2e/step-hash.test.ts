import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';
import { withTerminal } from '../rig/tmux.ts';
import { eventsOf, type FarProject, withFarProject } from './far-project.ts';

const HASH = /hash=([0-9a-f]*)/;

/** What each step that ran found in SBX_STEP_HASH. */
async function hashes(story: Pick<FarProject, 'sbx'>, ...args: string[]): Promise<{ [step: string]: string }> {
  const ran = await story.sbx(['run', '--json', ...args]);
  assert.is(ran.code, 0, ran.stdout + ran.stderr);
  const found: { [step: string]: string } = {};
  for (const { type, step, text } of eventsOf(ran)) {
    const hash = type === 'step-output' && HASH.exec(text ?? '')?.[1];
    if (step && hash !== false && hash !== undefined) found[step] = hash;
  }
  return found;
}

async function keyOf(story: Pick<FarProject, 'sbx'>, step: string): Promise<string | undefined> {
  return JSON.parse((await story.sbx(['explain', '--json', step])).stdout).key;
}

const STEPS = `  here: { run: 'echo hash=$SBX_STEP_HASH', inputs: [src], outputs: [] }
  there: { in: far, needs: [sync], run: 'echo hash=$SBX_STEP_HASH', outputs: [] }
  script: { task: script, file: hash.mjs, inputs: [src], outputs: [] }
  always: { run: 'echo hash=$SBX_STEP_HASH', inputs: [src] }
  plain: { run: 'echo hash=$SBX_STEP_HASH' }
  all: { run: 'true', needs: [here, there, script, always, plain] }
`;

test('`SBX_STEP_HASH` in the environment of every step', async () => {
  await withFarProject({ more: STEPS }, async (story) => {
    story.project.write('hash.mjs', 'echo(`hash=${process.env.SBX_STEP_HASH}`);\n');
    const first = await hashes(story, 'all');
    assert.equal(Object.keys(first).sort(), ['always', 'here', 'plain', 'script', 'there']);
    for (const [step, hash] of Object.entries(first)) assert.match(hash, /^[0-9a-f]{64}$/, step);
    for (const step of ['here', 'there', 'script']) assert.is(first[step], await keyOf(story, step), `${step}: the key of the action`);
    const again = await hashes(story, 'all');
    assert.equal(again, { always: first.always, plain: first.plain }, 'it does not count itself: the others are fresh');
    story.project.write('src/a', 'edited\n');
    const edited = await hashes(story, 'all');
    assert.is(edited.here, await keyOf(story, 'here'));
    assert.is.not(edited.here, first.here);
    assert.is.not(edited.there, first.there);
    assert.is.not(edited.always, first.always, 'never remembered: the inputs that it declares count');
    assert.is(edited.plain, first.plain, 'those that it does not declare are not looked at');
    const { always } = await hashes(story, '--no-cache', 'always');
    assert.is(always, edited.always);
  });
});

needing('tmux')('an interactive step has its `SBX_STEP_HASH`', () =>
  withProject(
    { 'Sandboxfile.yaml': "version: 1\nsteps:\n  ask: { run: 'echo hash=$SBX_STEP_HASH', interactive: true }\n" },
    async (project) => {
      const options = { columns: 100, rows: 20, cwd: project.root, env: { HOME: project.home } };
      await withTerminal(`${COMMAND} run ask`, options, (terminal) =>
        terminal.until((screen) => /hash=[0-9a-f]{64}/.test(screen), 'the hash'),
      );
    },
  ),
);

test.run();
