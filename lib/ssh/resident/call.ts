import type { Socket } from 'node:net';
import { Frames, frame } from './frames.ts';
import { type Answer, LETTER, objectIn, type Question } from './words.ts';

/** What a call came to. */
export type Called =
  | { readonly is: 'answered'; readonly answer: Answer; readonly connection: Connection }
  /** Nobody listens there. */
  | { readonly is: 'absent' }
  /** Somebody does, and did not answer as an agent would before the signal aborted. */
  | { readonly is: 'mute' };

/** What follows the answer. */
export interface Connection {
  readonly socket: Socket;
  /** Whoever hears the pieces from now on; those that came already come first. Nothing is heard before. */
  listen(heard: (letter: string, bytes: Buffer) => void): void;
}

/** Asks the resident agent at `path` one question. */
export async function call(path: string, question: Question, signal: AbortSignal): Promise<Called> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ path });
    const early: [string, Buffer][] = [];
    let ears: ((letter: string, bytes: Buffer) => void) | undefined;
    let answered = false;
    const settle = (called: Called): void => {
      signal.removeEventListener('abort', stop);
      if (called.is !== 'answered') socket.destroy();
      resolve(called);
    };
    const stop = (): void => settle({ is: 'mute' });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) return stop();
    const listen = (heard: (letter: string, bytes: Buffer) => void): void => {
      ears = heard;
      for (const [letter, bytes] of early.splice(0)) heard(letter, bytes);
    };
    const frames = new Frames((letter, bytes) => {
      if (answered) return ears === undefined ? void early.push([letter, bytes]) : ears(letter, bytes);
      answered = true;
      const answer = letter === LETTER.answer ? objectIn<Answer>(bytes) : undefined;
      settle(answer === undefined ? { is: 'mute' } : { is: 'answered', answer, connection: { socket, listen } });
    });
    socket.on('data', (chunk) => {
      if (!frames.push(chunk)) socket.destroy();
    });
    socket.once('connect', () => socket.write(frame(LETTER.question, JSON.stringify(question))));
    socket.once('error', (error: NodeJS.ErrnoException) => settle({ is: isAbsent(error) ? 'absent' : 'mute' }));
    socket.on('error', () => {});
    socket.once('close', stop);
  });
}

function isAbsent({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR';
}
