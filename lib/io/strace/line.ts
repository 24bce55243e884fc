/** Lines of `strace -f -y -o FILE`. Pure; knows no system call's meaning. The text of a line is bytes as characters (latin1). */

export type StraceLine =
  | { readonly is: 'call'; readonly pid: number; readonly text: string } // whole: name(args) = result
  | { readonly is: 'begun'; readonly pid: number; readonly text: string; readonly next?: number } // the rest comes later, of `next` if that is another
  | { readonly is: 'resumed'; readonly pid: number; readonly text: string }
  | { readonly is: 'ended'; readonly pid: number }
  | { readonly is: 'superseded'; readonly pid: number; readonly by: number } // by an exec in another thread, which has its id now
  | { readonly is: 'other' }; // signals

/** One argument, or what a call gave back. */
export interface StraceWord {
  /** As it stands there, without what is decoded. */
  readonly plain: string;
  /** What stood in quotes. */
  readonly text?: string;
  /** Where the descriptor leads, as `-y` shows it; what is no file has none. */
  readonly path?: string;
}

export interface StraceCall {
  readonly name: string;
  readonly args: readonly StraceWord[];
  /** Of a call that failed, or never came back, there is none. */
  readonly result?: StraceWord;
}

const UNFINISHED = / ?<(?:unfinished|pid changed to (\d+)) \.\.\.>$/;

/** Undefined: not a line of strace. */
export function straceLine(line: string): StraceLine | undefined {
  const start = /^(\d+) +/.exec(line);
  if (start === null) return undefined;
  const pid = Number(start[1]);
  const text = line.slice(start[0].length);
  if (text.startsWith('+++ ')) {
    const by = /^\+\+\+ superseded by execve in pid (\d+) /.exec(text);
    return by === null ? { is: 'ended', pid } : { is: 'superseded', pid, by: Number(by[1]) };
  }
  if (text.startsWith('--- ')) return { is: 'other' };
  const unfinished = UNFINISHED.exec(text);
  const body = unfinished === null ? text : text.slice(0, unfinished.index);
  const resumed = /^<\.\.\. \w+ resumed> ?/.exec(body);
  if (resumed !== null) return { is: 'resumed', pid, text: body.slice(resumed[0].length) };
  if (unfinished === null) return { is: 'call', pid, text: body };
  return { is: 'begun', pid, text: body, ...(unfinished[1] === undefined ? {} : { next: Number(unfinished[1]) }) };
}

/** Undefined: it cannot be taken apart. */
export function straceCall(text: string): StraceCall | undefined {
  const name = /^[a-z_0-9]+/.exec(text)?.[0];
  if (name === undefined || text[name.length] !== '(') return undefined;
  const args: StraceWord[] = [];
  let at = name.length + 1;
  for (;;) {
    const { word, end } = wordAt(text, at);
    if (word.plain !== '' || word.text !== undefined || text[end] === ',') args.push(word);
    if (text[end] === undefined) return undefined;
    at = end + 1;
    if (text[end] === ')') break;
  }
  const equals = /^ += /.exec(text.slice(at, at + 80));
  if (equals === null) return undefined;
  const { word } = wordAt(text, at + equals[0].length);
  return /^(-|\?)/.test(word.plain) ? { name, args } : { name, args, result: word };
}

/** One word from `at` to the comma or bracket that ends it. */
function wordAt(text: string, from: number): { readonly word: StraceWord; readonly end: number } {
  let at = from;
  let depth = 0;
  let plain = '';
  let inner: { text?: string; path?: string } = {};
  for (; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') {
      const end = closing(text, at + 1, '"');
      if (depth === 0) inner = { ...inner, text: unescaped(text.slice(at + 1, end)) };
      at = end;
    } else if (char === '<' && /(\d|AT_FDCWD)$/.test(plain)) {
      const end = closing(text, at + 1, '>');
      const shown = text.slice(at + 1, end);
      if (depth === 0 && shown.startsWith('/')) inner = { ...inner, path: unescaped(shown) };
      at = end;
    } else if (depth === 0 && (char === ',' || char === ')')) break;
    else {
      if ('([{'.includes(char)) depth += 1;
      else if (')]}'.includes(char)) depth -= 1;
      plain += char;
    }
  }
  return { word: { plain: plain.trim(), ...inner }, end: at };
}

function closing(text: string, from: number, mark: string): number {
  let at = from;
  while (at < text.length && text[at] !== mark) at += text[at] === '\\' ? 2 : 1;
  return at;
}

const LETTERS: { readonly [letter: string]: string } = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

/** The name that strace wrote: escaped as in C, in UTF-8. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/\\([0-7]{1,3}|x[0-9a-f]{2}|.)/g, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (LETTERS[code] ?? code);
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
