import type { Span } from '../base/span.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { Document, Path } from './parsed.ts';

/** A value's place in a document. */
export interface Origin {
  readonly document: Document;
  readonly path: Path;
}

/** Where a diagnostic points: a value, its key, or a stretch inside one of its expressions. */
export interface At extends Origin {
  readonly part?: 'key';
  readonly within?: { readonly nth: number; readonly from: number; readonly to: number };
}

/** More than this nobody mends before reading anew; a hostile file could have a million. */
export const MOST_DIAGNOSTICS = 200;
/** Finding what was meant compares with everything that is known. */
const MOST_SEARCHED = 20;

/** What to do about it. A function where finding that out costs something: it is called for what is shown, and not too often. */
type Hint = string | undefined | (() => string | undefined);

/** What the expressions, globs and variables of a project may come to, in characters. */
const MOST_TEXT = 16 * 1024 * 1024;

/** Collects all that is wrong, so that a user hears of everything at once. */
export interface Report {
  readonly diagnostics: Diagnostic[];
  add(code: DiagnosticCode, message: string, at?: At, hint?: Hint): void;
  /**
   * Asked before work that a small file can make large: so many characters are read or made. False: the file has used up what it may, which is
   * much more than people write.
   */
  spend(characters: number): boolean;
  /** Nothing more will be told: what is read only to find more that is wrong need not be read. */
  isFull(): boolean;
}

export function newReport(): Report {
  const diagnostics: Diagnostic[] = [];
  let searched = 0;
  let left = MOST_TEXT;
  let toldTooMuch = false;
  return {
    diagnostics,
    spend(characters) {
      left -= characters;
      return left >= 0;
    },
    isFull: () => diagnostics.length >= MOST_DIAGNOSTICS,
    add(code, message, at, lazyHint) {
      if (diagnostics.length >= MOST_DIAGNOSTICS) return;
      // Whatever comes after finds nothing left as well.
      if (code === 'file-too-large' && left < 0) {
        if (toldTooMuch) return;
        toldTooMuch = true;
      }
      if (typeof lazyHint === 'function') searched += 1;
      const hint = typeof lazyHint !== 'function' ? lazyHint : searched > MOST_SEARCHED ? undefined : lazyHint();
      const span = at === undefined ? undefined : spanOf(at);
      diagnostics.push({
        severity: 'error',
        code,
        message,
        ...(span === undefined ? {} : { span }),
        ...(hint === undefined ? {} : { hint }),
      });
    },
  };
}

function spanOf({ document, path, part, within }: At): Span | undefined {
  const inside = within === undefined ? undefined : document.spanWithin(path, within.nth, within.from, within.to);
  return inside ?? document.spanOf(path, part);
}

/** Where to look for a value below `origin`. */
export function below(origin: Origin, ...path: Path): Origin {
  return { document: origin.document, path: [...origin.path, ...path] };
}

/** By file and place, each once: the order in which a reader mends them. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ span, code, message }: Diagnostic): string =>
    JSON.stringify([span?.file ?? '', span?.start.line ?? 0, span?.start.column ?? 0, code, message]);
  const unique = new Map(diagnostics.map((diagnostic) => [key(diagnostic), diagnostic]));
  return [...unique.values()].sort(
    (a, b) =>
      compare(a.span?.file ?? '', b.span?.file ?? '') ||
      (a.span?.start.line ?? 0) - (b.span?.start.line ?? 0) ||
      (a.span?.start.column ?? 0) - (b.span?.start.column ?? 0),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
