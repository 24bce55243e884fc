import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../rig/cli.ts';
import type { TestProject } from '../../rig/project.ts';
import { type ChaosProxy, startProxy } from '../../rig/proxy.ts';
import { type Sshd, type SshdSettings, startSshd } from '../../rig/sshd.ts';
import { fetching, stage } from './stand.ts';
import { Turnstile } from './turnstile.ts';

/** A project, OpenSSH as its far side, and the network between them. */
export interface RealStand extends AsyncDisposable {
  readonly folder: string;
  readonly project: TestProject;
  readonly workspace: string;
  readonly sshd: Sshd;
  readonly proxy: ChaosProxy;
  /** Ends all connections. */
  cut(): void;
  readonly turnstile: Turnstile;
  /** Says whether anybody knows whose key the far side has. */
  known(is: boolean): void;
  run(patience: number, step?: string): Promise<Ended>;
}

export async function openRealStand(folder: string, retries: number, settings: SshdSettings = {}): Promise<RealStand> {
  const { project, workspace } = stage(folder, retries);
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
  return {
    folder,
    project,
    workspace,
    sshd,
    proxy,
    cut: () => sshd.cut(),
    turnstile,
    known,
    run: fetching(project, join(folder, 'ssh_config')),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
    },
  };
}
