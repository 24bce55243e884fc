import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TreeWatches } from '../../io/tree-watches.ts';
import type { Exit } from '../../model/exit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { Channel, Link } from '../link.ts';
import { Frames, frame } from './frames.ts';
import type { KeptLinks } from './kept-links.ts';
import { type Answer, LETTER, objectIn, type Question, type ResidentStatus } from './words.ts';

interface LenderOf {
  readonly links: KeptLinks;
  readonly trees: Pick<TreeWatches, 'changed'>;
  readonly io: Io;
  readonly status: () => ResidentStatus;
  /** Somebody wants it to end. */
  readonly stop: () => void;
  /** A connection came, or the last one went. */
  readonly busy: (isBusy: boolean) => void;
}

/** Given back by a connection that ended before the last one of what ran on the link: so long they are waited for, in milliseconds. */
const CLOSING = 2000;
const NO_LINK: Failure = { code: 'link-lost', message: 'the resident agent of sbx has no such link' };
/** The longest piece that goes out. */
const PIECE = 64 * 1024;

/** A channel that somebody uses. */
interface Under {
  readonly socket: Socket;
  readonly over: AbortController;
  /** Once it is open. */
  channel?: Channel;
}

interface Out {
  readonly link: Link;
  /** By the names that its user gave them. */
  readonly under: Map<string, Under>;
}

/** The server of the resident agent: one connection, one question. Knows nothing of what is run, nor of trees. */
export function lenderOf(of: LenderOf): Server {
  const out = new Map<string, Out>();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    of.busy(true);
    socket.on('error', () => {});
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) of.busy(false);
    });
    let ears: ((letter: string, bytes: Buffer) => void) | undefined;
    const early: [string, Buffer][] = [];
    const listen = (heard: (letter: string, bytes: Buffer) => void): void => {
      ears = heard;
      for (const [letter, bytes] of early.splice(0)) heard(letter, bytes);
    };
    let isAsked = false;
    const frames = new Frames((letter, bytes) => {
      if (isAsked) return ears === undefined ? void early.push([letter, bytes]) : ears(letter, bytes);
      isAsked = true;
      const question = letter === LETTER.question ? objectIn<Question>(bytes) : undefined;
      if (question === undefined) socket.destroy();
      else answer(question, socket, listen).catch(() => socket.destroy());
    });
    socket.on('data', (chunk) => {
      if (!frames.push(chunk)) socket.destroy();
    });
  });

  const answer = async (question: Question, socket: Socket, listen: Listen): Promise<void> => {
    switch (question.ask) {
      case 'link':
        return lend(question, socket, listen);
      case 'exec': {
        const lent = out.get(question.link);
        if (lent === undefined) return refuse(socket, NO_LINK);
        return start(question, lent, socket, listen);
      }
      case 'forward': {
        const lent = out.get(question.link);
        if (lent === undefined) return refuse(socket, NO_LINK);
        const opened = await lent.link.forward(question.host, question.port, gone(socket));
        return opened.ok ? carryStream(opened.value, socket, listen) : refuse(socket, opened.error);
      }
      case 'tree': {
        const except = await of.trees.changed(question, gone(socket));
        return say(socket, except === undefined ? { is: 'none' } : { is: 'tree', except });
      }
      case 'status':
        return say(socket, { is: 'status', status: of.status() });
      case 'stop':
        say(socket, { is: 'open' });
        return of.stop();
    }
  };

  const start = async (
    question: Extract<Question, { ask: 'exec' }>,
    { link, under }: Out,
    socket: Socket,
    listen: Listen,
  ): Promise<void> => {
    const one: Under = { socket, over: new AbortController() };
    under.set(question.channel, one);
    socket.once('close', () => {
      under.delete(question.channel);
      one.over.abort();
    });
    if (socket.destroyed) one.over.abort();
    const opened = await link.exec(question.command, one.over.signal, question.pty);
    if (!opened.ok) return refuse(socket, opened.error);
    one.channel = opened.value;
    carry(opened.value, socket, listen);
  };

  const lend = async ({ route, env }: Extract<Question, { ask: 'link' }>, socket: Socket, listen: Listen): Promise<void> => {
    if (typeof route?.named !== 'string' || !Array.isArray(env)) return void socket.destroy();
    const lent = await of.links.lend(route, { ...of.io, environment: new Map(env) });
    if (lent === undefined) return say(socket, { is: 'none' });
    const name = of.io.nonce();
    const { link, giveBack } = lent;
    const under: Out['under'] = new Map();
    const lost = (): void => void socket.end(frame(LETTER.lost, JSON.stringify(link.failure)));
    const back = async (): Promise<void> => {
      out.delete(name);
      link.lost.removeEventListener('abort', lost);
      const closed = Promise.all([...under.values()].map(end));
      const enough = new AbortController();
      await Promise.race([closed, of.io.clock.sleep(CLOSING, enough.signal).catch(() => {})]);
      enough.abort();
      giveBack(under.size === 0);
    };
    if (socket.destroyed) return giveBack(true);
    out.set(name, { link, under });
    socket.once('close', () => void back());
    link.lost.addEventListener('abort', lost, { once: true });
    listen((letter, bytes) => {
      if (letter === LETTER.alive) return void socket.write(frame(LETTER.alive));
      const one = under.get(bytes.toString('latin1'));
      if (letter === LETTER.terminate) one?.channel?.terminate();
      else if (letter === LETTER.close && one !== undefined) void end(one);
    });
    say(socket, { is: 'lent', link: name, label: link.label });
  };
  return server;
}

