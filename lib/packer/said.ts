import { newTail } from '../base/tail.ts';

// What `packer -machine-readable` writes: one message a line, `epoch,target,type,data...`. Pure.

/** One message. `target` is empty where it is of no build. */
interface Said {
  readonly target: string;
  readonly type: string;
  readonly data: readonly string[];
}

const LINE = /^\d+,([^,]*),([a-z][a-z-]*)(?:,(.*))?$/s;

/** Undefined: not a message, but something that a program wrote past Packer. */
function saidIn(line: string): Said | undefined {
  const [, target, type, data] = LINE.exec(line) ?? [];
  if (target === undefined || type === undefined) return undefined;
  return { target, type, data: data === undefined ? [] : data.split(',').map(unescaped) };
}

/** A line break and a `\n` that was written are the same to Packer, which escapes no backslash. */
function unescaped(text: string): string {
  return text.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}

/** What there is to know of a command of Packer when it has ended. */
export interface Heard {
  /** Files of the artifacts, as Packer names them, each once. */
  readonly files: readonly string[];
  /** Why builds failed: `qemu.image: Script exited with ...`. */
  readonly errors: readonly string[];
  /** What it complained of, warnings among it. */
  readonly complaints: readonly string[];
  /** The last of all that it told people. */
  readonly text: string;
}

/** A line that has no end is shown in pieces of so many characters. */
const LONGEST = 64 * 1024;
/** Bytes of what is told people that are kept. */
const KEPT = 256 * 1024;

/** Takes its output as it comes. `show` gets what people read, in whole lines. */
export class Listener {
  readonly #show: (text: string) => void;
  readonly #decoder = new TextDecoder();
  readonly #files = new Set<string>();
  readonly #errors: string[] = [];
  readonly #complaints: string[] = [];
  readonly #text = newTail(KEPT);
  #rest = '';

  constructor(show: (text: string) => void = () => {}) {
    this.#show = show;
  }

  readonly hear = (chunk: Uint8Array): void => {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length < LONGEST) return;
    this.#line(this.#rest);
    this.#rest = '';
  };

  end(): Heard {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    return { files: [...this.#files], errors: this.#errors, complaints: this.#complaints, text: this.#text.text() };
  }

  #line(line: string): void {
    const said = saidIn(line) ?? { target: '', type: 'ui', data: ['', line] };
    const [first = '', second = '', , path] = said.data;
    if (said.type === 'ui') {
      if (first === 'error') this.#complaints.push(second);
      this.#tell(second);
    } else if (said.type === 'error') this.#errors.push(said.target === '' ? first : `${said.target}: ${first}`);
    else if (said.type === 'artifact' && second === 'file' && path !== undefined) this.#files.add(path);
  }

  #tell(text: string): void {
    const lines = `${text.replace(/\n+$/, '')}\n`;
    this.#text.add(Buffer.from(lines));
    this.#show(lines);
  }
}
