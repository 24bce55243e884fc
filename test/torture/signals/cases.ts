import type { Random } from '../random.ts';
import { ACTS, type Act, TWICE } from './acts.ts';
import { CHILDREN, type Child } from './children.ts';
import type { Ends } from './pane.ts';
import type { Where } from './scene.ts';

export interface Case extends Ends {
  readonly act: Act;
  readonly child: Child;
  readonly where: Where;
  /** Milliseconds after the child stands; `early`: after the start of sbx, whatever stands then. */
  readonly delay: number;
  readonly early: boolean;
}

const PLACES: readonly Where[] = ['here', 'embedded', 'sshd'];
const NASTY = (Object.keys(CHILDREN) as Child[]).filter((child) => child !== 'ends well');
/** Acts after which the run goes on to its end. */
const HARMLESS: readonly Act[] = ['nothing', 'stop and go on'];
const STOPS = ACTS.filter((act) => !HARMLESS.includes(act));
const DEAF: readonly Child[] = ['ignores TERM', 'leaves the session and ignores TERM', 'holds the pipe'];
const PLAIN = { out: 'terminal', in: 'terminal', delay: 0, early: false } as const;

export function nameOf({ act, child, where, out, in: input, delay, early }: Case): string {
  const ends = [...(out === 'terminal' ? [] : [`stdout ${out}`]), ...(input === 'terminal' ? [] : [`stdin ${input}`])];
  const when = delay > 0 || early ? [`${early ? 'from the start ' : ''}+${delay} ms`] : [];
  return [act, where, `a child that ${child}`, ...ends, ...when].join(', ');
}

/** Every stop in every place, every child, every end: few cases that meet all of them. */
export function fewCases(random: Random): readonly Case[] {
  const children = [...random.shuffled(NASTY), ...random.shuffled(NASTY), ...random.shuffled(NASTY)];
  const next = (): Child => children.pop() ?? random.pick(NASTY);
  const deaf = random.shuffled([...DEAF, ...DEAF]);
  // Only who does not end by TERM shows that the second signal counts.
  const childOf = (act: Act): Child => (TWICE.has(act) ? deaf.pop() : undefined) ?? next();
  return [
    { ...PLAIN, act: 'INT', where: 'here', child: 'ignores TERM' },
    { ...PLAIN, act: 'TERM', where: 'here', child: 'forks twice' },
    ...STOPS.flatMap((act) => PLACES.map((where): Case => ({ ...PLAIN, act, where, child: childOf(act) }))),
    ...PLACES.map((where): Case => ({ ...PLAIN, act: 'stop and go on', where, child: 'ends well' })),
    ...(['head', 'closed', 'full'] as const).flatMap((out) => [
      ...PLACES.map((where): Case => ({ ...PLAIN, act: 'nothing', where, child: 'ends well', out })),
      { ...PLAIN, act: 'INT', where: random.pick(PLACES), child: next(), out } as const,
    ]),
    { ...PLAIN, act: 'nothing', where: random.pick(PLACES), child: 'ends well', in: 'closed' },
    { ...PLAIN, act: 'INT', where: random.pick(PLACES), child: next(), in: 'closed' },
  ];
}

export function* manyCases(count: number, random: Random): Iterable<Case> {
  const named = new Set<string>();
  while (named.size < count) {
    const one = anyCase(random);
    const name = nameOf(one);
    if (!named.has(name)) yield one;
    named.add(name);
  }
}

function anyCase(random: Random): Case {
  const act = random.pick(ACTS);
  const stops = act.startsWith('stop'); // of a pipeline the shell says less
  const child = HARMLESS.includes(act) ? 'ends well' : random.pick(NASTY);
  const out = !stops && random.oneIn(4) ? random.pick(['head', 'closed', 'full'] as const) : 'terminal';
  const early = act !== 'nothing' && act !== 'INT thrice' && random.oneIn(3);
  const delay = act === 'nothing' || random.oneIn(3) ? 0 : random.below(early ? 2000 : 400);
  return { act, child, where: random.pick(PLACES), out, in: random.oneIn(8) ? 'closed' : 'terminal', delay, early };
}
