// Work over there: how soon it begins and ends, how fast its lines come, and how soon it is gone when it is cancelled.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellQuote } from '../../../lib/base/quote.ts';
import type { Session } from '../../../lib/model/sandbox.ts';
import { AheadLink } from '../../../lib/ssh/ahead.ts';
import { connectRoute } from '../../../lib/ssh/connect.ts';
import { patienceOf } from '../../../lib/ssh/patience.ts';
import { openSession } from '../../../lib/ssh/session.ts';
import { job, supervised } from '../../contract/jobs.ts';
import { withLender } from '../../contract/lender.ts';
import { realIo } from '../../contract/places.ts';
import { pause, until } from '../../rig/patience.ts';
import { kill, lives, processesWith } from '../../rig/processes.ts';
import type { Result } from '../cases.ts';
import type { Command } from '../measure.ts';
import { alternate, command, type Trial, within } from './alternate.ts';
import { caseName } from './names.ts';
import { COLD, ownProject, WARM, withAgent } from './own.ts';
import type { FarBench } from './sending.ts';
import { type End, mastered } from './wire.ts';

const PATIENCE = { grace: 1000, beat: 1000, silence: 60_000, owner: 'bench' };
export const BORROWED = 'sbx, a step on a borrowed link';
export const SSH = 'ssh';

const ssh = (end: End, words: string, kept: readonly string[] = []): Command => ({
  words: ['ssh', '-F', end.config, ...kept, 'far', words],
  cwd: end.folder,
});

/** The least that a step can be: `true`. */
export async function exec(end: End, _: number, { rounds }: FarBench): Promise<Result[]> {
  const name = caseName('exec', 0, end.wire.name);
  const steps = '  exec: { task: remote-build, in: far, run: "true" }\n';
  const [cold, warm] = [ownProject(end, 'cold', steps), ownProject(end, 'warm', steps)];
  const step = async (session: Session): Promise<void> => {
    const { exit } = await supervised(session, job(end.there, 'true'));
    if (!exit.ok || !('code' in exit.value) || exit.value.code !== 0) throw new Error('the step did not end with 0');
  };
  return await withLink(end, (session) => {
    const trials: readonly Trial[] = [
      { name: 'ssh, fresh', once: command(ssh(end, 'true')) },
      { name: 'ssh, ControlMaster', once: command(ssh(end, 'true', mastered(end))) },
      {
        name: 'sbx, a program on a borrowed link',
        once: within(() => session.program('true', [], { signal: new AbortController().signal })),
      },
      { name: BORROWED, before: rest, once: within(() => step(session)) },
      { name: COLD, once: command(cold.run('exec', '--force')) },
      { name: WARM, once: command(warm.run('exec', '--force')) },
    ];
    return withAgent(end, warm, warm.run('exec'), () => alternate(name, trials, rounds));
  });
}

/** Commands block this process: what a link does between two uses it does now. */
const rest = (): Promise<void> => pause(500);

/** A session in this process over a link that a resident agent, also in this process, lends. */
async function withLink<T>(end: End, use: (session: Session) => Promise<T>): Promise<T> {
  const io = realIo(end.far.home, { SBX_SSH_CONFIG: end.config });
  return await withLender(io, join(end.folder, 'run'), async ({ borrow }) => {
    const route = { named: 'far', user: undefined, tunnel: undefined, state: join(end.far.home, 'state') };
    const link = await borrow(route);
    const dial = (signal: AbortSignal): ReturnType<typeof connectRoute> => connectRoute(route, io, signal);
    const session = await openSession(new AheadLink(link), {
      io,
      patience: patienceOf(PATIENCE),
      signal: new AbortController().signal,
      dial,
    });
    if (!session.ok) throw new Error(session.error.message);
    await using open = session.value;
    return await use(open);
  });
}

/** `mib` MiB of lines as a compiler writes them: on a terminal, and as each of them is written where there is none. */
export async function lines(end: End, mib: number, { rounds }: FarBench): Promise<Result[]> {
  const own = ownProject(end, 'cold', `  lines: { task: remote-build, in: far, run: "cat ${end.there}/lines" }\n`);
  const line = 'src/module/file.c:123:45: warning: unused variable [-Wunused-variable]\n';
  writeFileSync(join(end.there, 'lines'), line.repeat((mib * 2 ** 20) / line.length));
  const trials: readonly Trial[] = [
    { name: SSH, once: command(ssh(end, `cat ${end.there}/lines`)) },
    { name: COLD, once: command(onTerminal(own.run('lines', '--force'))) },
    { name: 'sbx, no terminal', once: command(own.run('lines', '--force')) },
  ];
  return await alternate(caseName('lines', mib, end.wire.name), trials, rounds);
}

function onTerminal(command: Command): Command {
  return { ...command, words: ['script', '-qec', command.words.map(shellQuote).join(' '), '/dev/null'] };
}

const MARK = 'SBX_BENCH_TREE=';
const TREE = 20;

/** From Ctrl-C here until no process of the tree lives over there. */
export async function cancel(end: End, _: number, { rounds }: FarBench): Promise<Result[]> {
  const mark = `${MARK}${end.folder}`;
  const text = `for n in $(seq ${TREE - 2}); do sleep 1000 & done; setsid sleep 1000 & (trap '' INT; sleep 1000) & wait`;
  const own = ownProject(end, 'cold', `  build: { task: remote-build, in: far, run: "export ${mark}; ${text}" }\n`);
  const tree = (): readonly number[] =>
    processesWith([mark])
      .filter((one) => one.command.startsWith('sleep'))
      .map((one) => one.pid);
  const trial = (name: string, words: Command): Trial => ({
    name,
    once: async () => {
      const { PATH } = process.env;
      const child = spawn(words.words[0] ?? '', words.words.slice(1), {
        ...{ cwd: words.cwd, stdio: 'ignore', env: { PATH, HOME: join(words.cwd, '.home'), ...words.env } },
      });
      try {
        return { cpu: Number.NaN, wall: await ended(child, tree) };
      } finally {
        for (const pid of tree()) kill(pid);
      }
    },
  });
  const trials = [trial(SSH, ssh(end, `export ${mark}; ${text}`)), trial(COLD, own.run('build', '--force'))];
  return await alternate(caseName('cancel', 0, end.wire.name), trials, rounds);
}

const PATIENT = 5000;

async function ended(child: ChildProcess, tree: () => readonly number[]): Promise<number> {
  const exit = once(child, 'exit');
  await until('the tree stands', () => tree().length === TREE);
  const pids = new Set(tree());
  const since = performance.now();
  child.kill('SIGINT');
  while (pids.size > 0 && performance.now() - since < PATIENT) {
    await pause(1);
    for (const pid of pids) if (!lives(pid)) pids.delete(pid);
  }
  const wall = performance.now() - since;
  await exit;
  if (pids.size > 0) throw new Error(`${pids.size} of ${TREE} processes live on after ${PATIENT / 1000} s`);
  return wall;
}
