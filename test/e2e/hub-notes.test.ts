import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestHub, WRONG, withHub } from '../rig/hub.ts';
import { inside } from '../rig/inside.ts';
import { withProject } from '../rig/project.ts';
import { freePort } from '../rig/sshd.ts';

const SECRET = 'hunter2-and-more';

/** `wait` is so long that a hub that answers has time to, whatever else the computer does. */
function fileFor(url: string, interval: string, wait = '45s'): string {
  return `version: 1
name: hello
secrets: [KEY]
hub: { url: "${url}", domain: here, interval: ${interval}, wait: ${wait} }
steps:
  build: { run: 'echo aloud; echo $KEY; sleep 0.5', secrets: [KEY], inputs: [] }
  smoke: { run: 'test ! -e broken', after: [build], inputs: ['broken*'], outputs: [], hub: e2e_result }
`;
}

const told = ({ notes }: TestHub, type: string): readonly string[] =>
  notes.filter(({ event_type }) => event_type === type).map(({ summary }) => summary.replace(/[\d.]+m?s$/, 'TIME'));

test('a run tells the hub of its long step and of the result of its test, and nothing that is secret', () =>
  withHub((hub) =>
    withProject({ 'Sandboxfile.yaml': fileFor(hub.url, '100ms') }, async ({ sbx, write }) => {
      const env = { KEY: SECRET };
      const { code, stderr } = await sbx(['run', 'build', 'smoke'], { env });
      assert.equal([code, stderr], [0, '']);
      assert.equal(
        [...new Set(told(hub, 'progress'))],
        [
          'hello: a run began',
          'hello: build has been running for TIME',
          'hello: build succeeded after TIME',
          'hello: the run ended with 0 after TIME',
        ],
      );
      assert.equal(told(hub, 'e2e_result'), ['hello: smoke passed']);
      assert.ok(hub.notes.every(({ domain }) => domain === 'here'));
      assert.not.match(JSON.stringify(hub.notes), new RegExp(`${SECRET}|aloud|sleep`));

      hub.notes.length = 0;
      assert.is((await sbx(['run', 'build', 'smoke', '--json'], { env: { ...env, STATE_HUB_DOMAIN: 'there' } })).code, 0);
      assert.equal(told(hub, 'e2e_result'), [], 'what passed before was not tested now');
      assert.ok(hub.notes.length > 0 && hub.notes.every(({ domain }) => domain === 'there'));

      hub.notes.length = 0;
      write('broken', '');
      assert.is((await sbx(['run', 'build', 'smoke', '-q'], { env })).code, 1);
      const [result] = hub.notes.filter(({ event_type }) => event_type === 'e2e_result');
      assert.equal([result?.detail.result, result?.detail.failure, result?.detail.step], ['failed', 'command-failed', 'smoke']);
    }),
  ));

test('Hub down, slow, wrong: it never blocks or fails a run, which says in one line what was lost', async () => {
  const one = async (way: string, url: string): Promise<void> => {
    const file = `${fileFor(url, '1h', '200ms')}  quick: { run: 'true', hub: e2e_result }\n`;
    await withProject({ 'Sandboxfile.yaml': file }, async ({ root, home }) => {
      const { code, stdout, stderr } = await inside(['run', 'quick'], { cwd: root, home });
      assert.is(code, 0, way);
      assert.match(stdout, /^1 step: 1 succeeded, in /m);
      assert.match(stderr, new RegExp(`^warning: [23] notes did not reach the State Hub: [^\n]* ${url} [^\n]*\n$`), way);
    });
  };
  const wrong = Object.entries(WRONG).map(([way, instead]) =>
    withHub(async (hub) => {
      hub.instead = instead;
      await one(way, hub.url);
    }),
  );
  await Promise.all([one('is down', `http://127.0.0.1:${await freePort()}`), ...wrong]);
});

test('variables name another hub, or none; an address that is none is a warning, and its password is not shown', () =>
  withHub((hub) =>
    withProject({ 'Sandboxfile.yaml': `${fileFor('http://127.0.0.1:1', '1h')}  quick: { run: 'true' }\n` }, async ({ root, home }) => {
      const run = async (env: { readonly [name: string]: string }) => {
        const { code, stderr } = await inside(['run', 'quick'], { cwd: root, home, env });
        return [code, stderr];
      };
      assert.equal(await run({ STATE_HUB_URL: `${hub.url}/` }), [0, '']);
      assert.is(hub.notes.length, 2);
      assert.equal(await run({ STATE_HUB_URL: 'http://127.0.0.1:1', SBX_HUB_URL: hub.url }), [0, '']);
      assert.is(hub.notes.length, 4);
      assert.equal(await run({ SBX_HUB_URL: 'off' }), [0, '']);
      assert.equal(await run({ SBX_HUB_URL: hub.url, SBX_OFFLINE: '1' }), [0, '']);
      assert.equal(await run({ SBX_HUB_URL: `http://me:${SECRET}@127.0.0.1:${hub.port}` }), [
        0,
        'warning: SBX_HUB_URL is no address of a State Hub: it is told nothing\n',
      ]);
      assert.is(hub.notes.length, 4);
    }),
  ));

test('a signal while the hub is waited for ends the wait, and the run has done what it did', () =>
  withHub((hub) =>
    withProject({ 'Sandboxfile.yaml': `${fileFor(hub.url, '1h')}  quick: { run: 'true' }\n` }, async ({ sbx }) => {
      hub.instead = WRONG['says nothing'];
      const stop = new AbortController();
      const seen = (text: string): void => {
        if (text.includes('1 succeeded')) stop.abort();
      };
      const { code, signal, stderr } = await sbx(['run', 'quick'], { signal: stop.signal, seen });
      assert.equal([code, signal], [0, null]);
      assert.match(stderr, /^warning: 2 notes did not reach the State Hub: .* had not answered when the run was over\n$/);
    }),
  ));

test('without an address nothing is told and nothing said', () =>
  withProject(
    { 'Sandboxfile.yaml': 'version: 1\nhub: {}\nsteps: { quick: { run: "true", hub: e2e_result } }\n' },
    async ({ root, home }) => {
      const { code, stderr } = await inside(['run', 'quick'], { cwd: root, home });
      assert.equal([code, stderr], [0, '']);
    },
  ));

test.run();
