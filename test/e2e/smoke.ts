import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND, type Ended } from '../rig/cli.ts';
import { type HubEntry, type TestHub, withHub } from '../rig/hub.ts';
import type { TestProject } from '../rig/project.ts';
import { freePort, type Sshd, startSshd } from '../rig/sshd.ts';

/** A build VM that is to call home: its tunnel and its entry in the catalogue come when a run waits for them. */
export interface Caller {
  /** The port that leads to it, once it has called. */
  readonly port: number;
  readonly hub: TestHub;
  /** How an entry of the catalogue looks. */
  readonly entry: (id: number, host: string, port: number) => HubEntry;
  /** Runs the project. `seen`: all that it has said so far. */
  run(seen?: (text: string) => void): Promise<Ended>;
  /** Opens the tunnel, once. */
  call(): void;
}

export async function withCaller(project: TestProject, vm: Sshd, use: (caller: Caller) => Promise<void>): Promise<void> {
  await using relay = await startSshd(); // this computer, as the VM sees it
  const port = await freePort();
  // It is reached through the tunnel alone, under the host key that is pinned for it.
  const [config, known, bin] = ['config', 'known', 'bin'].map((name) => join(project.home, name)) as [string, string, string];
  const way = ['HostName localhost', `Port ${port}`, `User ${vm.user}`, `IdentityFile ${vm.key}`, 'IdentityAgent none'];
  const lines = [...way, 'HostKeyAlias vm', `UserKnownHostsFile ${known}`];
  writeFileSync(config, `Host vm\n${lines.map((line) => `  ${line}\n`).join('')}`);
  writeFileSync(known, `vm ${readFileSync(vm.knownHosts, 'utf8').split(' ').slice(1).join(' ')}`);
  mkdirSync(bin);
  writeFileSync(join(bin, 'sbx'), `#!/bin/sh\nexec ${COMMAND} "$@"\n`, { mode: 0o755 });
  const env = { SBX_SSH_CONFIG: config, PATH: `${bin}:${process.env.PATH}` };
  const words = ['-M', '0', '-N', '-o', 'ExitOnForwardFailure=yes', '-F', relay.config, '-R', `${port}:127.0.0.1:${vm.port}`, 'far'];
  let autossh: ChildProcess | undefined;
  try {
    await withHub((hub) =>
      use({
        port,
        hub,
        entry: (id, host, at) => ({
          id,
          capability_type: 'haskell-build-agent',
          title: host,
          keywords: ['haskell', `host:${host}`, `tunnel-port:${at}`],
        }),
        run: (seen) => {
          let all = '';
          const hear = (text: string): void => {
            all += text;
            seen?.(all);
          };
          return project.sbx(['run'], { env, seen: hear });
        },
        call: () => {
          autossh ??= spawn('autossh', words, { stdio: 'ignore', detached: true });
        },
      }),
    );
  } finally {
    if (autossh?.pid !== undefined) process.kill(-autossh.pid, 'SIGTERM');
  }
}
