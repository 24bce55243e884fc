import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { comes } from '../../rig/patience.ts';
import type { Crew } from './crew.ts';
import { type Kind, verdicts } from './round.ts';
import { freshHome, type Invoke, insider, program, type Subject, subjectIn, writeSources } from './subject.ts';

interface Other {
  readonly name: string;
  readonly args: readonly string[] | ((holder: string) => readonly string[]);
  /** Exit codes that it may have. */
  readonly codes: readonly number[];
}

/** What a user may do beside a run. */
const OTHERS: readonly Other[] = [
  { name: 'clean', args: ['clean'], codes: [0, 1] }, // 1: the project is in use
  { name: 'cache gc', args: ['cache', 'gc', '--max-size', '1KiB', '--max-age', '1s'], codes: [0, 1] }, // 1: another collection
  { name: 'cache verify', args: ['cache', 'verify'], codes: [0] },
  { name: 'cache stats', args: ['cache', 'stats'], codes: [0] },
  { name: 'unlock of another lock', args: ['unlock', '0123456789abcdef0123456789abcdef'], codes: [1] },
  { name: 'unlock of the lock of a run', args: (holder) => ['unlock', holder], codes: [1] },
  { name: 'plan', args: ['plan', 'test'], codes: [0, 3] },
  { name: 'a forced run', args: ['run', '--output', 'plain', '--force', 'test'], codes: [0] },
];

/** Runs of one project beside all else that touches the project and the store, while the store is collected to nothing, or its folder removed. */
export function besideRounds(crew: Crew, folder: string, width: number): Kind {
  return (random, n) => {
    const runs = Math.ceil(width / 2);
    const others = Array.from({ length: width - runs }, () => random.pick(OTHERS));
    const store = random.pick(['collected', 'removed', 'left alone'] as const);
    const invokes = Array.from({ length: width }, (): Invoke => (random.oneIn(3) ? program : insider(crew)));
    return {
      name: `beside ${n}: the store ${store}`,
      cases: [...Array.from({ length: runs }, (_, i) => `run ${i}`), ...others.map(({ name }, i) => `${i} ${name}`)],
      async play() {
        const at = join(folder, `beside-${n}`);
        const home = freshHome(at);
        const subject = subjectIn(at, home);
        const wrong: string[][] = invokes.map(() => []);
        for (let turn = 0; turn < 2; turn++) {
          writeSources(subject, random.below(2));
          if (random.oneIn(2)) subject.remove('out');
          const folderOfStore = join(home, '.cache/sbx');
          const collecting = store === 'collected' ? crew.start({ do: 'collect', store: folderOfStore, bounds: 'none' }) : undefined;
          const removing = store === 'removed' ? removedAtTimes(folderOfStore) : undefined;
          await Promise.all(invokes.map((invoke, i) => one(invoke, subject, others[i - runs], { store, wrong: wrong[i] ?? [] })));
          collecting?.stop();
          await collecting?.ended;
          await removing?.();
        }
        const last = await insider(crew)(['run', '--output', 'plain', 'test'], { cwd: subject.root, home });
        const whole = last.code === 0 ? [] : [`the last run ended with ${last.code}: ${last.said}`];
        whole.push(...subject.differs(), ...subject.leftovers().map((name) => `left in .sbx: ${name}`));
        rmSync(at, { recursive: true, force: true });
        return verdicts(wrong, whole);
      },
    };
  };
}

async function one(
  invoke: Invoke,
  subject: Subject,
  other: Other | undefined,
  { store, wrong }: { readonly store: string; readonly wrong: string[] },
): Promise<void> {
  const { args: wish, codes } = other ?? { args: ['run', '--output', 'plain', 'test'], codes: [0] };
  let holder = '';
  const isHeld = (): boolean => {
    holder = holderOf(subject);
    return holder !== '';
  };
  if (typeof wish === 'function' && !(await comes(isHeld, undefined, 5))) {
    wrong.push('no run was seen to hold the project: nothing was tried');
    return;
  }
  const args = typeof wish === 'function' ? wish(holder) : wish;
  const { code, said } = await invoke(args, { cwd: subject.root, home: subject.home });
  // Of a store that is removed piece by piece a verification may find that pieces are missing.
  if (store === 'removed' && args.includes('verify') && code === 1) return;
  if (!codes.includes(code ?? -1)) wrong.push(`${args.join(' ')} ended with ${code}: ${said}`);
  if (/damaged|quarantine(?!d: 0)/i.test(said) && !/\b0 damaged/.test(said)) wrong.push(`${args.join(' ')} found damage: ${said}`);
}

/** The nonce of the lock; '' if nobody has it. */
function holderOf(subject: Subject): string {
  try {
    return readdirSync(join(subject.root, '.sbx/lock'))[0]?.split(',')[0] ?? '';
  } catch {
    return '';
  }
}

/** Removes the whole store now and then; resolves once it has stopped. */
function removedAtTimes(store: string): () => Promise<void> {
  const timer = setInterval(() => {
    if (!existsSync(store)) return;
    try {
      rmSync(store, { recursive: true, force: true });
    } catch {
      // something was just put there
    }
  }, 40);
  return async () => clearInterval(timer);
}
