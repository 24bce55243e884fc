import { type Alias, Composer, type CST, isAlias, isMap, isScalar, isSeq, Lexer, type Node, type Pair, Parser } from 'yaml';
import type { Plain, PlainMap } from '../base/plain.ts';
import type { Span } from '../base/span.ts';
import type { Checked, Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import { type Branches, locatorOf } from './locate.ts';
import { BARE, type Document, type Path } from './parsed.ts';
import { MOST_DIAGNOSTICS } from './report.ts';
import { ambiguityOf } from './scalars.ts';
import { decodeText, type Lines, linesOf } from './text.ts';
import { covered, firstCut, openQuote, tagsOf } from './tokens.ts';
import { yamlWords } from './yaml-words.ts';

// The only importer of yaml; loaded only for a file that is not in the cache. Everything is bounded before the library sees it whole.

const MAX_DEPTH = 64;
const MAX_LEXEMES = 200_000;
/** Values after aliases were followed. */
const MAX_VALUES = 100_000;
const MAX_ERRORS = 5;

/** Reads the bytes of a file as one YAML 1.2 document with a map at its top. */
export function parseDocument(file: string, bytes: Uint8Array): Checked<Document> {
  const decoded = decodeText(file, bytes);
  if ('diagnostic' in decoded) return { diagnostics: [decoded.diagnostic] };
  return new DocumentReader(file, decoded.text).read();
}

/** The reading of one text; it lives as long as its document, for the spans. */
class DocumentReader {
  private readonly file: string;
  private readonly text: string;
  private readonly lines: Lines;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly anchors = new Map<string, { readonly value: Plain; readonly size: number } | undefined>();
  private values = 0;

  constructor(file: string, text: string) {
    [this.file, this.text, this.lines] = [file, text, linesOf(text)];
  }

  read(): Checked<Document> {
    const tokens = this.uncut();
    if (tokens === undefined || !this.acceptable(tokens)) return { diagnostics: this.diagnostics };
    const [yaml] = [...new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, strict: true }).compose(tokens)];
    for (const { code, message, pos } of (yaml?.errors ?? []).slice(0, MAX_ERRORS)) {
      const words = yamlWords(code, message);
      const quote = code === 'MISSING_CHAR' ? openQuote(tokens, pos[0]) : undefined;
      this.add('yaml-syntax', words.message, quote ?? pos[0], quote === undefined ? pos[1] : this.text.length, words.hint);
    }
    if (this.diagnostics.length > 0) return { diagnostics: this.diagnostics };
    const top = yaml?.contents ?? null;
    if (!isMap(top)) {
      const [start, end] = top?.range ?? [0, 0];
      this.add('wrong-type', 'a Sandboxfile is a map', start, end, 'Start with `version: 1`.');
      return { diagnostics: this.diagnostics };
    }
    const root = this.plain(top, []) as PlainMap;
    // What an alias without its value stands for is not known: nothing true could be said of it.
    if (this.diagnostics.some(({ code }) => code === 'yaml-alias')) return { diagnostics: this.diagnostics };
    return { value: this.document(root, top), diagnostics: this.diagnostics };
  }

  /** The tokens, if no expression is cut. All that are cut are reported: each is covered, so that the next can be seen. */
  private uncut(): CST.Token[] | undefined {
    const tokens = this.tokens(this.text);
    if (tokens === undefined || !this.text.includes('${{')) return tokens;
    const most = this.text.length > 20_000 ? 1 : MAX_ERRORS; // not read again for each of thousands
    let [text, seen]: [string, CST.Token[] | undefined] = [this.text, tokens];
    for (let cut = firstCut(tokens, text); cut !== undefined && this.diagnostics.length < most; cut = seen && firstCut(seen, text)) {
      const hint = `Quote the whole value: ${cut.whole.includes('"') ? `'${cut.whole.replaceAll("'", "''")}'` : `"${cut.whole}"`}.`;
      this.add('cut-expression', 'YAML cuts an unquoted expression inside [] or {}', cut.from, cut.to, hint);
      text = covered(text, cut);
      seen = this.tokens(text);
    }
    return this.diagnostics.length > 0 ? undefined : tokens;
  }

  /** Lexed and parsed step by step, so that depth and number are bounded before anything recursive or slow happens. */
  private tokens(text: string): CST.Token[] | undefined {
    const parser = new Parser();
    const tokens: CST.Token[] = [];
    let count = 0;
    for (const lexeme of new Lexer().lex(text)) {
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
    for (const { offset, source } of this.text.includes('!') ? tagsOf(tokens) : []) {
      const hint = 'Leave it out: the schema decides what a value is.';
      this.add('yaml-tag', `the tag ${source} cannot stand here`, offset, offset + source.length, hint);
    }
    return this.diagnostics.length === 0;
  }

  private plain(node: Node | null, path: Path): Plain {
    const before = this.values;
    this.values += sizeOf(node);
    if (this.values > MAX_VALUES) {
      const [start, end] = node?.range ?? [0, 0];
      // What an alias repeats too often is told at the alias.
      if (before <= MAX_VALUES)
        this.add('file-too-large', `the file has more than ${MAX_VALUES} values`, start, end, 'Use a recipe with parameters.');
      return null;
    }
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
      if (unclear && value === null) return node.source ?? ''; // so that no place says that it lacks a value
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
      const message = open ? `*${node.source} stands inside what it repeats` : `no &${node.source} before this`;
      const hint = open ? undefined : `If it is a text or a glob, quote it: "*${node.source}".`;
      this.add('yaml-alias', message, start, end, hint);
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
    const locate = locatorOf(top, BRANCHES);
    return {
      file: this.file,
      root,
      spanOf: (path, part) => {
        const found = locate(path);
        const node = part === 'key' ? (found.key ?? found.node) : (found.node ?? found.key);
        return node?.range ? this.span(node.range[0], Math.max(node.range[1], node.range[0] + 1)) : undefined;
      },
      spanWithin: (path, nth, from, to) => {
        const { node, depth } = locate(path);
        if (depth < path.length || !node?.range) return undefined;
        if (nth === BARE) return this.bareSpan(node, from, to);
        let at = node.range[0] - 3;
        for (let i = 0; i <= nth; i++) {
          at = this.text.indexOf('${{', at + 3);
          if (at < 0 || at >= node.range[1]) return undefined;
        }
        return this.span(at + 3 + from, Math.max(at + 3 + to, at + 4 + from));
      },
    };
  }

  /** Of a string on one line, quoted or not. */
  private bareSpan(node: Node, from: number, to: number): Span | undefined {
    const [start, end] = node.range ?? [0, 0];
    if (!isScalar(node) || node.type?.startsWith('BLOCK')) return undefined;
    const at = start + (node.type === 'PLAIN' ? 0 : 1);
    return this.span(at + Math.max(0, from), Math.min(end, Math.max(at + to, at + 1 + from)));
  }

  private span(start: number, end: number): Span {
    return { file: this.file, start: this.lines.at(start), end: this.lines.at(Math.min(end, this.text.length)) };
  }

  private add(code: DiagnosticCode, message: string, start: number, end: number, hint?: string): void {
    if (this.diagnostics.length >= MOST_DIAGNOSTICS) return;
    const span = this.span(start, Math.max(end, start + 1));
    this.diagnostics.push({ severity: 'error', code, message, span, ...(hint === undefined ? {} : { hint }) });
  }
}

/** What a value counts: a long text is worked on wherever an alias repeats it. */
function sizeOf(node: Node | null): number {
  return 1 + (isScalar(node) && typeof node.value === 'string' ? node.value.length >> 6 : 0);
}

const BRANCHES: Branches<Node> = {
  members: (node) =>
    isMap(node)
      ? (node.items as Pair[]).flatMap(({ key, value }) =>
          isScalar(key) ? { key, names: [key.source, key.value], value: value as Node | null } : [],
        )
      : undefined,
  items: (node) => (isSeq(node) ? (node.items as Node[]) : undefined),
};
