import { type ChildProcess, spawn } from 'node:child_process';
import { cleanEnvironment, SBX } from '../../rig/cli.ts';
import { withFolder } from '../../rig/folder.ts';
import { comes, pause } from '../../rig/patience.ts';
import { endLeft, kill, leftOf, processesWith } from '../../rig/processes.ts';
import type { Sshd } from '../../rig/sshd.ts';
import type { Case } from './cases.ts';
import { type Scene, sceneIn } from './scene.ts';

/** Milliseconds that an undisturbed first run takes. */
export function measure(where: Case['where'], sshd: Sshd | undefined): Promise<number> {
  return withFolder(async (folder) => {
    const scene = sceneIn(folder, where, sshd);
    scene.edit(0);
    const began = performance.now();
    const wrong = await runTo(scene, 0, 'an undisturbed run');
    if (wrong !== undefined) throw new Error(wrong);
    return performance.now() - began;
  });
}

/** Kills, and looks at what the next runs make of it. Gives what was wrong. */
export function tryCase(one: Case, length: number, sshd: Sshd | undefined): Promise<string | undefined> {
  return withFolder(async (folder) => {
    const scene = sceneIn(folder, one.where, sshd);
    const says = await attack(one, scene, length, sshd);
    endLeft(scene.marks);
    return says;
  });
}

async function attack(one: Case, scene: Scene, length: number, sshd: Sshd | undefined): Promise<string | undefined> {
  scene.edit(0);
  if (one.warm) {
    const before = await runTo(scene, 0, 'the run before');
    if (before !== undefined) return before;
    scene.visit();
  }
  let version = 1;
  for (let tries = 0, share = one.share; ; tries++, share *= 0.7, version++) {
    scene.edit(version);
    scene.hang(one.victim === 'sbx and its watchdog'); // else it would end by itself soon enough
    const hit = await killed(one, scene, length * share, version, sshd);
    scene.hang(false);
    if (typeof hit === 'string') return hit;
    if (hit) break;
    if (tries === 8) return 'it ended each time before it could be killed';
  }
  if (!one.atOnce && !(await gone(scene, sshd))) return leftBehind(scene, sshd);
  version = one.next === 'the same' ? version : one.next === 'others' ? version + 1 : version - 1;
  scene.edit(version);
  const wrong = (await runTo(scene, version, 'the next run')) ?? ((await gone(scene, sshd)) ? undefined : leftBehind(scene, sshd));
  if (wrong !== undefined) return wrong;
  // What a process that outlived its run did late would show only now.
  const late = scene.wrong(version);
  if (late !== undefined) return `afterwards ${late}`;
  scene.edit(version + 1);
  return (await runTo(scene, version + 1, 'the run after the next')) ?? (await freshNow(scene));
}

/** Whether something was killed while the run was under way; a text says what was wrong. */
async function killed(one: Case, scene: Scene, delay: number, version: number, sshd: Sshd | undefined): Promise<boolean | string> {
  const env = cleanEnvironment({ home: scene.project.home, env: scene.env });
  const child = spawn(process.execPath, [SBX, 'run', '--json'], { cwd: scene.project.root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  let isClosed = false;
  child.once('close', () => {
    isClosed = true;
  });
  await pause(delay);
  let hit = false;
  while (!hit && child.exitCode === null) {
    hit = strike(one, child, sshd);
    if (!hit) await pause(5);
  }
  if (!(await comes(() => isClosed, 120_000))) return `sbx did not end after its other end was killed\n${said}`;
  if (child.exitCode !== 0) return hit || `a run that nobody touched: exit ${child.exitCode}\n${said}`;
  const wrong = scene.wrong(version);
  return wrong === undefined ? hit : `it says success, but ${wrong}\n${said}`;
}

function strike(one: Case, child: ChildProcess, sshd: Sshd | undefined): boolean {
  switch (one.victim) {
    case 'sbx':
      return child.kill('SIGKILL');
    case 'sbx and its watchdog': {
      const children = processesWith(['SBX_RUN=']).filter(({ parent }) => parent === child.pid);
      const watchdog = children.find(({ command }) => / SBX_RUN=\S+ \d+ \d+$/.test(command));
      if (children.length < 2) return false; // nothing that it could end
      if (watchdog === undefined) return false;
      kill(watchdog.pid);
      return child.kill('SIGKILL');
    }
    case 'the connection':
      if (sshd === undefined || sshd.started().length === 0) return false;
      sshd.cut();
      return true;
    case 'a process of the far side': {
      const there = sshd?.started() ?? [];
      const pid = there[one.pick % Math.max(1, there.length)];
      return pid !== undefined && kill(pid);
    }
  }
}

async function runTo(scene: Scene, version: number, which: string): Promise<string | undefined> {
  const ended = await scene.project.sbx(['run', '--json'], { env: scene.env, signal: AbortSignal.timeout(60_000) });
  if (ended.code !== 0) return `${which}: exit ${ended.code}\n${ended.stdout}${ended.stderr}`;
  const wrong = scene.wrong(version);
  return wrong === undefined ? undefined : `${which}: ${wrong}\n${ended.stdout}`;
}

/** What the last run left is judged rightly: nothing has to be done. */
async function freshNow(scene: Scene): Promise<string | undefined> {
  const { stdout } = await scene.project.sbx(['run', '--json'], { env: scene.env });
  return stdout.includes('"step-started"') ? `a run after nothing changed starts steps\n${stdout}` : undefined;
}

function left(scene: Scene, sshd: Sshd | undefined): readonly string[] {
  return leftOf(scene.marks, sshd);
}

function gone(scene: Scene, sshd: Sshd | undefined): Promise<boolean> {
  return comes(() => left(scene, sshd).length === 0);
}

function leftBehind(scene: Scene, sshd: Sshd | undefined): string {
  return `left behind:\n${left(scene, sshd).join('\n')}`;
}
