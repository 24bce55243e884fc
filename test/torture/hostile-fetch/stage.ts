import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, SBX } from '../../rig/cli.ts';
import { type Peer, startPeer } from '../../rig/peer.ts';
import { kill } from '../../rig/processes.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { type Case, HONEST_BUILD, type Scene } from './case.ts';

/** Milliseconds; a run that takes longer is ended and wrong. */
const PATIENCE = 60_000;

/** What a run of sbx came to. */
export interface Ran {
  readonly code: number | null;
  readonly said: string;
  /** The most memory that it held, in MiB. */
  readonly held: number;
}

/** A project, its far side that may lie, and files beside both that nobody may touch. */
export interface Stage {
  readonly folder: string;
  readonly project: TestProject;
  readonly workspace: string;
  readonly peer: Peer;
  run(one: Case): Promise<Ran>;
}

export async function openStage(folder: string): Promise<Stage> {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  writeSources(project);
  for (let n = 1; n < 9; n++) project.write(`../victim/p${n}`, `${n} is mine\n`);
  project.write('../victim/precious', 'mine\n');
  mkdirSync(join(folder, 'far'));
  writeFileSync(join(folder, 'far/precious'), 'beside the workspace\n');
  const peer = await startPeer(join(folder, 'peer'));
  const stage: Stage = { folder, project, workspace, peer, run: (one) => run(stage, one) };
  return stage;
}

export function writeSources(project: TestProject): void {
  project.write('src/a', 'one\n');
  project.write('src/b', 'two\n');
}

/** As after an honest build that nobody fetched: the far side as it was, nothing here, an empty store. */
export function resetStage({ folder, project, workspace }: Stage): void {
  for (const path of [join(folder, 'home/.cache'), ...['out', 'bin', 'd'].map((name) => join(project.root, name))])
    rmSync(path, { recursive: true, force: true });
  for (const name of readdirSync(workspace)) {
    if (name !== '.sbx' && name !== 'src') rmSync(join(workspace, name), { recursive: true, force: true });
  }
  execFileSync('/bin/sh', ['-c', HONEST_BUILD], { cwd: workspace });
}

export function sceneOf({ folder, project, workspace }: Stage, struck: () => void): Scene {
  return { folder, root: project.root, workspace, struck };
}

async function run(stage: Stage, one: Case): Promise<Ran> {
  const { folder, project, peer } = stage;
  project.write('Sandboxfile.yaml', sandboxfile(one, stage.workspace));
  const pid = join(folder, 'peer/pid');
  rmSync(pid, { force: true });
  const forced = one.whole ? (one.lasts ? ['--force=build'] : []) : ['--force'];
  const node = [process.execPath, SBX, 'run', '--output', 'plain', ...forced, 'fetch'];
  const words = one.humble && process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...node] : node;
  // The shell says its own number, and is then replaced.
  const running = execute('/bin/sh', ['-c', 'echo "$$" >"$0"; exec "$@"', pid, ...words], {
    cwd: project.root,
    home: project.home,
    env: { SBX_SSH_CONFIG: peer.config },
    signal: AbortSignal.timeout(PATIENCE),
  });
  let held = 0;
  const watch = setInterval(() => {
    held = Math.max(held, heldBy(pid));
  }, 50);
  // One that hangs in a file operation hears no TERM.
  const last = setTimeout(() => killNamed(pid), PATIENCE + 10_000);
  const ended = await running.finally(() => {
    clearInterval(watch);
    clearTimeout(last);
  });
  return { code: ended.code, said: ended.stdout + ended.stderr, held };
}

function sandboxfile(one: Case, workspace: string): string {
  const [lines, needed] = one.between ?? ['', 'build'];
  return `version: 1
sandboxes:
  far: { host: far, workspace: ${workspace}, files: all, grace: 1s }
steps:
  sync: { task: sync, in: far, exclude: [Sandboxfile.yaml, out, work, bin, d] }
  build:
    task: remote-build
    in: far
    needs: [sync]
    state: [out, work]
    run: ${JSON.stringify(one.whole && one.build !== undefined ? `${HONEST_BUILD}; ${one.build}` : HONEST_BUILD)}
${lines}
  fetch: { task: fetch-artifacts, in: far, needs: [${needed}], ${one.fetch ?? 'from: out'} }
`;
}

/** The most that the process whose number stands in the file held until now, in MiB. */
function heldBy(file: string): number {
  try {
    const status = readFileSync(`/proc/${readFileSync(file, 'utf8').trim()}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0; // not begun, or ended
  }
}

function killNamed(file: string): void {
  const pid = Number(existsSync(file) ? readFileSync(file, 'utf8') : '');
  if (pid > 0) kill(pid);
}
