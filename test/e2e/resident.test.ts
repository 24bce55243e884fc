// The resident agent of a user: started by a run, asked by the next one, and never needed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ended } from '../rig/cli.ts';
import { pause, until } from '../rig/patience.ts';
import { endAll, kill, lives, processesWith } from '../rig/processes.ts';
import { type FarProject, withFarProject } from './far-project.ts';

interface Status {
  readonly agents: readonly {
    readonly isOwn: boolean;
    readonly state?: {
      readonly pid: number;
      readonly idle: number;
      readonly links: readonly { readonly target: string; readonly state: string }[];
    };
  }[];
}

interface Story extends FarProject {
  /** Runs the build, whatever it needs, with the agent allowed. */
  build(): Promise<string>;
  status(): Promise<Status>;
  /** The agent, once it has a link that waits. */
  ready(): Promise<number>;
  logins(): number;
}

const ON = { SBX_AGENT: 'on' };

function withAgent(use: (story: Story) => Promise<void>, env: Readonly<Record<string, string>> = {}): Promise<void> {
  return withFarProject({}, async (far) => {
    const more = { env: { ...ON, ...env } };
    const mark = `XDG_STATE_HOME=${far.project.home}`;
    const status = async (): Promise<Status> => JSON.parse((await far.sbx(['agent', 'status', '--json'], more)).stdout) as Status;
    const story: Story = {
      ...far,
      status,
      async build() {
        const { code, stdout, stderr } = await far.sbx(['run', 'build'], more);
        assert.is(code, 0, stdout + stderr);
        return stdout + stderr;
      },
      async ready() {
        const found: number[] = [];
        await until('the agent has a link', async () => {
          const own = (await status()).agents.find(({ isOwn }) => isOwn)?.state;
          if (own?.links.some(({ state }) => state === 'ready')) found.push(own.pid);
          return found.length > 0;
        });
        return found[0] as number;
      },
      logins: () => far.sshd.log().split('Accepted publickey').length - 1,
    };
    try {
      await use(story);
    } finally {
      endAll([mark], ({ command }) => command.endsWith('agent serve'));
    }
  });
}

function edit({ project }: FarProject, text: string): void {
  project.write('src/a', `${text}\n`);
}

test('resident agent: a run leaves one, the next run has its connection from it, and stop leaves nothing', () =>
  withAgent(async (story) => {
    await story.build();
    const pid = await story.ready();
    const logins = story.logins();
    assert.is(logins, 2, 'the run itself, and the agent for the next one');
    for (const text of ['two', 'three']) {
      edit(story, text);
      assert.not.match(await story.build(), /resident agent/);
      assert.match(story.there('out/app'), new RegExp(`^${text}`));
      assert.is(await story.ready(), pid, 'one a user');
    }
    assert.match((await story.sbx(['vm-info'], { env: ON })).stdout, /ssh +a connection of the resident agent/);
    assert.is(story.logins(), logins);
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    assert.not.match(environment, /SBX_RUN=|SBX_ATTEMPT=/, 'nothing of a run is in it');
    const shown = await story.sbx(['agent', 'status'], { env: ON });
    assert.match(shown.stdout, new RegExp(`process ${pid}.*\\n.*@127\\.0\\.0\\.1`));
    const stopped = await story.sbx(['agent', 'stop'], { env: ON });
    assert.equal([stopped.code, stopped.stdout], [0, 'stopped\n']);
    await until('it is gone', () => !lives(pid));
    await until('its connection too', () => story.sshd.started().length === 0);
    assert.equal(readdirSync(join(story.project.home, '.run/sbx')), []);
    const none = await story.sbx(['agent', 'status'], { env: ON });
    assert.equal([none.code, none.stdout], [1, 'no resident agent runs: a run that reaches a host starts one\n']);
  }));

test('resident agent: off by SBX_AGENT=off and in CI, none is asked and none is left', () =>
  withFarProject({}, async (far) => {
    for (const env of [{ SBX_AGENT: 'off' }, { SBX_AGENT: undefined, CI: 'true' }]) {
      edit(far, JSON.stringify(env));
      assert.is((await far.sbx(['run', 'build'], { env })).code, 0);
    }
    await pause(300);
    assert.not.ok(existsSync(join(far.project.home, '.run/sbx')));
  }));

