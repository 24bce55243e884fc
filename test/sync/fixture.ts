import type { OwnedJournal, OwnedState } from '../../lib/model/owned.ts';
import type { Project, SandboxSpec, Step } from '../../lib/model/project.ts';
import { checkoutOf } from '../../lib/sync/checkout.ts';
import { stepWith } from '../rig/step.ts';

export const CHECKOUT = checkoutOf('machine-1', 'ada', 'laptop', '/home/ada/hello');
export const OTHER = checkoutOf('machine-1', 'ada', 'laptop', '/home/ada/copy');

export const SIGNAL = new AbortController().signal;

export function sandboxSpec(over: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    name: 'vm',
    kind: 'ssh',
    host: 'vm',
    files: 'all',
    keep: 'running',
    onUnreachable: 'fail',
    probes: [],
    probeMaxAge: 7 * 86_400_000,
    grace: 1000,
    env: [],
    ...over,
  };
}

export function step(id: string, task: string, over: Partial<Step> = {}): Step {
  return stepWith({ id, task, sandbox: 'vm', ...over });
}

export function projectOf(root: string, steps: readonly Step[] = [], over: Partial<Project> = {}): Project {
  return {
    name: 'hello',
    root,
    file: `${root}/Sandboxfile`,
    default: [],
    params: new Map(),
    sandboxes: new Map([['vm', sandboxSpec()]]),
    steps: new Map(steps.map((one) => [one.id, one])),
    called: new Map(),
    lacking: new Map(),
    pools: new Map(),
    cache: { enabled: true, maxSize: 1e9, maxAge: 1e9 },
    hub: { interval: 1e9, wait: 1e9 },
    secrets: [],
    ...over,
  };
}

export interface MemoryJournal extends OwnedJournal {
  readonly lines: string[];
  /** What was not destroyed since, and how far it came. */
  standing(): ReadonlyMap<string, OwnedState>;
}

/** A journal that keeps its lines in memory. */
export function memoryJournal(): MemoryJournal {
  const lines: string[] = [];
  const things = new Map<string, OwnedState>();
  const line = (state: OwnedState | 'destroyed') => (path: string) => {
    lines.push(`${state.toUpperCase()} ${path}`);
    if (state === 'destroyed') things.delete(path);
    else things.set(path, state);
  };
  const told = { intent: line('intent'), created: line('created'), destroying: line('destroying'), destroyed: line('destroyed') };
  return { lines, standing: () => new Map(things), ...told };
}
