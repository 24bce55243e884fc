/** What a process of the crew can be asked to do. All of it travels as JSON. */
export type Job =
  | { readonly do: 'sbx'; readonly args: readonly string[]; readonly cwd: string; readonly home: string; readonly env?: Environment }
  | ({ readonly do: 'write' | 'read' } & StoreJob)
  | { readonly do: 'collect'; readonly store: string; readonly bounds: 'none' | 'usual' }
  | { readonly do: 'flip'; readonly path: string; readonly texts: readonly [string, string]; readonly how: How }
  | { readonly do: 'tick'; readonly rounds: number; readonly ahead: number };

type Environment = { readonly [name: string]: string };

export interface StoreJob {
  readonly store: string;
  /** A folder of its own. */
  readonly scratch: string;
  /** Of the one who writes. */
  readonly writer: number;
  /** How many contents there are under the one key. */
  readonly writers: number;
}

/** How a file gets other content of the same size: in place, by rename, or in place with its old mtime set again. */
export type How = 'in place' | 'renamed' | 'same mtime';

export interface Answer {
  /** Exit code of an sbx; how often a loop went round. */
  readonly code: number;
  readonly said: string;
  /** Whatever was counted. */
  readonly counts: { readonly [name: string]: number };
  /** What must never be. */
  readonly wrong: readonly string[];
}

/** A loop that is asked to end from outside. */
export interface Turns {
  /** False: end. Lets messages in. */
  next(): Promise<boolean>;
}
