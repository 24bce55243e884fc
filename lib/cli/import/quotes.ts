/** Where in shell text one is: outside of quotes, in one kind of them, or in a comment. */
type Where = 'plain' | 'double' | 'single' | 'comment';

interface Frame {
  readonly is: Where;
  /** What ends it. */
  readonly end: string;
}

/** Follows the quotes of a command line of sh, character by character. Finds out what it consists of; expands nothing. */
export class Quotes {
  readonly #open: Frame[] = [];
  #last = ' ';
  #escaped = false;
  /** Operators that stand outside of quotes and brackets, in order. */
  readonly operators: string[] = [];
  /** Whether it begins a here-document. */
  hasDocument = false;
  /** Variables of the environment that it refers to. */
  readonly names = new Set<string>();
  /** The text with everything that is quoted taken away, for a look at its words. */
  bare = '';

  get where(): Where {
    return this.#open.at(-1)?.is ?? 'plain';
  }

  /** Whether a quote or a bracket is open. */
  get isOpen(): boolean {
    return this.#open.some(({ is }) => is !== 'comment');
  }

  /** Whether a backslash, or a dollar, takes what comes next. */
  get holds(): boolean {
    return this.#escaped || (this.#last === '$' && this.where !== 'single');
  }

  take(text: string): void {
    for (let i = 0; i < text.length; i++) i += this.#one(text, i);
  }

  /** Takes something that is one word, or a part of one. */
  takeWord(): void {
    this.#escaped = false;
    this.#last = 'x';
    if (this.#open.length === 0) this.bare += 'x';
  }

  /** Reads the character at `i`; gives how many more it took. */
  #one(text: string, i: number): number {
    const char = text[i] as string;
    const { where } = this;
    const before = this.#last;
    this.#last = char;
    if (this.#escaped) {
      this.#escaped = false;
      this.#last = 'x';
      return 0;
    }
    if (where === 'single' || where === 'comment') {
      if (char === this.#open.at(-1)?.end) this.#open.pop();
      return 0;
    }
    if (char === '\\') this.#escaped = true;
    else if (char === '$') return this.#dollar(text, i);
    else if (char === this.#open.at(-1)?.end) this.#open.pop();
    else if (char === '"' || char === '`') this.#open.push({ is: char === '"' ? 'double' : 'plain', end: char });
    else if (where === 'plain') this.#plain(char, before, text, i);
    return 0;
  }

  #plain(char: string, before: string, text: string, i: number): void {
    if (this.#open.length === 0) this.bare += char;
    if (char === "'") this.#open.push({ is: 'single', end: "'" });
    else if (char === '#' && /[\s;&|(]/.test(before)) this.#open.push({ is: 'comment', end: '\n' });
    if (char === '<' && before === '<' && text[i + 1] !== '<' && text[i - 2] !== '<' && !this.#isSum) this.hasDocument = true;
    if (this.#open.length === 0 && ';&|()\n'.includes(char)) this.#operator(char, before, text[i + 1] ?? '');
    if (char === '(') this.#open.push({ is: 'plain', end: ')' });
  }

  /** Within `$(( ))`. */
  get #isSum(): boolean {
    return this.#open.length > 1 && this.#open.slice(-2).every(({ end }) => end === ')');
  }

  #operator(char: string, before: string, next: string): void {
    if (char === '&' && (before === '>' || before === '<' || next === '>')) return;
    if (char === before && this.operators.at(-1) === char) this.operators[this.operators.length - 1] = char + char;
    else this.operators.push(char);
  }

  #dollar(text: string, i: number): number {
    if (this.#open.length === 0) this.bare += '$';
    const next = text[i + 1] ?? '';
    if (next === '(') this.#open.push({ is: 'plain', end: ')' });
    else if (next === '{') this.#open.push({ is: this.where === 'double' ? 'double' : 'plain', end: '}' });
    const name = /^\{?[#!]?([A-Za-z_]\w*)/.exec(text.slice(i + 1, i + 80))?.[1];
    if (name !== undefined) this.names.add(name);
    if (next === '(' || next === '{') {
      this.#last = next;
      return 1;
    }
    return 0;
  }
}
