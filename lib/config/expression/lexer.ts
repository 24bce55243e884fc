import type { ExpressionProblem, Token } from './syntax.ts';

/** Bounds the work and the depth of everything that follows. */
const MAX_TOKENS = 500;

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?![A-Za-z0-9_]))|([A-Za-z_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9_]))*)|(==|!=|&&|\|\||[!().,[\]]))/suy;
const KINDS = ['string', 'string', 'number', 'word', 'mark'] as const;

/** The tokens of an expression with an end mark, or what cannot be read. */
export function tokensOf(text: string): readonly Token[] | ExpressionProblem {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  let at = 0;
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return unreadable(text, at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0));
    const group = match.findIndex((part, i) => i > 0 && part !== undefined);
    const part = match[group] ?? '';
    at = pattern.lastIndex;
    tokens.push({ kind: KINDS[group - 1] ?? 'mark', text: part, from: at - part.length, to: at });
    if (tokens.length > MAX_TOKENS) {
      return { code: 'expression-syntax', message: `an expression has at most ${MAX_TOKENS} parts`, from: 0, to: text.length };
    }
  }
  return [...tokens, { kind: 'end', text: '', from: text.trimEnd().length, to: text.trimEnd().length }];
}

/** The text of a string token: '' doubles a single quote, a backslash escapes in double quotes. */
export function unquote(token: string): string {
  const inner = token.slice(1, -1);
  if (token.startsWith("'")) return inner.replaceAll("''", "'");
  return inner.replace(/\\(.)/gs, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));
}

function unreadable(text: string, at: number): ExpressionProblem {
  const c = text[at] ?? '';
  const message = c === "'" || c === '"' ? 'the string is not closed' : `\`${c}\` cannot stand in an expression`;
  const calculates = '+-*/%'.includes(c) ? 'Expressions do not calculate.' : undefined;
  const hint = calculates ?? (c === '&' ? 'And is `&&`.' : c === '|' ? 'Or is `||`.' : c === '=' ? 'Equal is `==`.' : undefined);
  return { code: 'expression-syntax', message, from: at, to: at + 1, ...(hint === undefined ? {} : { hint }) };
}
