import type { Duplex, Readable, Writable } from 'node:stream';
import type { Result } from '../base/result.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { Ports } from '../model/sandbox.ts';

// The port between what runs on a far side and whatever carries it there. Knows no SSH: who implements it does.

/** A terminal that is wanted for a command. */
export interface Pty {
  readonly term: string;
  readonly cols: number;
  readonly rows: number;
}

/** One command on the far side. None of its streams emits an error that nobody hears: how it ended says `ended`. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** How the command ended, once all it wrote was read; undefined: that was never told, or the link is lost. Never rejects. */
  readonly ended: Promise<Exit | undefined>;
  /** Asks the command to end, as far as the far side can be asked. */
  terminate(): void;
  /** Its terminal has this size now. */
  resize(rows: number, columns: number): void;
  /** Nothing more is wanted of it; whatever it still reads or writes breaks. */
  close(): void;
}

/** One authenticated connection. Hands out channels, few at a time, and says once when it is lost. */
export interface Link extends AsyncDisposable {
  /** user@host:port. */
  readonly label: string;
  /** What carries it where that is not ssh2 in this process, and why: a sentence without its end. */
  readonly carrier?: string | undefined;
  /** Aborts when the connection ends, for whatever reason. */
  readonly lost: AbortSignal;
  /** The reason, once it is lost. */
  readonly failure: Failure;
  /** Waits for a free channel and starts `command` on it: a line for the login shell. Another one is free when it has ended. */
  exec(command: string, signal: AbortSignal, pty?: Pty): Promise<Result<Channel, Failure>>;
  /** A stream to a port that the far side can reach. */
  forward(host: string, port: number, until: AbortSignal): Promise<Result<Duplex, Failure>>;
  /** As that of a session. Absent: it is carried by somebody who would go on to listen, or cannot say who connects. */
  readonly listen?: Ports['listen'] | undefined;
  /** What it listens on is given back with the link, and not before. */
  readonly listensForGood?: boolean;
}
