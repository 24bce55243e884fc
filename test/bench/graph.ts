// The same work for every tool: N steps side by side, each of which joins its own inputs into its own output.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Graph {
  readonly steps: number;
  /** Files that each step reads. */
  readonly inputs: number;
}

/** Files of all tools in one fresh folder: one input in/STEP.txt for each step or several in/STEP/FILE.txt, outputs out/STEP.txt. */
export function writeGraph(folder: string, graph: Graph): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'out'), { recursive: true });
  mkdirSync(join(folder, '.home'));
  for (const step of numbers(graph.steps)) {
    mkdirSync(join(folder, 'in', `${step}`), { recursive: true });
    for (const file of numbers(graph.inputs))
      writeFileSync(join(folder, inputOf(graph, step, file)), `step ${step} file ${file}\n${'x'.repeat(200)}\n`);
  }
}

export function inputOf(graph: Graph, step: number, file: number): string {
  return graph.inputs === 1 ? `in/${step}.txt` : `in/${step}/${file}.txt`;
}

/** As a tool with globs is told. */
function inputsGlob(graph: Graph, step: number): string {
  return graph.inputs === 1 ? `in/${step}.txt` : `in/${step}/*.txt`;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

const work = (graph: Graph, step: number): string => `cat ${inputsGlob(graph, step)} > out/${step}.txt`;
const inputsOf = (graph: Graph, step: number): string =>
  numbers(graph.inputs)
    .map((file) => inputOf(graph, step, file))
    .join(' ');

export function writeSandboxfile(folder: string, graph: Graph): void {
  const all = numbers(graph.steps);
  const steps = all.map(
    (step) =>
      `  t${step}:\n    task: shell\n    run: ${work(graph, step)}\n    inputs: ["${inputsGlob(graph, step)}"]\n    outputs: [out/${step}.txt]\n`,
  );
  writeFileSync(
    join(folder, 'Sandboxfile.yaml'),
    `version: 1\nname: bench\ndefault: [${all.map((step) => `t${step}`).join(', ')}]\nsteps:\n${steps.join('')}`,
  );
}

export function writeMakefile(folder: string, graph: Graph): void {
  const all = numbers(graph.steps);
  const rules = all.map((step) => `out/${step}.txt: ${inputsOf(graph, step)}\n\t${work(graph, step)}\n`);
  writeFileSync(join(folder, 'Makefile'), `all: ${all.map((step) => `out/${step}.txt`).join(' ')}\n${rules.join('')}`);
}

export function writeNinja(folder: string, graph: Graph): void {
  const edges = numbers(graph.steps).map(
    (step) => `build out/${step}.txt: join ${inputsOf(graph, step)}\n  command = ${work(graph, step)}\n`,
  );
  writeFileSync(join(folder, 'build.ninja'), `rule join\n  command = $command\n${edges.join('')}`);
}

/** turbo runs `npm run NAME` for each task: a stand-in for npm on PATH does the work without npm's own start. */
export function writeTurbo(folder: string, graph: Graph): void {
  const names = numbers(graph.steps).map((step) => `t${step}`);
  const tasks = Object.fromEntries(names.map((name, step) => [name, { inputs: [inputsGlob(graph, step)], outputs: [`out/${step}.txt`] }]));
  const scripts = Object.fromEntries(names.map((name, step) => [name, work(graph, step)]));
  writeJson(join(folder, 'turbo.json'), { tasks: { ...tasks, all: { dependsOn: names, cache: false } } });
  writeJson(join(folder, 'package.json'), {
    name: 'bench',
    private: true,
    packageManager: 'npm@11.0.0',
    scripts: { ...scripts, all: 'true' },
  });
  writeJson(join(folder, 'package-lock.json'), { name: 'bench', lockfileVersion: 3, packages: { '': { name: 'bench' } } });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const script =
    '#!/bin/sh\nfor name; do :; done\ncase $name in t*) n=${name#t}; cat $(ls -d in/$n.txt in/$n/*.txt 2>/dev/null) > out/$n.txt ;; esac\n';
  writeFileSync(join(folder, 'bin/npm'), script, { mode: 0o755 });
}

export function writeWireit(folder: string, graph: Graph): void {
  const names = numbers(graph.steps).map((step) => `t${step}`);
  const wireit = Object.fromEntries(
    names.map((name, step) => [
      name,
      { command: work(graph, step), files: [inputsGlob(graph, step)], output: [`out/${step}.txt`], packageLocks: [] },
    ]),
  );
  const scripts = Object.fromEntries([...names, 'all'].map((name) => [name, 'wireit']));
  writeJson(join(folder, 'package.json'), { name: 'bench', private: true, scripts, wireit: { ...wireit, all: { dependencies: names } } });
}

/** nx reads the files of itself and of its plugins below the project: `modules` is where it was installed. */
export function writeNx(folder: string, graph: Graph, modules: string, version: string): void {
  const names = numbers(graph.steps).map((step) => `t${step}`);
  const targets = names.map((name, step) => [
    name,
    {
      executor: 'nx:run-commands',
      cache: true,
      options: { command: work(graph, step) },
      inputs: [`{projectRoot}/${inputsGlob(graph, step)}`],
      outputs: [`{projectRoot}/out/${step}.txt`],
    },
  ]);
  symlinkSync(modules, join(folder, 'node_modules'));
  writeJson(join(folder, 'package.json'), { name: 'bench', private: true, devDependencies: { nx: version } });
  writeJson(join(folder, 'nx.json'), { analytics: false });
  const all = { executor: 'nx:noop', dependsOn: names };
  writeJson(join(folder, 'project.json'), { name: 'bench', targets: { ...Object.fromEntries(targets), all } });
  writeFileSync(join(folder, '.gitignore'), 'out\n.nx\n.home\nnode_modules\n');
}

export function writeMoon(folder: string, graph: Graph): void {
  const all = numbers(graph.steps);
  const tasks = all.map(
    (step) => `  t${step}:\n    script: ${work(graph, step)}\n    inputs: ["${inputsGlob(graph, step)}"]\n    outputs: [out/${step}.txt]\n`,
  );
  const deps = all.map((step) => `"~:t${step}"`).join(', ');
  mkdirSync(join(folder, '.moon'));
  writeFileSync(join(folder, '.moon/workspace.yml'), 'projects:\n  bench: .\ntelemetry: false\n');
  writeFileSync(join(folder, 'moon.yml'), `tasks:\n${tasks.join('')}  all:\n    command: noop\n    deps: [${deps}]\n`);
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, JSON.stringify(value));
}
