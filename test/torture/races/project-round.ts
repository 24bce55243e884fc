import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import type { Crew } from './crew.ts';
import { type Kind, verdicts } from './round.ts';
import { freshHome, type Invoke, insider, program, type Subject, subjectIn, writeSources } from './subject.ts';

const RUN = ['run', '--output', 'plain', 'test'];

/**
 * `width` runs at once on one project that lives through all rounds: between two rounds sources are edited or set back, outputs are removed or edited. Each
 * content may be executed once, ever: what was made before comes out of the store.
 */
export function projectRounds(crew: Crew, folder: string, width: number): Kind {
  const subject = subjectIn(join(folder, 'one-project'), freshHome(join(folder, 'one-project')));
  let last: Promise<unknown> = Promise.resolve();
  return (random, n) => {
    const edit = random.pick(Object.keys(EDITS));
    const invokes = Array.from({ length: width }, (): Invoke => (random.oneIn(3) ? program : insider(crew)));
    return {
      name: `project ${n}: ${width} runs at once, ${edit}`,
      cases: invokes.map((invoke, i) => `run ${i}${invoke === program ? '' : ' in a process that ran others'}`),
      async play() {
        const turn = last.then(async () => {
          EDITS[edit]?.(subject, random, n);
          return await raced(subject, invokes);
        });
        last = turn.catch(() => {});
        return await turn;
      },
    };
  };
}

const EDITS: { readonly [what: string]: (subject: Subject, random: Random, n: number) => void } = {
  'after an edit': (subject, _random, n) => writeSources(subject, 1000 + n),
  'after going back to older sources': (subject, random) => writeSources(subject, random.below(4)),
  'after the outputs were removed': (subject, random) => {
    if (!hasSources(subject)) writeSources(subject, random.below(4));
    subject.remove('out');
  },
  'after an output was edited': (subject, random) => {
    if (!hasSources(subject)) return writeSources(subject, random.below(4));
    subject.write('out/app', `by hand ${random.below(1e6)}\n`);
    subject.write('out/extra', 'of nobody\n'); // taken in by a build, so the sources are those that were built
  },
};

function hasSources(subject: Subject): boolean {
  try {
    return subject.read('src/a') !== '';
  } catch {
    return false;
  }
}

async function raced(subject: Subject, invokes: readonly Invoke[]): Promise<readonly (string | undefined)[]> {
  const ended = await Promise.all(invokes.map((invoke) => invoke(RUN, { cwd: subject.root, home: subject.home })));
  const whole = [...subject.differs(), ...subject.leftovers().map((name) => `left in .sbx: ${name}`)];
  for (const [content, times] of subject.executions()) if (times > 1) whole.push(`${content} was built ${times} times`);
  return verdicts(
    ended.map(({ code, said }) => (code === 0 ? [] : [`ended with ${code}: ${said}`])),
    whole,
  );
}

/**
 * One run in each of `width` projects with one store, all of them with the same sources or each with its own; then again without the outputs. In every other round
 * the store is collected to nothing meanwhile.
 */
export function storeOfManyRounds(crew: Crew, folder: string, width: number): Kind {
  return (random, n) => {
    const same = random.oneIn(2);
    const collected = random.oneIn(2);
    const invokes = Array.from({ length: width }, (): Invoke => (random.oneIn(3) ? program : insider(crew)));
    return {
      name: `one store ${n}: ${width} projects with ${same ? 'the same sources' : 'sources of their own'}${collected ? ', collected meanwhile' : ''}`,
      cases: invokes.map((_, i) => `project ${i}`),
      async play() {
        const at = join(folder, `one-store-${n}`);
        const home = freshHome(at);
        const subjects = invokes.map((_, i) => subjectIn(join(at, `${i}`), home));
        for (const [i, subject] of subjects.entries()) writeSources(subject, same ? 0 : i);
        const collecting = collected ? crew.start({ do: 'collect', store: join(home, '.cache/sbx'), bounds: 'none' }) : undefined;
        const wrong: string[][] = subjects.map(() => []);
        for (const turn of ['first', 'again']) {
          await Promise.all(
            subjects.map(async (subject, i) => {
              const { code, said } = await (invokes[i] as Invoke)(RUN, { cwd: subject.root, home });
              if (code !== 0) wrong[i]?.push(`${turn}: ended with ${code}: ${said}`);
              wrong[i]?.push(...subject.differs().map((one) => `${turn}: ${one}`));
              for (const [content, times] of subject.executions()) {
                if (times > (collected ? 2 : 1)) wrong[i]?.push(`${turn}: ${content} was built ${times} times`);
              }
              if (/warning/i.test(said)) wrong[i]?.push(`${turn}: warned: ${said}`);
            }),
          );
          for (const subject of subjects) subject.remove('out');
        }
        collecting?.stop();
        await collecting?.ended;
        rmSync(at, { recursive: true, force: true });
        return verdicts(wrong, []);
      },
    };
  };
}
