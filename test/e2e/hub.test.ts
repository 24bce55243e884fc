import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sbx } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { withHub } from '../rig/hub.ts';
import { freePort } from '../rig/sshd.ts';

const AGENT = 'haskell-build-agent';
const OTHER = { id: 7, capability_type: 'printer', title: 'x', keywords: ['host:printer'] };

test('hub register: the type is posted once, and its id kept, comments and all', async () => {
  await withFolder(async (folder) => {
    await withHub(async (hub) => {
      hub.entries = [OTHER];
      const invocation = { cwd: folder, home: folder, env: { STATE_HUB_URL: `${hub.url}/`, STATE_HUB_DOMAIN: 'here' } };
      writeFileSync(join(folder, 'state-hub-refs.yml'), '# ids\nother: 3 # kept\n');
      const both = await Promise.all([1, 2].map(() => sbx(['hub', 'register'], invocation)));
      assert.equal(
        both.map(({ stdout }) => stdout),
        Array(2).fill('haskell-build-agent is 101\n'),
        both.map(({ stderr }) => stderr).join(''),
      );
      const posted = hub.entries.filter(({ capability_type }) => capability_type === AGENT);
      assert.equal(
        posted.map(({ title }) => title),
        ['Haskell Build Agent (type definition)'],
      );
      assert.is(posted[0]?.domain, 'here');
      assert.is(readFileSync(join(folder, 'state-hub-refs.yml'), 'utf8'), '# ids\nother: 3 # kept\ncapability_type_entry_id: "101"\n');
    });
  });
});

test('hub register: where the answer was lost the next one finds what was posted', async () => {
  await withFolder(async (folder) => {
    await withHub(async (hub) => {
      hub.entries = [OTHER];
      const invocation = { cwd: folder, home: folder, env: { STATE_HUB_URL: hub.url } };
      hub.instead = (answer) => void answer.destroy();
      const lost = await sbx(['hub', 'register'], invocation);
      assert.is(lost.code, 1);
      assert.match(lost.stderr, /it may have been posted: the next try looks first/);
      hub.instead = undefined;
      assert.is((await sbx(['hub', 'register'], invocation)).stdout, 'haskell-build-agent is 101\n');
      assert.is(hub.entries.length, 2);
    });
  });
});

test('hub find: build agents by host or port, filtered here where the hub does not', async () => {
  await withFolder(async (folder) => {
    await withHub(async (hub) => {
      hub.entries = [OTHER];
      const invocation = { cwd: folder, home: folder, env: { STATE_HUB_URL: hub.url } };
      assert.is((await sbx(['hub', 'find'], invocation)).stdout, 'no agent has registered\n');
      hub.entries.push({
        id: 8,
        capability_type: AGENT,
        title: 'a',
        keywords: ['haskell', 'ghc', 'ghc-9.8.4', 'host:vm-a', 'tunnel-port:12222'],
      });
      hub.entries.push({ id: 9, capability_type: AGENT, title: 'type', keywords: ['haskell'] });
      const { stdout } = await sbx(['hub', 'find', '--json', '12222'], invocation);
      const found = JSON.parse(stdout) as { readonly agents: unknown };
      assert.equal(found.agents, [{ id: '8', hostname: 'vm-a', port: 12_222, ghc: '9.8.4' }]);
      const missing = await sbx(['hub', 'find', 'vm-b'], invocation);
      assert.equal([missing.code, missing.stderr], [1, 'sbx: no agent vm-b has registered\n']);
    });
  });
});

test('a hub that is down, or an address that is none: a clear word, and no file is made', async () => {
  await withFolder(async (folder) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const down = await sbx(['hub', 'register'], { cwd: folder, home: folder, env: { STATE_HUB_URL: url } });
    assert.equal([down.code, down.stderr], [1, `sbx: the State Hub at ${url} cannot be reached (ECONNREFUSED)\n`]);
    for (const none of ['hub', 'http://me:geheim@127.0.0.1:8000', 'http://127.0.0.1:8000/?token=geheim', 'http://127.0.0.1:99999']) {
      const refused = await sbx(['hub', 'find'], { cwd: folder, home: folder, env: { STATE_HUB_URL: url, SBX_HUB_URL: none } });
      assert.equal(
        [refused.code, refused.stderr],
        [2, 'sbx: SBX_HUB_URL is no address of a State Hub\n  e.g. http://127.0.0.1:8000, without a password\n'],
      );
    }
    assert.throws(() => readFileSync(join(folder, 'state-hub-refs.yml')));
  });
});

test.run();
