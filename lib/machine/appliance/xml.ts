import { err, ok, type Result } from '../../base/result.ts';

/**
 * The part of XML that descriptions of machines are written in: elements, attributes, text, comments, CDATA, the five named references and
 * numeric ones, namespaces. No document type and so no entities, no processing instructions; whatever is not that is refused. Its work is
 * linear in the text, which the caller bounds.
 */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** The namespace that its prefix means; empty: none. */
  readonly space: string;
  /** By name without prefix: what descriptions use has one meaning in any namespace. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children, trimmed. */
  readonly text: string;
}

const DEPTH = 32;
const ELEMENTS = 10_000;
const SPACES = 64;
const NAME = '[A-Za-z_][A-Za-z0-9_.-]*';
const START = new RegExp(`<(?:(${NAME}):)?(${NAME})((?:\\s+(?:${NAME}:)?${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y');
const ATTRIBUTE = new RegExp(`((?:${NAME}:)?${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const END = new RegExp(`</((?:${NAME}:)?${NAME})\\s*>`, 'y');
const TEXT = /[^<]+/y;
const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

interface Open extends XmlElement {
  readonly children: XmlElement[];
  text: string;
  /** As it is written, to be closed so. */
  readonly written: string;
  readonly spaces: ReadonlyMap<string, string>;
}

/** The root element, or why the text is not taken. */
export function parseXml(source: string): Result<XmlElement, string> {
  let at = /^\uFEFF?(?:<\?xml\s[^?<>]*\?>)?/.exec(source)?.[0].length ?? 0;
  let root: Open | undefined;
  let elements = 0;
  const open: Open[] = [];
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at += found[0].length;
    return found ?? undefined;
  };
  while (at < source.length) {
    const inner = open.at(-1);
    const block = BLOCKS.find(({ begin }) => source.startsWith(begin, at));
    if (block !== undefined) {
      const end = source.indexOf(block.end, at + block.begin.length);
      if (end < 0) return err(`${block.begin} without ${block.end}`);
      if (block.isText) {
        if (inner === undefined) return err('text outside of the root element');
        inner.text += source.slice(at + block.begin.length, end);
      }
      at = end + block.end.length;
      continue;
    }
    const text = take(TEXT)?.[0];
    if (text !== undefined) {
      const plain = resolved(text);
      if (!plain.ok) return plain;
      if (inner !== undefined) inner.text += plain.value;
      else if (plain.value.trim() !== '') return err('text outside of the root element');
      continue;
    }
    const end = take(END)?.[1];
    if (end !== undefined) {
      if (inner?.written !== end) return err(`</${end}> closes nothing`);
      inner.text = inner.text.trim();
      open.pop();
      continue;
    }
    const start = take(START);
    if (start === undefined) return err(`this is not taken: ${JSON.stringify(source.slice(at, at + 24))}`);
    if (root !== undefined && inner === undefined) return err('more than one root element');
    elements += 1;
    if (elements > ELEMENTS) return err(`more than ${ELEMENTS} elements`);
    if (open.length >= DEPTH) return err(`deeper than ${DEPTH} elements`);
    const element = elementOf(start, inner?.spaces ?? new Map());
    if (!element.ok) return element;
    root ??= element.value;
    inner?.children.push(element.value);
    if (start[4] === '') open.push(element.value);
  }
  if (root === undefined) return err('it is empty');
  return open.length === 0 ? ok(root) : err(`<${open.at(-1)?.written}> is not closed`);
}

const BLOCKS = [
  { begin: '<!--', end: '-->', isText: false },
  { begin: '<![CDATA[', end: ']]>', isText: true },
] as const;

function elementOf([, prefix, name = '', written = '']: RegExpExecArray, outer: ReadonlyMap<string, string>): Result<Open, string> {
  const attributes = new Map<string, string>();
  let spaces = outer;
  for (const [, key = '', double, single] of written.matchAll(ATTRIBUTE)) {
    const value = resolved(double ?? single ?? '');
    if (!value.ok) return value;
    if (key === 'xmlns' || key.startsWith('xmlns:')) {
      spaces = new Map(spaces).set(key.slice(6), value.value);
      if (spaces.size > SPACES) return err(`more than ${SPACES} namespaces`);
      continue;
    }
    const bare = key.slice(key.indexOf(':') + 1);
    if (attributes.has(bare)) return err(`<${name}> has ${bare} twice`);
    attributes.set(bare, value.value);
  }
  const space = spaces.get(prefix ?? '');
  if (prefix !== undefined && space === undefined) return err(`nothing says what ${prefix}: means`);
  return ok({ name, space: space ?? '', attributes, children: [], text: '', written: prefix ? `${prefix}:${name}` : name, spaces });
}

function resolved(text: string): Result<string, string> {
  if (!text.includes('&')) return ok(text);
  let unknown: string | undefined;
  const plain = text.replace(/&(#x[0-9a-fA-F]{1,6};|#[0-9]{1,7};|[A-Za-z]+;|)/g, (_, name: string) => {
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : name.startsWith('#') ? Number.parseInt(name.slice(1), 10) : 0;
    const is = code >= 32 && code <= 0x10ffff ? String.fromCodePoint(code) : NAMED.get(name.slice(0, -1));
    if (is === undefined) unknown ??= `&${name}`;
    return is ?? '';
  });
  return unknown === undefined ? ok(plain) : err(`the reference ${JSON.stringify(unknown)} is not taken`);
}
