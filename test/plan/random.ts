import type { Project, Step } from '../../lib/model/project.ts';
import { project, sandbox, step, type World } from './world.ts';

/** Random graphs from a seed: the same seed gives the same graph everywhere. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

export function randomProject(random: Random): Project {
  const count = 2 + random(14);
  const places = ['vm', 'board'].slice(0, 1 + random(2));
  const steps: Step[] = [];
  for (let i = 0; i < count; i++) {
    const earlier = steps.map((one) => one.id);
    const some = (most: number): readonly string[] => [...new Set(earlier.filter(() => random(earlier.length) < most))];
    const needs = some(2);
    const after = random(4) === 0 ? some(1) : [];
    const one = randomStep(`s${i}`, random, places, { needs, after });
    if (one.sandbox === 'local') {
      steps.push(one);
      continue;
    }
    // One sync for each place, which all that runs there needs: without it a step would read whatever happens to be there.
    const sync = `sync-${one.sandbox}`;
    if (!earlier.includes(sync)) steps.push(step(sync, { task: 'sync', sandbox: one.sandbox, needs: needs.filter(() => random(2) === 0) }));
    steps.push({ ...one, needs: [...new Set([...needs, sync])] });
  }
  // The file's order is not the order of execution.
  for (let i = steps.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [steps[i], steps[j]] = [steps[j] as Step, steps[i] as Step];
  }
  return project(steps, { places: places.map((name) => sandbox(name, { probes: [['cc', 'cc --version']] })) });
}

function randomStep(id: string, random: Random, places: readonly string[], edges: Pick<Step, 'needs' | 'after'>): Step {
  const place = places[random(places.length)] as string;
  const inputs = [`src/${random(4)}`, `src/${random(4)}`];
  const kind = random(16);
  const common: Partial<Step> = { ...edges, enabled: random(20) > 0 };
  if (kind < 5) return step(id, { ...common, inputs, outputs: [`out/${id}`] });
  if (kind < 7) return step(id, { ...common, inputs, outputs: [] });
  if (kind === 7) return step(id, { ...common, inputs });
  if (kind < 10) return step(id, { ...common, sandbox: place, inputs });
  if (kind < 12) return step(id, { ...common, task: 'remote-build', sandbox: place, ...(random(2) ? { inputs } : {}) });
  if (kind === 12) return step(id, { ...common, task: 'remote-build', sandbox: place, inputs, outputs: [`made/${id}`] });
  if (kind === 13) return step(id, { ...common, task: 'remote-build', sandbox: place, inputs, outputs: [] });
  if (kind === 14) return step(id, { ...common, task: 'fetch-artifacts', sandbox: place, fields: { to: `art/${id}` } });
  return step(id, { ...common, when: random(2) ? 'always' : 'failure', inputs });
}

export function randomWorld(random: Random, world: World, file: Project): void {
  for (let i = 0; i < 4; i++) world.write(`src/${i}`, `${random(9)}`);
  for (const name of file.sandboxes.keys()) world.probe(name, { os: 'Linux', cc: '1' });
  for (const id of file.steps.keys()) if (random(3) === 0) world.constant.add(id);
}

/** Something happens to the world between two runs. */
export function disturb(random: Random, world: World, file: Project): string {
  const pick = <T>(list: readonly T[]): T | undefined => list[random(Math.max(1, list.length))];
  const kind = random(8);
  if (kind < 3) {
    const path = `src/${random(4)}`;
    world.write(path, `${random(3)}`);
    return `edit ${path}`;
  }
  const made = [...world.files.keys()].filter((path) => !path.startsWith('src/'));
  const path = pick(made);
  if (kind === 3 && path !== undefined) {
    world.files.delete(path);
    return `delete ${path}`;
  }
  if (kind === 4 && path !== undefined) {
    world.write(path, 'by hand');
    return `edit ${path}`;
  }
  const place = pick([...world.places.keys()].filter((name) => name !== 'local'));
  if (kind === 5 && place !== undefined) {
    const seen = world.places.get(place);
    world.places.set(place, { probes: seen?.probes ?? {}, at: 0, holds: {} });
    return `empty ${place}`;
  }
  if (kind === 6 && place !== undefined) {
    world.probe(place, { os: 'Linux', cc: `${random(3)}` });
    return `toolchain of ${place}`;
  }
  const id = pick([...file.steps.keys()]);
  if (id !== undefined && world.store.delete(world.runs.get(id)?.key ?? '')) return `record of ${id}`;
  return 'nothing';
}
