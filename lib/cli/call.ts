import { EXIT } from '../run/exit-code.ts';
import type { Paint } from '../view/paint.ts';
import type { Sink } from '../view/sink.ts';
import type { Words } from './args.ts';
import type { Options } from './options.ts';
import type { Surroundings } from './surroundings.ts';

/** One invocation, taken apart. What each command is given. */
export interface Call {
  readonly surroundings: Surroundings;
  readonly words: Words;
  readonly options: Options;
  /** The Sandboxfile that was found before: no other one is meant from then on. */
  readonly found?: string;
  /** Standard output and standard error; writing never throws. */
  readonly out: Sink;
  readonly err: Sink;
  /** The colours that standard output can show. */
  readonly paint: () => Promise<Paint>;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
}

/** A command: does its work and gives the exit code. */
export type Command = (call: Call) => Promise<number>;

/** Says on standard error what is wrong with the invocation, and what to do. Gives the exit code for it. */
export function refuse(call: Pick<Call, 'err'>, message: string, hint?: string): 2 {
  complain(call, hint === undefined ? { message } : { message, hint });
  return EXIT.usage;
}

/** Says on standard error why the command failed. */
export function complain(call: Pick<Call, 'err'>, failure: { readonly message: string; readonly hint?: string }): void {
  call.err.write(`sbx: ${failure.message}\n${failure.hint === undefined ? '' : `  ${failure.hint}\n`}`);
}
