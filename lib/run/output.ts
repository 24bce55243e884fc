import { StringDecoder } from 'node:string_decoder';
import type { Files } from '../model/io.ts';
import type { Mask } from './mask.ts';

// A step's output on its way: masked, kept in the log, cut into events. Knows no view: what a terminal must not see is taken out where it is shown.

const EVENT_LIMIT = 64 * 1024;
const TAIL_KEPT = 32 * 1024;
const LINES_KEPT = 40;
const LINE_SHOWN = 2000;
/** What a log holds at most; the rest is shown, but not kept. */
export const LOG_LIMIT = 64 * 1024 * 1024;
/** Up to here the log stays in memory: a new file costs most file systems as much as the step costs sbx. */
const IN_MEMORY = 32 * 1024;

/** All that a step wrote, masked: bytes, or a file, absolute. */
export type Log = { readonly is: 'bytes'; readonly bytes: Uint8Array } | { readonly is: 'file'; readonly path: string };

interface OutputTo {
  readonly files: Files;
  /** The log, absolute; its folder is there. */
  readonly log: string;
  readonly emit: (text: string) => void;
  readonly mask: Mask;
  /** Gets what was written, as it was. */
  readonly hear?: (chunk: Uint8Array) => void;
  /** Asked once there is something to emit that is not yet emitted: the run calls `flush` within some 50 ms. */
  readonly wake: (output: StepOutput) => void;
}

/** One step's output. Memory is bounded whatever comes: at most some 200 KB are held. */
export class StepOutput {
  readonly #to: OutputTo;
  /** Made with the first bytes: most steps print nothing. */
  #decoder: StringDecoder | undefined; // TextDecoder takes six times as long
  #fd: number | undefined;
  readonly #early: Uint8Array[] = [];
  #spilled = false;
  #logged = 0;
  #pending = '';
  #tail = '';

  constructor(to: OutputTo) {
    this.#to = to;
  }

  write(chunk: Uint8Array): void {
    this.#to.hear?.(chunk);
    this.#keep(this.#to.mask.push(chunk), true);
  }

  /** Emits what is pending. */
  flush(): void {
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    this.#to.emit(text);
  }

  /** Nothing comes any more. */
  end(): void {
    this.#keep(this.#to.mask.end(), false);
    this.flush();
    this.#close();
  }

  /** All that was written; undefined if nothing was. */
  get log(): Log | undefined {
    if (this.#spilled) return { is: 'file', path: this.#to.log };
    return this.#logged > 0 ? { is: 'bytes', bytes: Buffer.concat(this.#early) } : undefined;
  }

  /** Puts the log into its file, however small it is: somebody will want to read it. */
  keep(): void {
    if (this.#logged > 0) this.#spill();
    this.#close();
  }

  /** The last lines, oldest first. */
  lastLines(): readonly string[] {
    const lines = this.#tail.replace(/\r?\n$/, '').split('\n');
    return this.#tail === '' ? [] : lines.slice(-LINES_KEPT).map((line) => line.slice(-LINE_SHOWN));
  }

  #keep(bytes: Uint8Array, open: boolean): void {
    if (bytes.length > 0) this.#toLog(bytes);
    if (bytes.length === 0 && this.#decoder === undefined) return;
    this.#decoder ??= new StringDecoder('utf8');
    const text = open ? this.#decoder.write(bytes) : this.#decoder.end(bytes);
    if (text === '') return;
    // Cut seldom: each time all of it is copied.
    this.#tail = text.length >= TAIL_KEPT ? text : this.#tail + text;
    if (this.#tail.length > 4 * TAIL_KEPT) this.#tail = this.#tail.slice(-TAIL_KEPT);
    const waited = this.#pending !== '';
    this.#pending += text;
    if (this.#pending.length >= EVENT_LIMIT) this.flush();
    else if (!waited) this.#to.wake(this);
  }

  #toLog(bytes: Uint8Array): void {
    if (this.#logged >= LOG_LIMIT) return;
    this.#logged += bytes.length;
    this.#early.push(this.#spilled ? bytes : Uint8Array.from(bytes));
    if (this.#spilled || this.#logged > IN_MEMORY) this.#spill();
    if (this.#logged >= LOG_LIMIT) this.#append(Buffer.from('\n[sbx keeps no more of this output]\n'));
  }

  /** Moves what is in memory to the file. */
  #spill(): void {
    this.#spilled = true;
    for (const bytes of this.#early.splice(0)) this.#append(bytes);
  }

  #append(bytes: Uint8Array): void {
    const { files, log } = this.#to;
    try {
      this.#fd ??= files.openSync(log, 'a', 0o600);
      for (let done = 0; done < bytes.length; ) done += files.writeSync(this.#fd, bytes, done);
    } catch {
      this.#logged = LOG_LIMIT; // a full disk must not fail the build: the output is still shown
    }
  }

  #close(): void {
    if (this.#fd !== undefined) this.#to.files.closeSync(this.#fd);
    this.#fd = undefined;
  }
}
