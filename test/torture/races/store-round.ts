import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { nonce, realClock, realFiles } from '../../../lib/io/io.ts';
import { openStore } from '../../../lib/run/store.ts';
import { until } from '../../rig/patience.ts';
import { successOf } from '../../run/store-fixture.ts';
import type { Random } from '../random.ts';
import type { Crew, Work } from './crew.ts';
import type { Answer } from './job.ts';
import { type Kind, verdicts } from './round.ts';

/** Turns of each writer at least. */
const TURNS = 3;

/**
 * 16 processes write one key while two read it and one collects. To nothing without a grace: losing is allowed, a wrong byte is not. As usual: nothing may
 * be lost. Some are killed on the way.
 */
export function storeRounds(crew: Crew, folder: string, writers: number): Kind {
  return (random, n) => {
    const bounds = random.pick(['none', 'usual'] as const);
    const same = random.oneIn(3);
    const kills = bounds === 'none' && random.oneIn(2);
    const how = `${same ? 'one content' : 'a content each'}, ${bounds === 'none' ? 'collected to nothing' : 'collected as usual'}${kills ? ', some killed' : ''}`;
    return {
      name: `store ${n}: one key, ${how}`,
      cases: Array.from({ length: writers }, (_, i) => `writer ${i}`),
      async play() {
        const home = `${folder}/store-${n}`;
        const store = `${home}/cache`;
        mkdirSync(store, { recursive: true });
        const at = { store, writers };
        const writing = Array.from({ length: writers }, (_, i) =>
          crew.start({ do: 'write', ...at, scratch: `${home}/w${i}`, writer: same ? 0 : i }),
        );
        const reading = [0, 1].map((i) => crew.start({ do: 'read', ...at, scratch: `${home}/r${i}`, writer: 0 }));
        const collecting = [crew.start({ do: 'collect', store, bounds })];
        const all = [...writing, ...reading, ...collecting];
        const killed = new Set<Work>();
        if (kills) await someKilled(random, [...writing.slice(0, 3), ...collecting], killed);
        if (kills) collecting.push(crew.start({ do: 'collect', store, bounds }));
        await until('all had their turns', () => [...all, ...collecting].every((work) => killed.has(work) || work.turns >= TURNS));
        for (const work of [...all, ...collecting]) if (!killed.has(work)) work.stop();
        const answers = await Promise.all(writing.map(({ ended }) => ended));
        const others = (await Promise.all([...reading, ...collecting].map(({ ended }) => ended))).filter((one) => one !== undefined);
        const rules = { bounds, kills };
        const whole = [...others.flatMap(({ wrong }) => wrong), ...hits([...answers, ...others], rules), ...audit(store, rules)];
        rmSync(home, { recursive: true, force: true });
        return verdicts(
          answers.map((answer) => verdict(answer, rules)),
          whole,
        );
      },
    };
  };
}

interface Rules {
  readonly bounds: 'none' | 'usual';
  readonly kills: boolean;
}

async function someKilled(random: Random, works: readonly Work[], killed: Set<Work>): Promise<void> {
  for (const work of works) {
    const turns = random.below(3);
    await until('it began', () => work.turns >= turns);
    killed.add(work);
    work.kill();
  }
  await Promise.all([...killed].map(({ ended }) => ended));
}

function verdict(answer: Answer | undefined, { bounds }: Rules): readonly string[] {
  if (answer === undefined) return []; // killed
  const { rounds = 0, remembered = 0, lost = 0 } = answer.counts;
  const wrong = [...answer.wrong];
  if (bounds === 'usual' && remembered < rounds) wrong.push(`${rounds - remembered} of ${rounds} successes were not remembered`);
  if (bounds === 'usual' && lost > 0) wrong.push(`${lost} blobs were gone though their record was there`);
  return wrong;
}

/** The race took place: something was read whole, and something was collected where it should be. */
function hits(answers: readonly (Answer | undefined)[], { bounds }: Rules): readonly string[] {
  const count = (name: string): number => answers.reduce((sum, answer) => sum + (answer?.counts[name] ?? 0), 0);
  if (count('whole') === 0) return ['nobody read anything whole: nothing was tried'];
  return bounds === 'none' && count('records') === 0 ? ['nothing was collected: nothing was tried'] : [];
}

/** Every blob is what its name says, nothing was put in quarantine, only killed processes left halves, and a newcomer finds what is remembered whole. */
function audit(store: string, { bounds, kills }: Rules): readonly string[] {
  const wrong: string[] = [];
  const namesIn = (folder: string): readonly string[] => {
    try {
      return readdirSync(`${store}/${folder}`);
    } catch {
      return [];
    }
  };
  for (const shard of namesIn('cas/sha256')) {
    for (const name of namesIn(`cas/sha256/${shard}`)) {
      const bytes = readFileSync(`${store}/cas/sha256/${shard}/${name}`);
      if (createHash('sha256').update(bytes).digest('hex') !== name) wrong.push(`the blob ${name} is something else`);
    }
  }
  if (namesIn('quarantine').length > 0) wrong.push('a sound file was put in quarantine');
  const halves = [...namesIn('tmp'), ...namesIn('ac/v1').filter((name) => !/^[0-9a-f]{64}$/.test(name))];
  if (halves.length > 0 && !kills) wrong.push(`left behind: ${halves.join(', ')}`);
  if (bounds === 'none') return wrong;
  const { key } = successOf(null, undefined, 'contended');
  const recalled = openStore({ files: realFiles, clock: realClock, nonce }, store, (text) => wrong.push(text)).recall(key);
  if (recalled === undefined) wrong.push('in the end nothing is remembered');
  return wrong;
}
