import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Surroundings } from './surroundings.ts';

/** Asks on the terminal; undefined where there is none. `hidden`: what is typed is not shown. */
export async function ask(surroundings: Surroundings, question: string, hidden = false): Promise<string | undefined> {
  const { stdin, stderr } = surroundings;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output: hidden ? silent : stderr, terminal: true });
  try {
    return await new Promise<string | undefined>((resolve) => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(undefined));
      reader.once('SIGINT', () => resolve(undefined));
    });
  } finally {
    reader.close();
    if (hidden) stderr.write('\n');
    stdin.pause();
  }
}

/** Yes or no; no where nobody can answer. */
export async function confirm(surroundings: Surroundings, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(surroundings, `${question} [y/N] `))?.trim() ?? '');
}