/** Whatever it still reads or writes breaks. */
async function end({ socket, over }: Under): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  over.abort();
  socket.destroy();
  await closed;
}

type Listen = (heard: (letter: string, bytes: Buffer) => void) => void;

function say(socket: Socket, answer: Answer): void {
  if (socket.writable) socket.write(frame(LETTER.answer, JSON.stringify(answer)));
}

function refuse(socket: Socket, failure: Failure): void {
  say(socket, { is: 'failed', failure });
}

function gone(socket: Socket): AbortSignal {
  const over = new AbortController();
  socket.once('close', () => over.abort());
  if (socket.destroyed) over.abort();
  return over.signal;
}

function carry(channel: Channel, socket: Socket, listen: Listen): void {
  if (socket.destroyed) {
    channel.close();
    return;
  }
  say(socket, { is: 'open' });
  socket.once('close', () => channel.close());
  pour(channel.stdout, LETTER.output, socket);
  pour(channel.stderr, LETTER.errors, socket);
  void channel.ended.then((exit: Exit | undefined) => socket.end(frame(LETTER.exit, JSON.stringify(exit ?? null))));
  channel.stdin.on('error', () => {});
  listen((letter, bytes) => {
    if (letter === LETTER.input) take(channel.stdin, bytes, socket);
    else if (letter === LETTER.inputEnd) channel.stdin.end();
    else if (letter === LETTER.resize) {
      const size = objectIn<[number, number]>(bytes);
      if (Array.isArray(size)) channel.resize(...size);
    }
  });
}

function carryStream(stream: Duplex, socket: Socket, listen: Listen): void {
  if (socket.destroyed) {
    stream.destroy();
    return;
  }
  say(socket, { is: 'open' });
  stream.on('error', () => {});
  socket.once('close', () => stream.destroy());
  pour(stream, LETTER.output, socket);
  stream.once('close', () => socket.end(frame(LETTER.exit, 'null')));
  listen((letter, bytes) => {
    if (letter === LETTER.input) take(stream, bytes, socket);
    else if (letter === LETTER.inputEnd) stream.end();
  });
}

/** No faster than it is taken, both ways. */
function pour(from: NodeJS.ReadableStream, letter: string, socket: Socket): void {
  from.on('data', (chunk: Buffer) => {
    if (!socket.writable) return;
    let isTaken = true;
    for (let at = 0; at < chunk.length; at += PIECE) isTaken = socket.write(frame(letter, chunk.subarray(at, at + PIECE)));
    if (isTaken) return;
    from.pause();
    socket.once('drain', () => from.resume());
  });
}

function take(into: NodeJS.WritableStream, bytes: Buffer, socket: Socket): void {
  if (!into.writable || into.write(bytes)) return;
  socket.pause();
  into.once('drain', () => socket.resume());
}
