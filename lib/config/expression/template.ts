import { isProblem, parseExpression } from './parser.ts';
import type { Expression, ExpressionProblem } from './syntax.ts';

/** In one text: what is more was generated, and belongs into a file of its own. */
const MOST_EXPRESSIONS = 1000;

/** A string split at its expressions. */
type Piece = string | { readonly nth: number; readonly text: string; readonly length: number; readonly expression: Expression };

interface Template {
  readonly pieces: readonly Piece[];
}

interface TemplateProblem extends ExpressionProblem {
  readonly nth: number;
}

/** Splits a string that holds `${{`; gives all expressions that cannot be read. */
export function parseTemplate(text: string): Template | { readonly problems: readonly TemplateProblem[] } {
  const pieces: Piece[] = [];
  const problems: TemplateProblem[] = [];
  let at = 0;
  for (let nth = 0; ; nth++) {
    const open = text.indexOf('${{', at);
    if (open < 0) break;
    if (nth === MOST_EXPRESSIONS) {
      problems.push({ nth, code: 'expression-syntax', message: `a text has at most ${MOST_EXPRESSIONS} expressions`, from: -3, to: 0 });
      return { problems };
    }
    if (open > at) pieces.push(text.slice(at, open));
    const close = closing(text, open + 3);
    if (close < 0) {
      const hint = 'An expression ends with }}. In unquoted YAML ` #` starts a comment: quote the whole value.';
      problems.push({ nth, code: 'expression-syntax', message: 'the expression is not closed', hint, from: -3, to: 0 });
      return { problems };
    }
    const inner = text.slice(open + 3, close);
    const expression = parseExpression(inner);
    if (isProblem(expression)) problems.push({ nth, ...expression });
    else pieces.push({ nth, text: inner.trim(), length: inner.length, expression });
    at = close + 2;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return problems.length > 0 ? { problems } : { pieces };
}

/** Where the next `}}` outside of strings is, or -1. */
function closing(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote !== '') {
      if (c === '\\' && quote === '"') i += 1;
      else if (c === quote) quote = '';
    } else if (c === "'" || c === '"') quote = c;
    else if (c === '}' && text[i + 1] === '}') return i;
  }
  return text.indexOf('}}', from);
}
