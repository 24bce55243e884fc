import { type Alias, Composer, type CST, isAlias, isMap, isScalar, isSeq, Lexer, type Node, type Pair, Parser } from 'yaml';
import type { Plain, PlainMap } from '../base/plain.ts';
import type { Span } from '../base/span.ts';
import type { Checked, Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { Document, Path } from './parsed.ts';
import { ambiguityOf } from './scalars.ts';
import { decodeText, type Lines, linesOf } from './text.ts';

// The only importer of yaml; loaded only for a file that is not in the cache. Everything is bounded before the library sees it whole.

const MAX_DEPTH = 64;
const MAX_LEXEMES = 500_000;
/** Values after aliases were followed. */
const MAX_VALUES = 100_000;
const MAX_ERRORS = 5;

/** Reads the bytes of a file as one YAML 1.2 document with a map at its top. */
export function parseDocument(file: string, bytes: Uint8Array): Checked<Document> {
  const decoded = decodeText(file, bytes);
  if ('diagnostic' in decoded) return { diagnostics: [decoded.diagnostic] };
  return new Reading(file, decoded.text).read();
}

/** The reading of one text; it lives as long as its document, for the spans. */
class Reading {
  private readonly file: string;
  private readonly text: string;
  private readonly lines: Lines;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly anchors = new Map<string, { readonly value: Plain; readonly size: number } | undefined>();
  private values = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lines = linesOf(text);
  }

  read(): Checked<Document> {
    const tokens = this.tokens();
    if (tokens === undefined || !this.acceptable(tokens)) return { diagnostics: this.diagnostics };
    const [yaml] = [...new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, strict: true }).compose(tokens)];
    for (const error of (yaml?.errors ?? []).slice(0, MAX_ERRORS)) {
      const tab = error.code === 'TAB_AS_INDENT';
      this.add(
        'yaml-syntax',
        tab ? 'a tab cannot indent' : error.message,
        error.pos[0],
        error.pos[1],
        tab ? 'Indent with blanks.' : undefined,
      );
    }
    if (this.diagnostics.length > 0) return { diagnostics: this.diagnostics };
    const top = yaml?.contents ?? null;
    if (!isMap(top)) {
      const range = top?.range ?? [0, 0];
      this.add('wrong-type', 'a Sandboxfile is a map', range[0], range[1], 'Start with `version: 1`.');
      return { diagnostics: this.diagnostics };
    }
    const root = this.plain(top, []) as PlainMap;
    return { value: this.document(root, top), diagnostics: this.diagnostics };
  }

  /** Lexed and parsed step by step, so that depth and number are bounded before anything recursive or slow happens. */
  private tokens(): CST.Token[] | undefined {
    const parser = new Parser();
    const tokens: CST.Token[] = [];
    let count = 0;
    for (const lexeme of new Lexer().lex(this.text)) {
      tokens.push(...parser.next(lexeme));
      if (parser.stack.length > 2 * MAX_DEPTH) {
        this.add('file-too-deep', `nested deeper than ${MAX_DEPTH}`, parser.offset, parser.offset);
        return undefined;
      }
      if (++count > MAX_LEXEMES) {
        this.add('file-too-large', 'the file has too many parts', parser.offset, parser.offset);
        return undefined;
      }
    }
    tokens.push(...parser.end());
    return tokens;
  }

  private acceptable(tokens: readonly CST.Token[]): boolean {
    let documents = 0;
    for (const token of tokens) {
      if (token.type === 'directive') {
        const hint = 'Files are YAML 1.2, without directives.';
        this.add('yaml-directive', 'a directive cannot stand here', token.offset, token.offset + token.source.length, hint);
      }
      if (token.type === 'document' && ++documents === 2) {
        this.add('yaml-documents', 'a second document starts here', token.offset, token.offset + 3, 'A file holds one document.');
      }
    }
    if (this.text.includes('!') || this.text.includes('${{')) this.lookAt(tokens);
    return this.diagnostics.length === 0;
  }

  /** Tags, and expressions that flow collections cut into pieces. Not recursive: the tokens are not yet bounded in depth by half. */
  private lookAt(tokens: readonly CST.Token[]): void {
    const rest: object[] = [...tokens];
    for (let token = rest.pop(); token !== undefined; token = rest.pop()) {
      const { type, offset = 0, source = '' }: { readonly type?: string; readonly offset?: number; readonly source?: string } = token;
      const end = offset + source.length;
      if (type === 'tag')
        this.add('yaml-tag', `the tag ${source} cannot stand here`, offset, end, 'Leave it out: the schema decides what a value is.');
      if (type === 'scalar' && source.endsWith('$') && this.text.startsWith('{{', end)) {
        const close = this.text.indexOf('}}', end);
        const stop = close < 0 ? end + 2 : close + 2;
        const whole = this.text.slice(end - 1, stop);
        this.add('cut-expression', 'YAML cuts an unquoted expression inside [] or {}', end - 1, stop, `Quote it: "${whole}".`);
      }
      for (const part of Object.values(token)) if (typeof part === 'object' && part !== null) rest.push(part);
    }
  }

  private plain(node: Node | null, path: Path): Plain {
    const before = this.values;
    if (++this.values > MAX_VALUES) return null;
    if (path.length > MAX_DEPTH) {
      this.add('file-too-deep', `nested deeper than ${MAX_DEPTH}`, node?.range?.[0] ?? 0, node?.range?.[1] ?? 0);
      return null;
    }
    if (isAlias(node)) return this.alias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.anchors.set(anchor, undefined);
    const value = this.unaliased(node, path);
    if (anchor !== undefined) this.anchors.set(anchor, { value, size: this.values - before });
    return value;
  }

  private unaliased(node: Node | null, path: Path): Plain {
    if (isMap(node)) return this.map(node.items as readonly Pair[], path);
    if (isSeq(node)) return node.items.map((item, i) => this.plain(item as Node | null, [...path, i]));
    if (!isScalar(node)) return null;
    const value = node.value as null | boolean | number | string;
    const [start, end] = node.range ?? [0, 0];
    if (node.type === 'PLAIN') {
      const unclear = ambiguityOf(node.source ?? '', value, path);
      if (unclear) this.add('ambiguous-scalar', unclear.message, start, end, unclear.hint);
    } else if (typeof value === 'string' && /\0|\p{Surrogate}/u.test(value)) {
      this.add('bad-character', 'an escape stands for NUL or for half a character', start, end, 'No program can be given this text.');
    }
    return value;
  }

  private map(pairs: readonly Pair[], path: Path): PlainMap {
    const map = new Map<string, Plain>();
    const places = new Map<string, number>();
    for (const { key, value } of pairs) {
      const node = key as Node | null;
      const [start, end] = node?.range ?? [0, 0];
      if (!isScalar(node)) {
        this.add('wrong-type', 'a key is text', start, end, 'Collections and aliases cannot be keys.');
        continue;
      }
      const name = node.type === 'PLAIN' ? (node.source ?? '') : String(node.value);
      if (map.has(name)) {
        const first = this.lines.at(places.get(name) ?? 0).line;
        this.add('duplicate-key', `\`${name}\` is already there, in line ${first}`, start, end, 'Keep one of them.');
        continue;
      }
      places.set(name, start);
      map.set(name, this.plain(value as Node | null, [...path, name]));
    }
    return map;
  }

  private alias(node: Alias): Plain {
    const [start, end] = node.range ?? [0, 0];
    const target = this.anchors.get(node.source);
    if (target === undefined) {
      const open = this.anchors.has(node.source);
      this.add('yaml-alias', open ? `*${node.source} stands inside what it repeats` : `no &${node.source} before this`, start, end);
      return null;
    }
    const before = this.values;
    this.values += target.size;
    if (before <= MAX_VALUES && this.values > MAX_VALUES) {
      this.add('yaml-alias', `aliases make more than ${MAX_VALUES} values of this file`, start, end, 'Use a recipe with parameters.');
    }
    return this.values > MAX_VALUES ? null : target.value;
  }

  private document(root: PlainMap, top: Node): Document {
    return {
      file: this.file,
      root,
      spanOf: (path, part) => {
        const found = locate(top, path);
        const node = part === 'key' ? (found.key ?? found.node) : (found.node ?? found.key);
        return node?.range ? this.span(node.range[0], Math.max(node.range[1], node.range[0] + 1)) : undefined;
      },
      spanWithin: (path, nth, from, to) => {
        const { node, depth } = locate(top, path);
        if (depth < path.length || !node?.range) return undefined;
        let at = node.range[0] - 3;
        for (let i = 0; i <= nth; i++) {
          at = this.text.indexOf('${{', at + 3);
          if (at < 0 || at >= node.range[1]) return undefined;
        }
        return this.span(at + 3 + from, Math.max(at + 3 + to, at + 4 + from));
      },
    };
  }

  private span(start: number, end: number): Span {
    return { file: this.file, start: this.lines.at(start), end: this.lines.at(Math.min(end, this.text.length)) };
  }

  private add(code: DiagnosticCode, message: string, start: number, end: number, hint?: string): void {
    const span = this.span(start, Math.max(end, start + 1));
    this.diagnostics.push({ severity: 'error', code, message, span, ...(hint === undefined ? {} : { hint }) });
  }
}

/** The node at the path and its key, or the deepest ones above it that are there. */
function locate(top: Node, path: Path): { readonly node: Node | null; readonly key: Node | null; readonly depth: number } {
  let node: Node | null = top;
  let key: Node | null = null;
  let depth = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = (node.items as Pair[]).find(({ key }) => isScalar(key) && (key.source === part || key.value === part));
      if (pair === undefined) break;
      key = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
      key = node.items[part] as Node;
      node = node.items[part] as Node;
    } else break;
    depth += 1;
  }
  return { node: node ?? key, key, depth };
}
