import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, type Ended, SBX } from '../../rig/cli.ts';
import { type CrashPoint, dying } from './dying.ts';
import { type FarCall, FarTools } from './far-tools.ts';
import type { Plan } from './hooked.ts';
import { Crash, inside } from './inside.ts';
import type { Operation } from './operation.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const HOOKED = fileURLToPath(new URL('hooked.js', import.meta.url));

/** Milliseconds after which an invocation hangs. */
const PATIENCE = 120_000;

/** What the attacked invocation does to the disks, in order: here, and on the far side. */
export interface Recorded {
  readonly operations: readonly Operation[];
  readonly calls: readonly FarCall[];
}

export async function record(world: World, scenario: Scenario): Promise<Recorded> {
  const operations: Operation[] = [];
  const tools = scenario.kind === 'far' ? new FarTools(world.base) : undefined;
  await inside(scenario.attack, invocationOf(world, scenario, tools), world.base, (operation, run) => {
    operations.push(operation);
    return run();
  });
  return { operations, calls: tools?.calls(world.base) ?? [] };
}

/** Lets a program of the far side die there, and sbx end by itself; undefined if the point was not on the way. */
export async function crashThere(world: World, scenario: Scenario, point: CrashPoint): Promise<Ended | undefined> {
  const tools = new FarTools(world.base, point);
  const ended = await inside(scenario.attack, invocationOf(world, scenario, tools), world.base);
  return tools.hasStruck ? ended : undefined;
}

/** Lets it die there; false if the point was not on the way this time, so that the run went to its end. */
export async function crash(world: World, scenario: Scenario, point: CrashPoint): Promise<boolean> {
  const { signal } = scenario.kind === 'far' ? await killed(world, scenario, point) : await stopped(world, scenario, point);
  return signal === 'SIGKILL';
}

/** In this process. */
function stopped(world: World, scenario: Scenario, point: CrashPoint): Promise<Ended> {
  const die = (): never => {
    throw new Crash('the process is gone');
  };
  return inside(scenario.attack, invocationOf(world, scenario), world.base, dying(point, die));
}

/** A server in this process would outlive the run: so a process of its own, and a real SIGKILL. */
function killed(world: World, scenario: Scenario, point: CrashPoint): Promise<Ended> {
  const plan: Plan = { sbx: SBX, base: world.base, point };
  const invocation = invocationOf(world, scenario);
  const options = {
    cwd: invocation.cwd,
    env: cleanEnvironment(invocation),
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 26,
  } as const;
  return new Promise((settle, fail) => {
    const child = execFile(process.execPath, [HOOKED, JSON.stringify(plan), ...scenario.attack], options, (_, stdout, stderr) => {
      if (child.killed) fail(new Error(`it hung: ${stdout}${stderr}`));
      else settle({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
    });
  });
}

export function invocationOf(world: World, { inOther }: Scenario, tools?: FarTools) {
  const project = inOther ? world.other : world.project;
  return { cwd: project.root, home: project.home, env: { SBX_KILL_GRACE: '1s', ...(tools && { PATH: tools.path }) } };
}
