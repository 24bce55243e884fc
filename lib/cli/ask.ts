import { Writable } from 'node:stream';
import type { Surroundings } from './surroundings.ts';

/** Milliseconds within which this process has heard a signal that it sent itself. */
const HEARD = 50;

export interface Question {
  readonly text: string;
  /** What is typed is not shown. */
  readonly hidden?: true;
  /** Nobody waits for the answer any more. */
  readonly over?: AbortSignal;
}

/** Asks on the terminal; undefined where there is none, or no answer was given. Ctrl-C counts as the signal that it is everywhere else. */
export async function ask(surroundings: Surroundings, { text, hidden, over }: Question): Promise<string | undefined> {
  const { stdin, stderr } = surroundings;
  if (!canAsk(surroundings) || over?.aborted) return undefined;
  const { createInterface } = await import('node:readline');
  stderr.write(text);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output: hidden ? silent : stderr, terminal: true, ...(over ? { signal: over } : {}) });
  let interrupted = false;
  try {
    return await new Promise<string | undefined>((resolve) => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(undefined));
      reader.once('SIGINT', () => {
        interrupted = true;
        resolve(undefined);
      });
    });
  } finally {
    reader.close();
    if (hidden || interrupted || over?.aborted) stderr.write('\n');
    stdin.pause();
    if (interrupted) {
      surroundings.raise('SIGINT');
      // Whoever asked is to hear of the signal before he hears that there is no answer.
      await new Promise((resolve) => setTimeout(resolve, HEARD));
    }
  }
}

/** Whether somebody can answer. */
export function canAsk({ stdin, stderr }: Surroundings): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Yes or no; no where nobody can answer. */
export async function confirm(surroundings: Surroundings, question: string): Promise<boolean> {
  return isYes(await ask(surroundings, { text: `${question} ${YES_OR_NO} ` }));
}

export const YES_OR_NO = '[y/N]';

export function isYes(answer: string | undefined): boolean {
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
