import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Graph, inputOf, writeGraph } from './graph.ts';
import { type Command, compare, type Measured, median, peakMemory, run, type Sample, type Subject } from './measure.ts';
import { SPAWNING, sbx, type Tool } from './tools.ts';

export interface Result {
  readonly case: string;
  readonly tool: string;
  readonly cpu: number;
  readonly cpuMin?: number;
  readonly wall?: number;
  readonly wallMin?: number;
  /** Of each round. */
  readonly walls?: readonly number[];
  /** Why it has no figures: what it did was wrong. */
  readonly void?: string;
  /** MiB. */
  readonly memory?: number;
  readonly rounds?: number;
}

export interface Bench {
  readonly folder: string;
  /** sbx first. */
  readonly tools: readonly Tool[];
  readonly rounds: number;
  readonly say: (text: string) => void;
}

export type Measure = (bench: Bench) => Result[] | Promise<Result[]>;

export const CASES: { readonly [name: string]: Measure } = {
  'start-up': startUp,
  'noop-10': (bench) => noop(bench, 'no-op, 10 steps', { steps: 10, inputs: 1 }),
  'noop-100': (bench) => noop(bench, 'no-op, 100 steps', { steps: 100, inputs: 1 }),
  'noop-1000': (bench) => noop(bench, 'no-op, 1,000 steps', { steps: 1000, inputs: 1 }),
  'inputs-10000': (bench) => noop(bench, 'no-op, 10 steps with 10,000 inputs', { steps: 10, inputs: 1000 }),
  'anew-1000': thousand,
  'after-edit': afterEdit,
  overhead,
};

const SETTLED = 2500; // milliseconds: only then does a stat memo believe the time of a file

function bareNode(folder: string): Subject {
  writeFileSync(join(folder, 'empty.cjs'), '');
  return { name: 'node, empty file', command: { words: [process.execPath, 'empty.cjs'], cwd: folder } };
}

const resultOf = (name: string, { name: tool, rounds, cpu, cpuMin, wall }: Measured): Result => ({
  case: name,
  tool,
  cpu,
  cpuMin,
  wall,
  rounds,
});

function folderFor(bench: Bench, tool: Tool, name: string, graph: Graph): string {
  const folder = join(bench.folder, `${name}-${tool.name.replaceAll(' ', '')}`);
  writeGraph(folder, graph);
  tool.write(folder, graph);
  return folder;
}

