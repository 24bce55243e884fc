import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, execute, SBX } from '../../rig/cli.ts';
import { until } from '../../rig/patience.ts';
import type { Random } from '../random.ts';
import { type WrongClock, wrongClock } from './clock.ts';
import { caseIn, type Kind, verdicts } from './round.ts';
import { freshHome, type Subject, subjectIn, writeSources } from './subject.ts';

const YEAR = 365 * 86_400_000;
const CLOCKS = [
  { name: 'a year ahead', ahead: YEAR },
  { name: 'a year behind', ahead: -YEAR },
  { name: 'right', ahead: 0 },
] as const;
type Clock = (typeof CLOCKS)[number];

/** The build takes its time, so that the clock can jump meanwhile and others can wait for it. */
const SLOW =
  'mkdir -p out/deep; cat src/* > out/app; cp src/a out/deep/a; until [ ! -e ../hold ]; do sleep 0.02; done; cat src/* | sha256sum >> "$LOG"';

interface Story {
  readonly from: Clock;
  readonly to: Clock;
  readonly jump: 'between two runs' | 'during a run';
  readonly sources: 'now' | 'a year ahead' | 'a year ago';
}

/**
 * The clock of the whole computer is a year off and jumps: what is built is right, the next run does nothing, an edit that keeps size and date is seen, what is in
 * use is not collected, and a lock belongs to the living.
 */
export function clockRounds(folder: string, width: number): Kind {
  return (random, n) => {
    const stories = Array.from({ length: width }, (): Story => {
      const from = random.pick(CLOCKS);
      const to = random.pick(CLOCKS.filter((one) => one !== from));
      return {
        from,
        to,
        jump: random.pick(['between two runs', 'during a run']),
        sources: random.pick(['now', 'a year ahead', 'a year ago']),
      };
    });
    return {
      name: `clock ${n}`,
      cases: stories.map(
        ({ from, to, jump, sources }, i) =>
          `${i} ${from.name}, then ${to.name}, set ${jump}${sources === 'now' ? '' : `, sources dated ${sources}`}`,
      ),
      async play() {
        const wrong = stories.map((story, i) => {
          const at = join(folder, `clock-${n}-${i}`);
          return caseIn(at, () => told(at, story, random.fork(`${i}`)));
        });
        return verdicts(await Promise.all(wrong), []);
      },
    };
  };
}

async function told(at: string, { from, to, jump, sources }: Story, random: Random): Promise<readonly string[]> {
  const clock = wrongClock(join(at, 'clock'), from.ahead);
  const subject = subjectIn(at, freshHome(at), { run: SLOW });
  const hold = join(at, 'hold');
  const problems: string[] = [];
  const edit = (version: number): void => {
    writeSources(subject, version);
    const date = (Date.now() + (sources === 'a year ahead' ? YEAR : -YEAR)) / 1000;
    if (sources !== 'now') for (const name of ['a', 'b']) utimesSync(join(subject.root, 'src', name), date, date);
  };
  const run = async (what: string, builds: number): Promise<void> => {
    const before = total(subject);
    const ended = await timed(['run', '--output', 'plain', 'test'], subject, clock);
    if (ended.code !== 0) problems.push(`${what}: ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    problems.push(...subject.differs().map((one) => `${what}: ${one}`));
    if (total(subject) - before !== builds)
      problems.push(`${what}: built ${total(subject) - before} times, not ${builds}: ${ended.stdout}`);
  };
  edit(1);
  if (jump === 'during a run') problems.push(...(await jumping(subject, clock, to, hold)));
  else await run('first', 1);
  if (jump === 'between two runs') clock.set(to.ahead);
  await run('again, the clock set', 0);
  edit(2);
  await run('edited', 1);
  edit(1);
  await run('the old sources', 0);
  const collected = await timed(['cache', 'gc'], subject, clock);
  if (collected.code !== 0) problems.push(`cache gc: ended with ${collected.code}: ${collected.stderr}`);
  subject.remove('out');
  // Nothing in use was collected, whatever the clock says: it was used a moment ago by the same clock.
  await run('collected', 0);
  if (random.oneIn(2)) return problems;
  clock.set(from.ahead);
  subject.remove('out');
  await run('the clock set back', 0);
  if (readdirSync(join(subject.root, '.sbx')).includes('stage')) problems.push('a stage is left');
  return problems;
}

/** The clock jumps while a step runs; another run waits for this one, and takes over when it is killed. */
async function jumping(subject: Subject, clock: WrongClock, to: Clock, hold: string): Promise<readonly string[]> {
  mkdirSync(hold);
  const problems: string[] = [];
  const first = timed(['run', '--output', 'plain', 'test'], subject, clock);
  await until('the build began', () => existsSync(join(subject.root, 'out/deep/a')));
  clock.set(to.ahead);
  let waits = false;
  const second = timed(['run', '--output', 'plain', 'test'], subject, clock, (text) => {
    waits ||= /waiting/i.test(text);
  });
  try {
    await until('the second waits for the lock of the living first', () => waits, 20_000);
    if (total(subject) > 0) problems.push('the lock of a living run was taken');
  } catch (thrown) {
    problems.push((thrown as Error).message);
  } finally {
    rmSync(hold, { recursive: true });
  }
  for (const ended of [await first, await second]) {
    if (ended.code !== 0) problems.push(`ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  }
  if (total(subject) !== 1) problems.push(`built ${total(subject)} times by two runs`);
  return [...problems, ...subject.differs()];
}

function total(subject: Subject): number {
  return [...subject.executions().values()].reduce((sum, times) => sum + times, 0);
}

function timed(args: readonly string[], subject: Subject, clock: WrongClock, seen?: (text: string) => void): Promise<Ended> {
  const shim = new URL('clock.js', import.meta.url).href;
  return execute(process.execPath, ['--import', shim, SBX, ...args], {
    cwd: subject.root,
    home: subject.home,
    env: { SBX_TEST_CLOCK: clock.file },
    ...(seen ? { seen } : {}),
  });
}
