import type { Random } from '../random.ts';
import type { Where } from './scene.ts';

/** What is killed: the command line alone or with its watchdog, the server's process of the connection, or any process that the connection started. */
type Victim = 'sbx' | 'sbx and its watchdog' | 'the connection' | 'a process of the far side';

export interface Case {
  readonly where: Where;
  readonly victim: Victim;
  /** Of the time that an undisturbed run takes. */
  readonly share: number;
  /** A run went through before, with other sources. */
  readonly warm: boolean;
  /** The next run comes at once; else when nothing of the killed one is left. */
  readonly atOnce: boolean;
  /** The sources of the next run: the same, others, or those of the run before the killed one. */
  readonly next: 'the same' | 'others' | 'back';
  /** Which of several processes. */
  readonly pick: number;
}

const KINDS: readonly (readonly [Where, Victim, number])[] = [
  ['here', 'sbx', 8],
  ['here', 'sbx and its watchdog', 3],
  ['embedded', 'sbx', 5],
  ['sshd', 'sbx', 6],
  ['sshd', 'the connection', 4],
  ['sshd', 'a process of the far side', 4],
];

/** Delays are swept over the run: each kind in as many strata as it has cases. */
export function* casesOf(count: number, random: Random): Iterable<Case> {
  const scale = count / 30;
  for (const [where, victim, weight] of KINDS) {
    const strata = Math.ceil(weight * scale);
    for (let at = 0; at < strata; at++) {
      yield {
        where,
        victim,
        share: (at + random.below(1000) / 1000) / strata,
        warm: random.oneIn(2),
        atOnce: victim === 'sbx and its watchdog' || random.oneIn(2),
        next: random.pick(['the same', 'others', 'back']),
        pick: random.below(1000),
      };
    }
  }
}

export function nameOf({ where, victim, share, warm, atOnce, next, pick }: Case): string {
  const when = `at ${Math.round(share * 1000) / 10} %`;
  return `${where}, ${victim} ${when}${warm ? ', warm' : ''}, then ${next}${atOnce ? ' at once' : ''} (${pick})`;
}
