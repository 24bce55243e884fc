import type { Scalar } from '../../model/value.ts';

/** A parsed expression. `from` and `to` are offsets in its text, for messages. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: null | Scalar; readonly from: number; readonly to: number }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly from: number; readonly to: number }
  | { readonly kind: 'name'; readonly path: readonly string[]; readonly from: number; readonly to: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly from: number; readonly to: number }
  | { readonly kind: 'not'; readonly of: Expression; readonly from: number; readonly to: number }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
      readonly from: number;
      readonly to: number;
    };

export type Operator = '==' | '!=' | '&&' | '||' | 'in';

/** What operators mean, the weakest first; `!` binds more than all of them. For the reference. */
export const OPERATORS: { readonly [operator in Operator | '!']: string } = {
  '||': 'Either is true. The right one is not looked at if the left one is.',
  '&&': 'Both are true. The right one is not looked at if the left one is not.',
  '==': 'Equal. Text is never equal to a number: that is refused, not false. `null` can be compared with anything.',
  '!=': 'Not equal.',
  in: 'The left one is an item of the list on the right.',
  '!': 'Not. Takes true or false and nothing else.',
};

/** What is wrong with an expression, and where in its text. */
export interface ExpressionProblem {
  readonly code:
    | 'expression-syntax'
    | 'unsafe-expression'
    | 'expression-type'
    | 'expression-name'
    | 'unknown-output'
    | 'output-not-needed'
    | 'output-too-late'
    | 'file-too-large';
  readonly message: string;
  /** A function where it is found only by comparing with all that is known. */
  readonly hint?: string | (() => string | undefined);
  readonly from: number;
  readonly to: number;
}

export interface Token {
  readonly kind: 'string' | 'number' | 'word' | 'mark' | 'end';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}
