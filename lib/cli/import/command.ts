import type { Piece, Variable } from './makefile.ts';
import { Quotes } from './quotes.ts';

/** What a variable is in shell text: a variable of the shell, or what it consists of. */
export type Standing = { readonly name: string } | { readonly content: readonly Piece[] };

/** A command line as shell text, and what it consists of. */
export interface Command {
  readonly text: string;
  readonly quotes: Quotes;
  /** Variables of make that stand where the shell would not look for one. */
  readonly refused: readonly Variable[];
}

/** What begins an expression of a Sandboxfile. */
const EXPRESSION = '${{';

/**
 * Shell text of a command line. make pastes the values of variables into it; here the shell puts them in: outside of quotes it splits them into
 * words as it would have split the pasted text, within single quotes these are closed for the variable and opened again.
 */
export function commandOf(pieces: readonly Piece[], standing: (variable: Variable) => Standing, quotes: Quotes = new Quotes()): Command {
  const refused: Variable[] = [];
  let text = '';
  const put = (name: string, next: Piece | undefined): void => {
    const longer = typeof next === 'string' && /^[\w[]/.test(next);
    const reference = longer ? `\${${name}}` : `$${name}`;
    text += quotes.where === 'single' ? `'"${reference}"'` : reference;
    quotes.names.add(name);
    quotes.takeWord();
  };
  const take = (all: readonly Piece[], behind?: Piece): void => {
    for (const [i, piece] of all.entries()) {
      const next = all[i + 1] ?? behind;
      if (typeof piece === 'string') {
        const parts = piece.split(EXPRESSION);
        for (const [nth, part] of parts.entries()) {
          // Between the dollar and the brace the quotes are closed and opened: the shell reads the same, and sbx no expression.
          if (nth > 0 && quotes.where === 'single') text += "''";
          const whole = `${nth > 0 ? '{{' : ''}${part}${nth < parts.length - 1 ? '$' : ''}`;
          text += whole;
          quotes.take(whole);
        }
      } else if (piece.is === 'shell') {
        const inner = commandOf(piece.command, standing);
        refused.push(...inner.refused);
        for (const name of inner.quotes.names) quotes.names.add(name);
        if (inner.quotes.hasDocument) quotes.hasDocument = true;
        text += quotes.where === 'single' ? `'"$(${inner.text})"'` : `$(${inner.text})`;
        quotes.takeWord();
      } else if (piece.is === 'environment') {
        put(piece.name === 'PWD' ? 'CURDIR' : piece.name, next);
      } else {
        const stands = standing(piece.variable);
        if ('content' in stands) take(stands.content, next);
        else if (!quotes.holds) put(stands.name, next);
        else {
          refused.push(piece.variable);
          quotes.takeWord();
        }
      }
    }
  };
  take(pieces);
  return { text, quotes, refused };
}
