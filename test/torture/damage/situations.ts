import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran, Station } from './station.ts';
import { removeOutputs, writeSources, wrongOutput } from './story.ts';

/** What the user does after the damage. Tells what was wrong, and what the first invocation said. */
interface Played {
  readonly wrong: string | undefined;
  readonly first: Ran;
  /** Whether a run refused, and named this. */
  refused(what: string): boolean;
}

export type Situation = keyof typeof SITUATIONS;

/** Invokes sbx, `run` if nothing else is said, and looks at all outputs; `code` undefined: any but that of a fault. */
type Invoke = (version: string, code?: number, ...args: string[]) => Promise<void>;
type Act = (station: Station, run: Invoke) => Promise<void>;

const QUESTIONS = [['replay'], ['plan'], ['status'], ['explain', 'join'], ['list'], ['cache', 'stats']];

const SITUATIONS = {
  'nothing else': async (_, run) => await run('B', 0),
  'outputs gone': async (station, run) => {
    removeOutputs(station.project);
    await run('B', 0);
  },
  'outputs and step records gone': async (station, run) => {
    removeOutputs(station.project);
    rmSync(join(station.project.root, '.sbx/steps'), { recursive: true, force: true });
    await run('B', 0);
  },
  'back to what was built before': async (station, run) => {
    writeSources(station.project, 'A');
    await run('A', 0);
  },
  'new sources': async (station, run) => {
    writeSources(station.project, 'C');
    await run('C', 0);
  },
  'all forced': async (station, run) => {
    await run('B', 0, '--force');
    removeOutputs(station.project);
    await run('B', 0);
  },
  'a source that fails': async (station, run) => {
    station.project.write('flag', 'bad\n');
    await run('B', 1, '--continue=always');
    station.project.write('flag', 'good\n');
    await run('B', 0);
  },
  /** No query may fall over what is damaged, and none may mend it: the run does. */
  'all that can be asked': async (_, run) => {
    for (const question of QUESTIONS) await run('B', undefined, ...question);
    await run('B', 0);
  },
} satisfies { readonly [name: string]: Act };

/** Runs until all is as it should be, which is looked at after each run; then once more, when nothing may be left to do. */
export async function play(station: Station, situation: Situation): Promise<Played> {
  const { project } = station;
  const all: Ran[] = [];
  let first: Ran | undefined;
  let wrong: string | undefined;
  let version = 'B';
  const judge = (ran: Ran, code: number | undefined): void => {
    first ??= ran;
    all.push(ran);
    const said = (): string => `\n${ran.stdout.slice(-1500)}${ran.stderr.slice(-1500)}`;
    if (ran.fault !== undefined) wrong ??= ran.fault;
    else if (code === undefined ? ![0, 1, 3].includes(ran.code ?? 70) : ran.code !== code)
      wrong ??= `exit ${ran.code}, not ${code}${said()}`;
    const output = wrongOutput(project, version);
    if (output !== undefined) wrong ??= `${output}${said()}`;
    if (code === 1 && ran.outcomes.check !== 'failed') wrong ??= `check is ${ran.outcomes.check}, and what it checks is bad`;
  };
  await SITUATIONS[situation](station, async (of, ...[code, ...args]) => {
    version = of;
    const isQuestion = args[0] !== undefined && !args[0].startsWith('-');
    judge(await station.sbx(...(isQuestion ? args : ['run', '--json', ...args])), code);
  });
  const again = await station.sbx('run', '--json');
  judge(again, 0);
  const busy = Object.entries(again.outcomes).filter(([, is]) => is !== 'fresh');
  // What the store cannot take is made again, and that is said.
  if (busy.length > 0 && !again.warnings.some((text) => text.startsWith('the cache is not used')))
    wrong ??= `not fresh after that: ${busy.map((one) => one.join(' ')).join(', ')}`;
  const refused = (what: string): boolean =>
    all.some((ran) => ran.code === 1 && ran.fault === undefined && (ran.stdout + ran.stderr).includes(what));
  return { wrong, first: first as Ran, refused };
}