test('resident agent: killed, wedged or not an agent at all, the run goes on without it and says so once', () =>
  withAgent(
    async (story) => {
      await story.build();
      const first = await story.ready();
      kill(first);
      edit(story, 'killed');
      const dead = await story.build();
      assert.is(dead.split('resident agent').length - 1, 1, dead);
      assert.match(dead, /the resident agent of sbx is gone without a word: going on without it/);
      const second = await story.ready();
      assert.is.not(second, first, 'the run started another one');
      kill(second, 'SIGSTOP');
      edit(story, 'wedged');
      const wedged = await story.build();
      assert.is(wedged.split('resident agent').length - 1, 1, wedged);
      assert.match(wedged, /does not answer: going on without it/);
      assert.match(story.there('out/app'), /^wedged/);
      const stop = await story.sbx(['agent', 'stop'], { env: ON });
      assert.is(stop.code, 1);
      assert.match(stop.stderr, /does not answer/);
      edit(story, 'again');
      assert.not.match(await story.build(), /resident agent/, 'nobody asks it any more');
      assert.is.not(await story.ready(), second);
      kill(second, 'SIGCONT');
      await until('it leaves, as another one stands in its place', () => !lives(second));
    },
    { SBX_AGENT_IDLE: '20s' },
  ));

/** A step that takes `seconds`, begun by a run of its own over the link of the agent. */
async function withLongRun(story: Story, seconds: string, use: (run: number, ended: Promise<Ended>) => Promise<void>): Promise<void> {
  await story.build();
  const long = `\n  long: { task: remote-build, in: far, needs: [sync], run: sleep ${seconds} }\n`;
  story.project.write('Sandboxfile.yaml', `${readFileSync(join(story.project.root, 'Sandboxfile.yaml'), 'utf8')}${long}`);
  await story.ready();
  const ended = story.sbx(['run', 'long'], { env: ON });
  await until('the build runs', () => isThere(seconds));
  assert.is((await story.status()).agents[0]?.state?.links[0]?.state, 'lent');
  const run = processesWith([story.project.root]).find(({ command }) => / run long$/.test(command));
  await use(run?.pid as number, ended);
  await until('nothing of it is left', () => !isThere(seconds));
}

function isThere(seconds: string): boolean {
  return processesWith([`sleep ${seconds}`]).some(({ command }) => command === `sleep ${seconds}`);
}

test('resident agent: killed while it carries a build, the build goes on over a connection of the run', () =>
  withAgent((story) =>
    withLongRun(story, '5.25', async (_run, ended) => {
      kill((await story.status()).agents[0]?.state?.pid);
      const { code, stdout, stderr } = await ended;
      assert.is(code, 0, stdout + stderr);
    }),
  ));

test('resident agent: a run that is killed leaves nothing on the far side, and the agent goes on', () =>
  withAgent((story) =>
    withLongRun(story, '60.25', async (run, ended) => {
      const pid = (await story.status()).agents[0]?.state?.pid;
      kill(run);
      await ended;
      await until('nothing of it is left', () => !isThere('60.25'));
      edit(story, 'next');
      await story.build();
      assert.is(await story.ready(), pid);
    }),
  ));

test('resident agent: leaves when nobody has asked it for anything, and takes the configuration of now', () =>
  withAgent(
    async (story) => {
      await story.build();
      const pid = await story.ready();
      const config = readFileSync(story.sshd.config, 'utf8');
      writeFileSync(story.sshd.config, config.replace('IdentitiesOnly yes', 'IdentitiesOnly yes\n  ServerAliveInterval 7'));
      const before = story.logins();
      edit(story, 'two');
      await story.build();
      assert.ok(story.logins() > before, 'the link was made by another configuration');
      await until('it leaves', () => !lives(pid));
      assert.equal(readdirSync(join(story.project.home, '.run/sbx')), []);
    },
    { SBX_AGENT_IDLE: '2s' },
  ));

test.run();
