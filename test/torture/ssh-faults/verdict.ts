import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from '../../rig/cli.ts';
import { contents } from '../../rig/contents.ts';
import { comes } from '../../rig/patience.ts';
import { leftOf } from '../../rig/processes.ts';
import type { Told } from './fault.ts';

/** Milliseconds within which a run must end, far above its deadlines: ten seconds to connect or eight without a sign of life. */
export const PATIENCE = 60_000;
/** What every run must make, and a run with exit 0 must have made. */
export const RIGHT = JSON.stringify({ app: 'x:one\ntwo\n', 'sub/data': 'data' });

/** Failures for which sbx ends with 4: the far side was not reached, or is not who it was. */
const AWAY = ['unreachable', 'link-lost', 'auth-failed', 'host-key-unknown', 'host-key-changed'];

/** What is wrong with how a run ended that met the fault. `before`: what was made before the fault could strike. */
export function judge(ended: Ended, kind: Told, root: string, before = 'nothing'): string | undefined {
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
  const said = failures.map(({ message, hint = '', lastLines = [] }) => [message, hint, ...lastLines].join('\n')).join('\n');
  if (kind.says && !kind.says.test(said)) return `it does not say ${kind.says}: ${said}`;
  const exit = failures.some(({ code }) => AWAY.includes(code)) ? 4 : 1;
  if (ended.code !== exit) return `exit ${ended.code} where it must be ${exit}`;
  return made(root) === before ? undefined : `it failed, and out is ${made(root)}`;
}

interface ToldFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
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

/** The artifacts, as text to be compared. */
export function made(root: string): string {
  if (!existsSync(join(root, 'out'))) return 'nothing';
  return JSON.stringify(contents(join(root, 'out')));
}

/** Whoever is still there long after the silence of 45 s and the grace of a second. */
export function leftIn(folder: string, ...more: readonly string[]): Promise<readonly string[]> {
  return leftAmong([`${folder}/`, ...more], () => true);
}

/** The same, but for shells that wait for a first word: nobody tells them that their connection leads nowhere, as nobody tells sshd. */
export function workLeftIn(folder: string, ...more: readonly string[]): Promise<readonly string[]> {
  return leftAmong(
    [`${folder}/`, ...more],
    (one) => !(/^\d+ \/bin\/sh -c IFS= read -r sbx/.test(one) && isChildless(Number.parseInt(one, 10))),
  );
}

function isChildless(pid: number): boolean {
  const file = `/proc/${pid}/task/${pid}/children`;
  return !existsSync(file) || readFileSync(file, 'utf8').trim() === '';
}

async function leftAmong(marks: readonly string[], counts: (one: string) => boolean): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await comes(
    () => {
      left = leftOf(marks).filter(counts);
      return left.length === 0;
    },
    90_000,
    200,
  );
  return left.map((one) => one.slice(0, 120));
}

/** For a reader, with what was said. */
export function told(wrong: string, { code, stdout, stderr }: Ended): string {
  const events = stdout.split('\n').filter((line) => /place-|step-finished|run-finished|warning|step-note/.test(line));
  return `${wrong}\nexit ${code}\n${events.map((line) => line.slice(0, 400)).join('\n')}\n${stderr.slice(-600)}`;
}
