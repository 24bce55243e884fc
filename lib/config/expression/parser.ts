import { tokensOf, unquote } from './lexer.ts';
import type { Expression, ExpressionProblem, Operator, Token } from './syntax.ts';

const MAX_DEPTH = 32;

/** Weakest first. */
const LEVELS: readonly (readonly Operator[])[] = [['||'], ['&&'], ['==', '!=', 'in']];

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

type Parsed = Expression | ExpressionProblem;

export function isProblem(parsed: Parsed): parsed is ExpressionProblem {
  return 'code' in parsed;
}

/** Reads the text between `${{` and `}}`. */
export function parseExpression(text: string): Parsed {
  const tokens = tokensOf(text);
  if ('code' in tokens) return tokens;
  if (tokens.length === 1) return { code: 'expression-syntax', message: 'the expression is empty', from: -3, to: text.length + 2 };
  const cursor: Cursor = { tokens, at: 0, depth: 0 };
  const expression = binary(cursor, 0);
  if (isProblem(expression)) return expression;
  const rest = peek(cursor);
  return rest.kind === 'end' ? expression : unexpected(rest, 'An operator is missing before it.');
}

function binary(cursor: Cursor, level: number): Parsed {
  const operators = LEVELS[level];
  if (operators === undefined) return unary(cursor);
  let left = binary(cursor, level + 1);
  for (;;) {
    if (isProblem(left)) return left;
    const operator = operators.find((one) => one === peek(cursor).text && peek(cursor).kind !== 'string');
    if (operator === undefined) return left;
    cursor.at += 1;
    const right = binary(cursor, level + 1);
    if (isProblem(right)) return right;
    left = { kind: 'binary', operator, left, right, from: left.from, to: right.to };
  }
}

function unary(cursor: Cursor): Parsed {
  const token = peek(cursor);
  if (++cursor.depth > MAX_DEPTH) {
    return { code: 'expression-syntax', message: `an expression nests at most ${MAX_DEPTH} deep`, from: token.from, to: token.to };
  }
  const parsed = token.kind === 'mark' && token.text === '!' ? negation(cursor) : primary(cursor);
  cursor.depth -= 1;
  return parsed;
}

function negation(cursor: Cursor): Parsed {
  const { from } = next(cursor);
  const of = unary(cursor);
  return isProblem(of) ? of : { kind: 'not', of, from, to: of.to };
}

function primary(cursor: Cursor): Parsed {
  const token = next(cursor);
  const { from, to, text } = token;
  switch (token.kind) {
    case 'string':
      return { kind: 'literal', value: unquote(text), from, to };
    case 'number':
      return { kind: 'literal', value: Number(text), from, to };
    case 'word':
      if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', from, to };
      if (text === 'null') return { kind: 'literal', value: null, from, to };
      return isMark(cursor, '(') ? call(cursor, token) : name(cursor, token);
    case 'mark':
      if (text === '(') return parenthesised(cursor);
      if (text === '[') {
        const items = sequence(cursor, ']');
        return 'code' in items ? items : { kind: 'list', items: items.items, from, to: items.to };
      }
      return unexpected(token);
    case 'end':
      return unexpected(token);
  }
}

function parenthesised(cursor: Cursor): Parsed {
  const inner = binary(cursor, 0);
  if (isProblem(inner)) return inner;
  const close = next(cursor);
  return close.text === ')' && close.kind === 'mark' ? inner : unexpected(close, '`)` is missing.');
}

function call(cursor: Cursor, word: Token): Parsed {
  cursor.at += 1;
  const args = sequence(cursor, ')');
  return 'code' in args ? args : { kind: 'call', name: word.text, args: args.items, from: word.from, to: args.to };
}

function name(cursor: Cursor, word: Token): Parsed {
  const path = [word.text];
  let { to } = word;
  while (isMark(cursor, '.')) {
    cursor.at += 1;
    const part = next(cursor);
    if (part.kind !== 'word') return unexpected(part, 'A name comes after `.`.');
    path.push(part.text);
    to = part.to;
  }
  return { kind: 'name', path, from: word.from, to };
}

function sequence(cursor: Cursor, close: string): { readonly items: readonly Expression[]; readonly to: number } | ExpressionProblem {
  const items: Expression[] = [];
  while (!isMark(cursor, close)) {
    if (items.length > 0) {
      const comma = next(cursor);
      if (comma.text !== ',' || comma.kind !== 'mark') return unexpected(comma, `\`,\` or \`${close}\` is missing.`);
    }
    const item = binary(cursor, 0);
    if (isProblem(item)) return item;
    items.push(item);
  }
  return { items, to: next(cursor).to };
}

function isMark(cursor: Cursor, text: string): boolean {
  return peek(cursor).kind === 'mark' && peek(cursor).text === text;
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] as Token;
}

/** The end mark is never passed. */
function next(cursor: Cursor): Token {
  const token = peek(cursor);
  if (token.kind !== 'end') cursor.at += 1;
  return token;
}

function unexpected(token: Token, hint?: string): ExpressionProblem {
  const message = token.kind === 'end' ? 'the expression ends too early' : `\`${token.text}\` is not expected here`;
  return {
    code: 'expression-syntax',
    message,
    from: token.from,
    to: Math.max(token.to, token.from + 1),
    ...(hint === undefined ? {} : { hint }),
  };
}