/** Runs everything once and once more, then lets the files come of age. */
function settle(
  bench: Bench,
  tools: readonly { readonly tool: Tool; readonly folder: string }[],
): { readonly tool: Tool; readonly folder: string }[] {
  const ready = tools.filter(({ tool, folder }) => {
    try {
      run(tool.all(folder));
      return true;
    } catch (error) {
      bench.say(`  ${tool.name} left out: ${(error as Error).message}`);
      return false;
    }
  });
  pause(SETTLED);
  for (const { tool, folder } of ready) run(tool.all(folder));
  return ready;
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function startUp(bench: Bench): Result[] {
  const graph = { steps: 100, inputs: 1 };
  const [own] = bench.tools;
  if (!own) return [];
  const folder = folderFor(bench, own, 'start', graph);
  run(own.all(folder));
  const peers = bench.tools.slice(1).map((tool) => ({ tool, folder: folderFor(bench, tool, 'start', { steps: 1, inputs: 1 }) }));
  const commands: readonly (readonly [string, Command])[] = [
    ['sbx --version', sbx(folder, '--version')],
    ['sbx --help', sbx(folder, '--help')],
    ['sbx list, 100 steps', sbx(folder, 'list')],
    ...peers.map(
      ({ tool, folder: its }) => [`${tool.name} ${tool.name === 'wireit' ? 'one fresh script' : '--version'}`, tool.start(its)] as const,
    ),
  ];
  const subjects = commands.map(([name, command]): Subject => ({ name, command }));
  for (const { command } of subjects) run(command);
  return compare([bareNode(folder), ...subjects], bench.rounds).map((one) => resultOf('start-up', one));
}

function noop(bench: Bench, name: string, graph: Graph): Result[] {
  const all = bench.tools.map((tool) => ({ tool, folder: folderFor(bench, tool, `noop-${graph.steps}-${graph.inputs}`, graph) }));
  const ready = settle(bench, all);
  const subjects = ready.map(({ tool, folder }): Subject => ({ name: tool.name, command: tool.all(folder) }));
  const measured = compare([bareNode(bench.folder), ...subjects], bench.rounds).map((one) => {
    const subject = subjects.find((each) => each.name === one.name);
    const memory = subject && peakMemory(subject.command);
    return { ...resultOf(name, one), ...(memory === undefined ? {} : { memory }) };
  });
  stop(all);
  return measured;
}

function stop(used: readonly { readonly tool: Tool; readonly folder: string }[]): void {
  for (const { tool, folder } of used) if (tool.stop) run(tool.stop(folder));
}

/** The first no-op run after one of 10,000 files was edited and its step ran: nothing that was just written can be trusted by its time. */
function afterEdit(bench: Bench): Result[] {
  const graph = { steps: 10, inputs: 1000 };
  const ready = settle(
    bench,
    bench.tools.map((tool) => ({ tool, folder: folderFor(bench, tool, 'edit', graph) })),
  );
  const edit = (folder: string): void => appendFileSync(join(folder, inputOf(graph, 3, 500)), 'edited\n');
  const edited = ready.map(({ tool, folder }): Subject => ({ name: tool.name, command: tool.all(folder), before: () => edit(folder) }));
  const after = ready.map(({ tool, folder }): Subject => {
    const before = (): void => {
      edit(folder);
      run(tool.all(folder));
    };
    return { name: tool.name, command: tool.all(folder), before };
  });
  const bare = bareNode(bench.folder);
  const rounds = Math.min(bench.rounds, 7);
  const results = [
    ...compare([bare, ...edited], rounds).map((one) => resultOf('one of 10,000 inputs edited: 1 of 10 steps runs', one)),
    ...compare([bare, ...after], rounds).map((one) => resultOf('no-op right after that', one)),
  ];
  stop(ready);
  return results;
}

/** What one more executed step costs, beyond what ninja's costs (the shell and what it runs): the slope between few and many steps, in turn. */
function overhead(bench: Bench): Result[] {
  const few = 50;
  const many = 450;
  const tools = [...bench.tools, SPAWNING];
  const most = Math.min(5, bench.rounds);
  const slopes = new Map<string, { readonly cpu: number; readonly wall: number }[]>(tools.map(({ name }) => [name, []]));
  for (let round = 0; round < most; round++) {
    for (const tool of tools) {
      // A fresh folder each time: where many files were removed, ext4 makes new ones slowly.
      const cold = (steps: number): Sample => {
        const folder = folderFor(bench, tool, `cold-${steps}-${round}`, { steps, inputs: 1 });
        const sample = run(tool.all(folder));
        stop([{ tool, folder }]);
        return sample;
      };
      try {
        const [small, large] = [cold(few), cold(many)];
        slopes.get(tool.name)?.push({ cpu: (large.cpu - small.cpu) / (many - few), wall: (large.wall - small.wall) / (many - few) });
      } catch (error) {
        bench.say(`  ${tool.name}, round ${round + 1} left out: ${(error as Error).message}`);
      }
    }
  }
  const measured = [...slopes].filter(([, all]) => all.length > 0);
  const middle = measured.map(([tool, all]) => ({
    tool,
    rounds: all.length,
    cpu: median(all.map((one) => one.cpu)),
    wall: median(all.map((one) => one.wall)),
  }));
  const base = middle.find(({ tool }) => tool === 'ninja') ?? middle.find(({ tool }) => tool === SPAWNING.name) ?? { cpu: 0, wall: 0 };
  return middle.map(({ tool, rounds, cpu, wall }) => ({
    case: 'overhead per executed step',
    tool,
    cpu: cpu - base.cpu,
    wall: wall - base.wall,
    rounds,
  }));
}

/** 1,000 steps of which none is remembered, and then one: how much memory work takes, and what a run costs whose evidence is gone. */
function thousand(bench: Bench): Result[] {
  const [own] = bench.tools;
  if (!own) return [];
  const graph = { steps: 1000, inputs: 1 };
  const folder = folderFor(bench, own, 'thousand', graph);
  const memory = peakMemory(own.all(folder));
  pause(SETTLED);
  run(own.all(folder));
  const edit = (): void => appendFileSync(join(folder, inputOf(graph, 7, 0)), 'edited\n');
  const subjects: readonly Subject[] = [
    bareNode(bench.folder),
    { name: 'sbx plan, nothing changed', command: sbx(folder, 'plan') },
    { name: 'sbx run, one step edited', command: own.all(folder), before: edit },
  ];
  const name = '1,000 steps, decided anew';
  const results = compare(subjects, bench.rounds).map((one): Result => {
    const subject = subjects.find((each) => each.name === one.name);
    subject?.before?.();
    const peak = subject && peakMemory(subject.command);
    return { ...resultOf(name, one), ...(peak === undefined ? {} : { memory: peak }) };
  });
  return memory === undefined ? results : [...results, { case: name, tool: 'sbx run, all executed', cpu: Number.NaN, memory, rounds: 1 }];
}
