/** A value that a command refers to by name: the shell never parses the value itself. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** The expression that gave the value, for messages. */
  readonly of?: string;
}

/**
 * What a step runs. Values from expressions are never pasted into shell text: they are `variables`, set before the text runs,
 * and the text refers to them, so that each stays one word whatever it contains.
 */
export type Script =
  | { readonly shell: 'sh' | 'bash'; readonly text: string; readonly variables: readonly Variable[]; readonly source: string }
  | { readonly shell: 'argv'; readonly words: readonly string[]; readonly source: string };
// `source` is the command as the user wrote it: for titles and messages, never executed.

/** The variables of a script by the expressions that gave their values, as the user knows them. */
export function expressionsOf(script: Script | undefined): ReadonlyMap<string, string> {
  const variables = script === undefined || script.shell === 'argv' ? [] : script.variables;
  return new Map(variables.map(({ name, of }) => [name, of ?? name]));
}
