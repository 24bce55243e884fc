import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../rig/cli.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { type ChaosProxy, startProxy } from '../../rig/proxy.ts';
import { type Sshd, type SshdSettings, startSshd } from '../../rig/sshd.ts';
import { sandboxfile } from './stand.ts';
import { Turnstile } from './turnstile.ts';

/** A project, OpenSSH as its far side, and the network between them. */
export interface RealStand extends AsyncDisposable {
  readonly folder: string;
  readonly project: TestProject;
  readonly workspace: string;
  readonly sshd: Sshd;
  readonly proxy: ChaosProxy;
  readonly turnstile: Turnstile;
  /** Says whether anybody knows whose key the far side has. */
  known(is: boolean): void;
  run(patience: number): Promise<Ended>;
}

export async function openRealStand(folder: string, retries: number, settings: SshdSettings = {}): Promise<RealStand> {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  mkdirSync(join(folder, 'far'));
  const turnstile = new Turnstile(folder);
  const sshd = await startSshd({ ...settings, path: turnstile.path });
  const proxy = await startProxy(sshd.port);
  const knownHosts = join(folder, 'known_hosts');
  const line = readFileSync(sshd.knownHosts, 'utf8').replace(/:\d+ /, `:${proxy.port} `);
  const known = (is: boolean): void => writeFileSync(knownHosts, is ? line : '');
  known(true);
  const config = readFileSync(sshd.config, 'utf8')
    .replace(/Port \d+/, `Port ${proxy.port}`)
    .replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${knownHosts}`);
  writeFileSync(join(folder, 'ssh_config'), `${config}  ConnectTimeout 25\n  ServerAliveInterval 4\n  ServerAliveCountMax 4\n`);
  project.write('src/a', 'one\n');
  project.write('src/b', 'two\n');
  project.write('Sandboxfile.yaml', sandboxfile(workspace, retries));
  return {
    folder,
    project,
    workspace,
    sshd,
    proxy,
    turnstile,
    known,
    run: (patience) =>
      project.sbx(['run', '--json', 'fetch'], {
        env: { SBX_SSH_CONFIG: join(folder, 'ssh_config'), SBX_KILL_GRACE: '1s' },
        signal: AbortSignal.timeout(patience),
      }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
    },
  };
}
