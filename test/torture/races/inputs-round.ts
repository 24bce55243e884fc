import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause, until } from '../../rig/patience.ts';
import type { Crew } from './crew.ts';
import { change } from './flip-jobs.ts';
import type { How } from './job.ts';
import { caseIn, type Kind, verdicts } from './round.ts';
import { BUILD, freshHome, insider, program, type Subject, subjectIn, writeSources } from './subject.ts';

const HOWS: readonly How[] = ['in place', 'renamed', 'same mtime'];

/** Where a build stops and waits for who edits beside it. */
const STOPS = ['before reading', 'between two inputs', 'after reading'] as const;
type Stop = (typeof STOPS)[number];

/** As BUILD, in two halves. A stop at which nobody waits is passed. */
const HALTING = `at() { if [ -d "../stop$1" ]; then : >"../stop$1/at"; until [ -e "../stop$1/go" ]; do sleep 0.02; done; fi; }
at 0; mkdir -p out/deep; cat src/a > out/app; cp src/a out/deep/a; at 1; cat src/b >> out/app; at 2; cat src/* | sha256sum >> "$LOG"`;

interface Attack {
  readonly how: How;
  readonly file: 'a' | 'b';
  readonly at: Stop;
  /** Where the old content is put back; undefined: never. */
  readonly back: Stop | undefined;
}

/** Edits that the build reads and that are gone again when it ends. */
const BACK: readonly Omit<Attack, 'how'>[] = [
  { file: 'a', at: 'before reading', back: 'between two inputs' },
  { file: 'a', at: 'before reading', back: 'after reading' },
  { file: 'b', at: 'before reading', back: 'after reading' },
  { file: 'b', at: 'between two inputs', back: 'after reading' },
];

const RUN = ['run', '--output', 'plain', 'build'];
const OLD = 1;
const NEW = 2;

/** Inputs that change while a step runs, and perhaps back, at points where the build waits for it. */
export function editedRounds(crew: Crew, folder: string, width: number): Kind {
  return (random, n) => {
    const attacks = Array.from({ length: width }, (_, i): Attack => {
      const how = HOWS[(n * width + i) % HOWS.length] as How;
      if (i % 2 === 1) return { how, ...random.pick(BACK) };
      return { how, file: random.pick(['a', 'b']), at: random.pick(STOPS), back: undefined };
    });
    return {
      name: `inputs ${n}: edited while a step runs`,
      cases: attacks.map(({ how, file, at, back }, i) => `${i} src/${file} ${how}, ${at}${back ? `, back ${back}` : ''}`),
      async play() {
        const wrong = attacks.map((attack, i) =>
          caseIn(join(folder, `inputs-${n}-${i}`), async () => {
            const at = join(folder, `inputs-${n}-${i}`);
            const subject = subjectIn(at, freshHome(at), { run: HALTING });
            writeSources(subject, OLD);
            const invoke = i % 4 < 2 ? insider(crew) : program;
            for (const stop of [attack.at, attack.back]) if (stop) mkdirSync(stopFolder(subject, stop));
            const running = invoke(RUN, { cwd: subject.root, home: subject.home });
            await edited(subject, attack, running);
            const { code, said } = await running;
            const problems = code === 0 ? [] : [`ended with ${code}: ${said}`];
            if (attack.back && subject.differs().length === 0) problems.push('the edit was not read: nothing was tried');
            for (const version of [undefined, OLD, NEW]) problems.push(...(await right(subject, version, crew)));
            return problems;
          }),
        );
        return verdicts(await Promise.all(wrong), []);
      },
    };
  };
}

