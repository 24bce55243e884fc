// What can be seen in the tokens of a YAML text, before it is put together. Knows the form of tokens, not the library that makes them.

interface Token {
  readonly type?: string;
  readonly offset?: number;
  readonly source?: string;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Every token with all that is in it, in no order. Not recursive: nothing has bounded their depth yet. */
function* everyToken(tokens: readonly object[]): Generator<Required<Omit<Token, 'type'>> & Token> {
  const rest: object[] = [...tokens];
  for (let token: Token | undefined = rest.pop(); token !== undefined; token = rest.pop()) {
    const { type, offset = 0, source = '' } = token;
    if (type !== undefined) yield { type, offset, source };
    for (const part of Object.values(token)) if (typeof part === 'object' && part !== null) rest.push(part);
  }
}

export function tagsOf(tokens: readonly object[]): readonly { readonly offset: number; readonly source: string }[] {
  return [...everyToken(tokens)].filter(({ type }) => type === 'tag');
}

/** An expression that a flow collection cuts: `[${{ x }}]` is `$` and a map in a map. `whole` is the value as it was meant. */
interface CutExpression extends Stretch {
  readonly whole: string;
}

/** The first one of the text. What comes behind it is not read as it was meant. */
export function firstCut(tokens: readonly object[], text: string): CutExpression | undefined {
  let first: CutExpression | undefined;
  for (const { type, offset, source } of everyToken(tokens)) {
    const end = offset + source.length;
    if (type !== 'scalar' || !source.endsWith('$') || !text.startsWith('{{', end) || (first && first.from < end)) continue;
    const close = text.indexOf('}}', end);
    const to = close < 0 ? end + 2 : close + 2;
    const rest = /^(?:\$\{\{.*?\}\}|[^,[\]{}\n#])*/.exec(text.slice(to))?.[0] ?? '';
    first = { from: end - 1, to, whole: text.slice(offset, to) + rest.trimEnd() };
  }
  return first;
}

/** The same text where the stretch is a word, so that the rest can be read. No offset changes. */
export function covered(text: string, { from, to }: Stretch): string {
  return text.slice(0, from) + text.slice(from, to).replace(/[^\n]/g, '_') + text.slice(to);
}

/** Where the quoted text begins that is not closed before `end`. */
export function openQuote(tokens: readonly object[], end: number): number | undefined {
  for (const { type, offset, source } of everyToken(tokens)) {
    if (type?.endsWith('-quoted-scalar') && offset + source.length === end) return offset;
  }
  return undefined;
}
