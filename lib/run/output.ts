import type { Files } from '../model/io.ts';
import type { Mask } from './mask.ts';

// A step's output on its way: masked, kept in the log, cut into events. Knows no view: what a terminal must not see is taken out where it is shown.

const EVENT_LIMIT = 64 * 1024;
const TAIL_KEPT = 32 * 1024;
const LINES_KEPT = 40;
const LINE_SHOWN = 2000;
/** What a log file holds at most; the rest is shown, but not kept. */
export const LOG_LIMIT = 64 * 1024 * 1024;

export interface OutputTo {
  readonly files: Files;
  /** The log, absolute; its folder is there. */
  readonly log: string;
  readonly emit: (text: string) => void;
  readonly mask: Mask;
  /** Asked once there is something to emit that is not yet emitted: the run calls `flush` within some 50 ms. */
  readonly wake: (output: StepOutput) => void;
}

/** One step's output. Memory is bounded whatever comes: at most some 200 KB are held. */
export class StepOutput {
  readonly #to: OutputTo;
  readonly #decoder = new TextDecoder();
  #fd: number | undefined;
  #logged = 0;
  #pending = '';
  #tail = '';

  constructor(to: OutputTo) {
    this.#to = to;
  }

  write(chunk: Uint8Array): void {
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
    if (this.#fd !== undefined) this.#to.files.closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** The log file, if anything was written. */
  get log(): string | undefined {
    return this.#logged > 0 ? this.#to.log : undefined;
  }

  /** The last lines, oldest first. */
  lastLines(): readonly string[] {
    const lines = this.#tail.replace(/\r?\n$/, '').split('\n');
    return this.#tail === '' ? [] : lines.slice(-LINES_KEPT).map((line) => line.slice(-LINE_SHOWN));
  }

  #keep(bytes: Uint8Array, open: boolean): void {
    if (bytes.length > 0) this.#toLog(bytes);
    const text = this.#decoder.decode(bytes, { stream: open });
    if (text === '') return;
    this.#tail = (this.#tail + text).slice(-TAIL_KEPT);
    const waited = this.#pending !== '';
    this.#pending += text;
    if (this.#pending.length >= EVENT_LIMIT) this.flush();
    else if (!waited) this.#to.wake(this);
  }

  #toLog(bytes: Uint8Array): void {
    if (this.#logged >= LOG_LIMIT) return;
    try {
      this.#fd ??= this.#to.files.openSync(this.#to.log, 'w', 0o600);
      for (let done = 0; done < bytes.length; ) done += this.#to.files.writeSync(this.#fd, bytes, done);
      this.#logged += bytes.length;
      if (this.#logged >= LOG_LIMIT) this.#to.files.writeSync(this.#fd, Buffer.from('\n[sbx keeps no more of this output]\n'));
    } catch {
      this.#logged = LOG_LIMIT; // a full disk must not fail the build: the output is still shown
    }
  }
}