async function edited(subject: Subject, { how, file, at, back }: Attack, running: Promise<unknown>): Promise<void> {
  const path = join(subject.root, 'src', file);
  const old = readFileSync(path, 'utf8');
  let ended = false;
  const over = (): void => {
    ended = true;
  };
  running.then(over, over);
  for (const [stop, text] of [
    [at, old.replace(/\d/, '7')],
    [back, old],
  ] as const) {
    if (stop === undefined) continue;
    const folder = stopFolder(subject, stop);
    await until(`it came to the stop ${stop}`, () => ended || existsSync(`${folder}/at`));
    if (!existsSync(`${folder}/at`)) throw new Error('the build did not stop: nothing was tried');
    change(path, text, how);
    writeFileSync(`${folder}/go`, '');
  }
}

function stopFolder(subject: Subject, stop: Stop): string {
  return join(subject.root, `../stop${STOPS.indexOf(stop)}`);
}

/** With these sources (or those that are there) the next run makes what a clean build makes. */
async function right(subject: Subject, version: number | undefined, crew: Crew): Promise<readonly string[]> {
  if (version !== undefined) writeSources(subject, version);
  const { code, said } = await insider(crew)(RUN, { cwd: subject.root, home: subject.home });
  const when = version === undefined ? 'next run' : `with sources ${version}`;
  if (code !== 0) return [`${when}: ended with ${code}: ${said}`];
  return subject.differs().map((one) => `${when}: ${one}`);
}

/** A process flips an input in a tight loop while runs hash, build, look again; afterwards nothing wrong may be remembered under either content. */
export function flippedRounds(crew: Crew, folder: string, width: number): Kind {
  return (random, n) => {
    const hows = Array.from({ length: width }, (_, i) => HOWS[(n + i) % HOWS.length] as How);
    const rests = hows.map(() => random.below(40));
    return {
      name: `inputs ${n}: flipped in a tight loop`,
      cases: hows.map((how, i) => `${i} ${how}`),
      async play() {
        const wrong = hows.map((how, i) =>
          caseIn(join(folder, `flips-${n}-${i}`), async () => {
            const at = join(folder, `flips-${n}-${i}`);
            const subject = subjectIn(at, freshHome(at), { run: BUILD });
            writeSources(subject, NEW);
            const path = join(subject.root, 'src/a');
            const texts = [NEW, OLD].map((version) => `a ${`${version}`.padStart(6, '0')}\n`) as [string, string];
            const flipping = crew.start({ do: 'flip', path, texts, how });
            await until('flips began', () => flipping.turns > 0);
            for (let run = 0; run < 2; run++) {
              // Its end does not count: a file that changes each time it is read is told as such.
              const { code, said } = await insider(crew)(RUN, { cwd: subject.root, home: subject.home });
              if (code !== 0 && !/keeps changing|cannot read/.test(said)) throw new Error(`ended with ${code}: ${said}`);
              await pause(rests[i] ?? 0);
            }
            flipping.stop();
            await flipping.ended;
            const problems: string[] = [];
            for (const version of [undefined, NEW, OLD]) problems.push(...(await right(subject, version, crew)));
            return problems;
          }),
        );
        return verdicts(await Promise.all(wrong), []);
      },
    };
  };
}

/** Edits within one tick of the file system's clock, right after a run: no stat can tell them. */
export function tickRounds(crew: Crew, width: number): Kind {
  return (_random, n) => {
    const aheads = Array.from({ length: width }, (_, i) => [0, 365 * 86_400_000, -365 * 86_400_000, 5000][i % 4] ?? 0);
    return {
      name: `inputs ${n}: edited within one tick of the file system's clock`,
      cases: aheads.map((ahead, i) => `${i}, the clock ${ahead / 1000} s ahead of that of the file system`),
      async play() {
        const answers = aheads.map(async (ahead) => {
          const answer = await crew.start({ do: 'tick', rounds: 3, ahead }).ended;
          if (answer === undefined) throw new Error('killed');
          const { within = 0 } = answer.counts;
          return within > 0 ? answer.wrong : ['no edit fell into one tick: nothing was tried'];
        });
        return verdicts(await Promise.all(answers), []);
      },
    };
  };
}
