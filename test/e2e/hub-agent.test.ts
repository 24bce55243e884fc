import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, REPOSITORY, sbx } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { withHub } from '../rig/hub.ts';
import { needing } from '../rig/needing.ts';
import { comes, until } from '../rig/patience.ts';
import { withRelayPorts } from '../rig/relay-ports.ts';
import { freePort, startSshd } from '../rig/sshd.ts';

const PORT = 12_227;

/** The first words of whoever answers on a port of this computer; nothing of nobody. */
function greeting(port: number): Promise<string> {
  return new Promise((settle) => {
    const call = connect(port, '127.0.0.1');
    call.once('data', (said) => {
      settle(said.toString('latin1').slice(0, 7));
      call.destroy();
    });
    call.once('close', () => settle(''));
    call.once('error', () => settle(''));
  });
}

needing(
  'python3',
  'sshd',
  'ssh',
)('The agent registers with the State Hub through its tunnel, is found there, and leaves nothing behind', async () => {
  await using relay = await startSshd(); // the workstation
  await using vm = await startSshd();
  await withRelayPorts(() =>
    withFolder((folder) =>
      withHub(async (hub) => {
        const hubInVm = await freePort();
        const log = join(folder, 'log');
        const agent = startAgent(folder, log, {
          STATE_HUB_URL: `http://127.0.0.1:${hubInVm}`,
          STATE_HUB_RELAY_PORT: hub.port,
          SSH_RELAY_HOST: '127.0.0.1',
          SSH_RELAY_PORT: relay.port,
          SSH_RELAY_USER: relay.user,
          SSH_KEY_PATH: relay.key,
          SSH_KNOWN_HOSTS: relay.knownHosts,
          REMOTE_PORT: PORT,
          SSHD_PORT: vm.port,
        });
        const find = (...names: string[]) =>
          sbx(['hub', 'find', '--json', ...names], { cwd: folder, home: folder, env: { SBX_HUB_URL: hub.url } });
        const tunnels: string[] = [];
        hub.posted = async () => void tunnels.push(await greeting(PORT));
        try {
          await until(
            () => `it registers: ${readFileSync(log, 'utf8')}`,
            () => hub.entries.length > 0,
          );
          assert.equal(tunnels, ['SSH-2.0'], 'when it registered its tunnel led to the sshd of the VM');
          const found = await find(`${PORT}`);
          assert.is(found.code, 0, found.stderr);
          const { agents } = JSON.parse(found.stdout) as {
            readonly agents: readonly { readonly hostname: string; readonly port: number }[];
          };
          assert.equal(
            agents.map((one) => [one.hostname, one.port]),
            [[hostname(), PORT]],
          );

          agent.kill('SIGTERM');
          await until('it ends', () => agent.exitCode !== null || agent.signalCode !== null);
          assert.is(agent.exitCode, 0, readFileSync(log, 'utf8'));
          assert.equal(hub.entries, []);
          assert.equal((await find(hostname())).code, 1);
          assert.ok(await comes(async () => (await greeting(PORT)) === '' && (await greeting(hubInVm)) === ''), 'a tunnel is still up');
        } finally {
          agent.kill('SIGKILL');
        }
      }),
    ),
  );
});

function startAgent(home: string, log: string, told: { readonly [name: string]: string | number }): ChildProcess {
  const env = { RUNTIME_DIRECTORY: home, ...Object.fromEntries(Object.entries(told).map(([name, value]) => [name, `${value}`])) };
  const out = openSync(log, 'a');
  const words = ['-I', '-B', join(REPOSITORY, 'recipes/haskell-build/agent')];
  const agent = spawn('python3', words, { env: cleanEnvironment({ home, env }), stdio: ['ignore', out, out] });
  closeSync(out);
  return agent;
}

test.run();
