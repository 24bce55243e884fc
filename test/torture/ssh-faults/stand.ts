import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ended } from '../../rig/cli.ts';
import { type Peer, startPeer } from '../../rig/peer.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { type ChaosProxy, startProxy } from '../../rig/proxy.ts';

/** A project, an SSH server of ours as its far side, and the network between them. */
export interface Stand extends AsyncDisposable {
  readonly folder: string;
  readonly project: TestProject;
  readonly workspace: string;
  readonly peer: Peer;
  /** Another server in its place, with a key of its own. */
  readonly stranger: Peer;
  readonly proxy: ChaosProxy;
  /** Ends all connections. */
  cut(): void;
  /** Runs it up to a step, `fetch` by itself; ends the run with TERM after `patience` milliseconds. */
  run(patience: number, step?: string): Promise<Ended>;
  /** Says whose key the far side has: undefined: nobody knows it. */
  known(peer: Peer | undefined): void;
}

/** Seconds: a dead link is found after `alive` times four, a port that does not answer after `connect`. */
interface Deadlines {
  readonly connect: number;
  readonly alive: number;
}

export async function openStand(folder: string, deadlines: Deadlines, retries: number): Promise<Stand> {
  const { project, workspace } = stage(folder, retries);
  mkdirSync(join(folder, 'peer'));
  mkdirSync(join(folder, 'stranger'));
  const peer = await startPeer(join(folder, 'peer'));
  const stranger = await startPeer(join(folder, 'stranger'));
  const proxy = await startProxy(peer.port);
  const lines = readFileSync(peer.config, 'utf8')
    .replace(/Port \d+/, `Port ${proxy.port}`)
    .concat(`  ConnectTimeout ${deadlines.connect}\n  ServerAliveInterval ${deadlines.alive}\n  ServerAliveCountMax 4\n`);
  writeFileSync(peer.config, lines);
  const known = (who: Peer | undefined): void =>
    writeFileSync(join(folder, 'peer/known_hosts'), who === undefined ? '' : `[127.0.0.1]:${proxy.port} ${who.hostKey}\n`);
  known(peer);
  return {
    folder,
    project,
    workspace,
    peer,
    stranger,
    proxy,
    cut: () => peer.cut(),
    known,
    run: fetching(project, peer.config),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
      await stranger[Symbol.asyncDispose]();
    },
  };
}

/** The project, and where its workspace will be. */
export function stage(folder: string, retries: number): { readonly project: TestProject; readonly workspace: string } {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  mkdirSync(join(folder, 'far'));
  project.write('src/a', 'one\n');
  project.write('src/b', 'two\n');
  project.write('Sandboxfile.yaml', sandboxfile(workspace, retries));
  return { project, workspace };
}

/** Runs it all; gives up after so many milliseconds. */
export function fetching(project: TestProject, config: string): Stand['run'] {
  return (patience, step = 'fetch') =>
    project.sbx(['run', '--json', step], {
      env: { SBX_SSH_CONFIG: config, SBX_KILL_GRACE: '1s' },
      signal: AbortSignal.timeout(patience),
    });
}

/**
 * The build says when it is under way, and then takes as many seconds as `pace` beside the workspace says, or half a one, and as long as there is a `hold`; with
 * `chatter` it prints all the while, with `hungry` it runs that then.
 */
function sandboxfile(workspace: string, retries: number): string {
  const build = [
    'mkdir -p out/sub work',
    'if [ -e ../chatter ]; then while :; do seq 400; sleep 0.05; done & chatter=$!; fi',
    'echo $$ >work/new; mv work/new work/started',
    'sleep "$(cat ../pace 2>/dev/null || echo 0.5)"',
    'while [ -e ../hold ]; do sleep 0.1; done',
    '[ -z "$chatter" ] || kill "$chatter"',
    '[ ! -e ../hungry ] || ../hungry || exit',
    'cat src/* >out/app && chmod 755 out/app && printf data >out/sub/data || exit',
    'rm work/started',
  ].join('; ');
  const retry = `retry: { times: ${retries}, delay: 100ms }`;
  return `version: 1
sandboxes:
  far: { host: far, workspace: ${workspace}, files: all, grace: 1s }
steps:
  sync: { task: sync, in: far, exclude: [Sandboxfile.yaml, out, work], ${retry} }
  build: { task: remote-build, in: far, needs: [sync], state: [out, work], ${retry}, run: ${JSON.stringify(build)} }
  fetch: { task: fetch-artifacts, in: far, needs: [build], from: out, ${retry} }
  down: { task: teardown, in: far, needs: [fetch], ${retry} }
`;
}

/** A small disk at `folder`; undo with `umount`. False where this user may not mount. */
export function mountSmall(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0755', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether this user may mount. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-mount-'));
  const may = mountSmall(folder);
  if (may) unmount(folder);
  rmdirSync(folder);
  return may;
}

export function unmount(folder: string): void {
  try {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  } catch {
    // it was never mounted
  }
}
