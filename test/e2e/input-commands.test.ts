import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Plan } from '../../lib/model/plan.ts';
import type { Step } from '../../lib/model/project.ts';
import { askCommands, type CommandBounds, type CommandInputs } from '../../lib/run/input-commands.ts';
import { withFolder } from '../rig/folder.ts';
import { withProject } from '../rig/project.ts';
import { stepWith } from '../rig/step.ts';

const FILE = `version: 1
steps:
  build:
    run: "echo built $WHO > built"
    env: { WHO: me }
    inputs: [src, { command: "echo asked >> \\"$HOME/asked\\"; cat said; echo $WHO; echo noise $(date +%N) >&2" }]
    outputs: [built]
  after: { needs: [build], run: "true", inputs: [src], outputs: [] }
`;

test('inputs from commands: stdout is hashed into the fingerprint, and the no-op run asks again', () =>
  withProject({ 'Sandboxfile.yaml': FILE, src: '1', said: 'one\n' }, async ({ sbx, write, home }) => {
    const asked = (): number =>
      existsSync(join(home, 'asked')) ? realFiles.readFileSync(join(home, 'asked'), 'utf8').split('\n').length - 1 : 0;
    const run = async (): Promise<string> => {
      const { code, stdout, stderr } = await sbx(['run', 'after']);
      assert.is(code, 0, stdout + stderr);
      return stdout;
    };
    assert.match(await run(), /build.*never ran here/);
    for (let i = 0; i < 2; i++) assert.match(await run(), 'everything is fresh: 2 steps');
    assert.is(asked(), 4, 'each run asks, and what it executed is asked for again');
    write('said', 'two\n');
    assert.match(await run(), /build.*output of `echo asked .* changed/s);
    assert.match(await run(), 'everything is fresh: 2 steps');
    write('said', 'one\n');
    assert.match(await run(), 'everything is fresh: 2 steps');
  }));

test('inputs from commands: list, validate, plan, explain and status do not run them, and say that it is not known', () =>
  withProject({ 'Sandboxfile.yaml': FILE, src: '1', said: 'one\n' }, async ({ sbx, write, remove, home }) => {
    assert.is((await sbx(['run', 'after'])).code, 0);
    realFiles.rmSync(join(home, 'asked'));
    const words = /depends on what `echo asked .* prints: not known without running it/s;
    for (const query of [['list'], ['validate'], ['graph'], ['plan', 'after'], ['explain', 'build'], ['status', 'after']]) {
      const { stdout, code } = await sbx(query);
      if (['plan', 'explain'].includes(query[0] ?? '')) assert.match(stdout, words);
      assert.is(code, query[0] === 'status' ? 3 : 0, query.join(' '));
    }
    const plan = JSON.parse((await sbx(['plan', 'after', '--json'])).stdout);
    assert.is(plan.steps.find(({ id }: { id: string }) => id === 'build').decision.is, 'maybe');
    write('src', '2');
    assert.match((await sbx(['plan', 'build'])).stdout, /build.*inputs changed: src/);
    remove('said');
    assert.not(existsSync(join(home, 'asked')));
  }));

test('inputs from commands: one that fails fails the step with its words, and secrets are hidden in them', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
secrets: { KEY: { file: key } }
steps:
  build: { run: touch ran, inputs: [{ command: "echo no such thing >&2; cat key >&2; exit 3" }], outputs: [] }
`,
    },
    async ({ sbx, write, root }) => {
      write('key', 'very-secret-words', 0o600);
      const run = await sbx(['run', 'build']);
      assert.is(run.code, 1, run.stdout + run.stderr);
      assert.match(run.stdout, 'the command among its inputs exited with 3');
      assert.match(run.stdout, 'no such thing');
      assert.not.match(run.stdout, 'very-secret-words');
      assert.not(existsSync(join(root, 'ran')));
    },
  ));

/** What the commands of the steps say, in order. */
async function asking(steps: readonly Partial<Step>[], bounds: CommandBounds = { time: 60_000, size: 1000 }): Promise<CommandInputs> {
  return withFolder(async (root) => {
    const environment = new Map([
      ['PATH', process.env.PATH ?? ''],
      ['WHO', 'me'],
    ]);
    const io = { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment };
    const actions = steps.map((step, n) => ({ action: { step: stepWith({ id: `${n}`, task: 'shell', sandbox: 'local', ...step }) } }));
    const plan = { actions, places: [] } as unknown as Plan;
    return askCommands(plan, { io, root, run: 'r', signal: new AbortController().signal, hide: (text) => text, bounds });
  });
}

async function wordOn(command: string, bounds: CommandBounds): Promise<string> {
  const answer = (await asking([{ inputCommands: [command] }], bounds)).get('0');
  return answer?.ok ? 'ok' : (answer?.error.message ?? 'nothing');
}

test('inputs from commands: steps share an answer only if the command has the same variables in both', async () => {
  const inputCommands = ['echo "$WHO" $(date +%N)'];
  const answers = await asking([
    { inputCommands },
    { inputCommands, passEnv: ['WHO'] },
    { inputCommands, passEnv: ['WHO', 'ABSENT'] },
    { inputCommands, passEnv: ['WHO'], env: [['WHO', 'you']] },
  ]);
  const [none, passed, same, declared] = [...answers.values()].map((answer) => answer.ok && JSON.stringify(answer.value));
  assert.is(same, passed, 'asked once');
  assert.is(new Set([none, passed, declared]).size, 3);
});

test('inputs from commands are bounded in time and size', async () => {
  assert.is(await wordOn('echo hello', { time: 60_000, size: 1000 }), 'ok');
  assert.is(await wordOn('sleep 60', { time: 200, size: 1000 }), 'the command among its inputs took longer than 200ms');
  assert.is(await wordOn('yes', { time: 60_000, size: 2048 }), 'the command among its inputs printed more than 2.0 KiB');
});

test('inputs from commands: what they print when the step has ended counts, too: a result that may be of either is not remembered', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
sandboxes: { far: { host: embedded, files: all } }
steps:
  gen: { run: cp x ver, inputs: [x], outputs: [ver] }
  here: { after: [gen], run: cat ver > seen, inputs: [{ command: cat ver }], outputs: [seen] }
  send: { task: sync, in: far }
  there: { task: remote-build, in: far, needs: [send], after: [gen], run: 'true', inputs: ['*.c', { command: cat ver }] }
`,
      x: '3\n',
      ver: '1\n',
    },
    async ({ sbx, write, read }) => {
      const ran = await sbx(['run', 'gen', 'here', 'there']);
      assert.is(ran.code, 0, ran.stdout + ran.stderr);
      assert.match(ran.stdout, /what `cat ver` prints changed while it ran: the result stands and is not remembered/);
      write('x', '1\n');
      for (let i = 0; i < 3; i++) assert.is((await sbx(['run', 'gen', 'here', 'there'])).code, 0);
      assert.is(read('seen'), '1\n');
      assert.match((await sbx(['run', 'gen', 'here', 'there'])).stdout, 'everything is fresh');
    },
  ));

test.run();
