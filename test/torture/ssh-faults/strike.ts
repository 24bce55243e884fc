import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../rig/cli.ts';
import { contents } from '../../rig/contents.ts';
import { comes, pause, until } from '../../rig/patience.ts';
import type { Asked, Said } from '../../rig/peer.ts';
import { endAll, leftOf } from '../../rig/processes.ts';
import { type Kind, type Phase, PROGRAM } from './kinds.ts';
import { mountSmall, openStand, type Stand, unmount } from './stand.ts';

/** Milliseconds within which a run must end, far above its deadlines: ten seconds to connect or eight without a sign of life. */
const PATIENCE = 60_000;
/** What every run must make, and a run with exit 0 must have made. */
const RIGHT = JSON.stringify({ app: 'x:one\ntwo\n', 'sub/data': 'data' });

/** Failures for which sbx ends with 4: the far side was not reached, or is not who it was. */
const AWAY = ['unreachable', 'link-lost', 'auth-failed', 'host-key-unknown', 'host-key-changed'];

/** A run with the fault in one phase, and one without it. Says what was wrong. */
export async function strikeIn(kind: Kind, phase: Phase, delay: number, folder: string): Promise<string | undefined> {
  mkdirSync(folder);
  try {
    const stand = await openStand(folder, { connect: 10, alive: 2 }, kind.retries ?? 0);
    if (kind.needsMount && !mountSmall(join(folder, 'far'))) return 'no small disk could be made';
    try {
      return await struckIn(stand, kind, phase, delay);
    } finally {
      await stand[Symbol.asyncDispose]();
      endAll([`${folder}/`]);
    }
  } finally {
    if (kind.needsMount) unmount(join(folder, 'far'));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function struckIn(stand: Stand, kind: Kind, phase: Phase, delay: number): Promise<string | undefined> {
  const { peer, project, workspace, folder } = stand;
  let struck = kind.answer === undefined && kind.strike === undefined;
  kind.prepare?.(stand, phase);
  // A build that the link is taken from goes on by itself for ever: only the far side can end it.
  const pace = join(workspace, '../pace');
  const isLong = phase === 'build' && kind.strike !== undefined && (kind.codes ?? []).length > 0 && !kind.needsMount;
  if (isLong) writeFileSync(pace, '3000');
  // One that it survives goes on only when the fault is there.
  const hold = join(workspace, '../hold');
  if (phase === 'build' && kind.strike !== undefined && !isLong) writeFileSync(hold, '');
  const atOnce = phase === 'connect' && kind.answer === undefined && kind.strike !== undefined;
  if (atOnce) {
    struck = true;
    await kind.strike?.(stand, phase);
  }
  let missed: unknown;
  const blow = async (asked: Asked): Promise<Said | undefined> => {
    if (kind.answer !== undefined) return kind.answer(asked, stand, phase);
    const ran = asked.program === 'job' ? asked.honest() : undefined;
    if (ran !== undefined) await until('the build is under way', () => existsSync(join(workspace, 'work/started')));
    if (delay > 0) await pause(delay);
    rmSync(pace, { force: true });
    await kind.strike?.(stand, phase);
    rmSync(hold, { force: true });
    return ran;
  };
  peer.lie = async (asked) => {
    if (struck || asked.program !== PROGRAM[phase]) return undefined;
    struck = true;
    return await blow(asked).catch((thrown: unknown) => {
      missed = thrown;
      return { stdout: Buffer.alloc(0) };
    });
  };
  let ended = await stand.run(PATIENCE);
  // Nobody connects again by himself before the first step: the next run finds it.
  const again = kind.breaks && phase === 'first command';
  if (again) {
    const early = judge(ended, { ...kind, codes: ['link-lost'], says: /the connection was lost/ }, project.root);
    if (early !== undefined) return told(early, ended);
    ended = await stand.run(PATIENCE);
  }
  if (missed !== undefined) return told(`the fault did not strike: ${missed}`, ended);
  const wrong = struck ? judge(ended, kind, project.root) : 'the fault did not strike';
  if (wrong !== undefined) return told(wrong, ended);
  peer.lie = undefined;
  // Where nobody tells the far side that the link is gone, it finds that out by the silence.
  const late = kind.name === 'black hole' ? await leftIn(folder) : [];
  if (late.length > 0) return told(`left behind in the silence: ${late.join('; ')}`, ended);
  await kind.mend?.(stand);
  if (existsSync(join(folder, 'unstruck'))) return told('the fault did not strike', ended);
  peer.grants = () => true;
  const left = await leftIn(folder);
  if (left.length > 0) return told(`left behind: ${left.join('; ')}`, ended);
  const next = await stand.run(PATIENCE);
  if (next.code !== 0 || made(project.root) !== RIGHT)
    return told(`the next run, without the fault, is not right: ${made(project.root)}`, next);
  return undefined;
}

function judge(ended: Ended, kind: Kind, root: string): string | undefined {
  if (ended.code === null || ended.code === 143) return `it did not end within ${PATIENCE / 1000} s`;
  if (ended.code === 0) {
    if (made(root) !== RIGHT) return `FALSE SUCCESS: exit 0, and there is ${made(root)}`;
    return kind.codes === undefined || kind.codes.length === 0 || kind.mayEndWell
      ? undefined
      : 'exit 0 where it could not know that all is right';
  }
  const failures = failuresOf(ended);
  if (kind.codes === undefined || kind.codes.length === 0) return 'it must survive that';
  const [failure] = failures;
  if (failure === undefined) return `exit ${ended.code} and no failure is told`;
  const wrong = failures.find(({ code }) => !kind.codes?.includes(code));
  if (wrong !== undefined) return `a failure ${wrong.code} is told: ${wrong.message}`;
  const said = failures.map(({ message, lastLines = [] }) => [message, ...lastLines].join('\n')).join('\n');
  if (kind.says && !kind.says.test(said)) return `it does not say ${kind.says}: ${said}`;
  const exit = failures.some(({ code }) => AWAY.includes(code)) ? 4 : 1;
  if (ended.code !== exit) return `exit ${ended.code} where it must be ${exit}`;
  return existsSync(join(root, 'out')) ? `it failed, and out is there: ${made(root)}` : undefined;
}

interface ToldFailure {
  readonly code: string;
  readonly message: string;
  readonly lastLines?: readonly string[];
}

function failuresOf({ stdout }: Ended): readonly ToldFailure[] {
  const events = stdout.split('\n').filter((line) => line.startsWith('{')) as readonly string[];
  return events
    .map((line) => JSON.parse(line) as { type?: string; failure?: ToldFailure; outcome?: { is: string; failure?: ToldFailure } })
    .flatMap(({ type, failure, outcome }) => {
      if (type === 'place-failed') return failure ?? [];
      return type === 'step-finished' && outcome?.is === 'failed' ? (outcome.failure ?? []) : [];
    });
}

function made(root: string): string {
  if (!existsSync(join(root, 'out'))) return 'nothing';
  return JSON.stringify(contents(join(root, 'out')));
}

/** Whoever is still there long after the silence of 45 s and the grace of a second. */
async function leftIn(folder: string): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await comes(
    () => {
      left = leftOf([`${folder}/`]);
      return left.length === 0;
    },
    90_000,
    200,
  );
  return left.map((one) => one.slice(0, 120));
}

function told(wrong: string, { code, stdout, stderr }: Ended): string {
  const events = stdout.split('\n').filter((line) => /place-|step-finished|run-finished|warning|step-note/.test(line));
  return `${wrong}\nexit ${code}\n${events.map((line) => line.slice(0, 400)).join('\n')}\n${stderr.slice(-600)}`;
}
