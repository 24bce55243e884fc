import type { Surroundings } from '../surroundings.ts';

/** What a key means to whoever waits. */
export type Key = 'again' | 'quit' | 'interrupt';

const MEANING: ReadonlyMap<string, Key> = new Map([
  ['r', 'again'],
  ['\r', 'again'],
  ['\n', 'again'],
  ['q', 'quit'],
  ['\x04', 'quit'], // Ctrl-D
  ['\x03', 'interrupt'],
]);
const SUSPEND = '\x1a';

/** Hears single keys until the returned function is called: the terminal hands them out as they are typed then, Ctrl-C too. Nothing where there is no terminal. */
export function hearKeys(surroundings: Surroundings, pressed: (key: Key) => void): () => void {
  const { stdin } = surroundings;
  if (!canHearKeys(surroundings)) return () => {};
  const typed = (bytes: Buffer | string): void => {
    for (const key of bytes.toString()) {
      const meaning = MEANING.get(key);
      if (meaning !== undefined) pressed(meaning);
      else if (key === SUSPEND) suspend();
    }
  };
  const suspend = (): void => {
    stdin.setRawMode(false);
    surroundings.raise('SIGTSTP');
  };
  const back = surroundings.onSignals(['SIGCONT'], () => stdin.setRawMode(true));
  stdin.setRawMode(true);
  stdin.on('data', typed);
  stdin.resume();
  return () => {
    back();
    stdin.off('data', typed);
    stdin.pause();
    stdin.setRawMode(false);
  };
}

export function canHearKeys({ stdin, stdout }: Surroundings): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}
