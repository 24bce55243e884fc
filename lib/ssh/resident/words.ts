import type { TreeQuestion, TreeStatus } from '../../io/tree-watches.ts';
import type { Failure } from '../../model/failure.ts';
import type { Pairs } from '../../model/value.ts';
import type { Pty } from '../link.ts';
import type { Route } from '../route.ts';

// What is said on the socket of the resident agent. One connection is one question; the first piece of each side is JSON.

/** A route that can be sent: nobody can be asked for a passphrase on it. */
export type LentRoute = Omit<Route, 'ask' | 'note'>;

export type Question =
  /** `env`: the variables that say how a host is reached. */
  | { readonly ask: 'link'; readonly route: LentRoute; readonly env: Pairs }
  /** `channel` is the name under which it is told to end, over the connection that the link was lent over: its own may be full of input that nobody reads. */
  | { readonly ask: 'exec'; readonly link: string; readonly channel: string; readonly command: string; readonly pty?: Pty }
  | { readonly ask: 'forward'; readonly link: string; readonly host: string; readonly port: number }
  | ({ readonly ask: 'tree' } & TreeQuestion)
  | { readonly ask: 'status' }
  | { readonly ask: 'stop' };

export type Answer =
  /** `link` names it in later questions, as long as this connection lasts. */
  | { readonly is: 'lent'; readonly link: string; readonly label: string }
  /** There is no link that could be lent now, nothing is known of that tree; by the next question there may be. */
  | { readonly is: 'none' }
  /** Of the files of that memo, those that may not be as it has them. */
  | { readonly is: 'tree'; readonly except: readonly string[] }
  | { readonly is: 'open' }
  | { readonly is: 'failed'; readonly failure: Failure }
  | { readonly is: 'status'; readonly status: ResidentStatus };

export interface ResidentStatus {
  readonly pid: number;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds after which it leaves when nobody asks it for anything. */
  readonly idle: number;
  readonly links: readonly LinkStatus[];
  /** Projects whose files it watches. */
  readonly trees: readonly TreeStatus[];
}

export interface LinkStatus {
  readonly target: string;
  readonly state: 'connecting' | 'ready' | 'lent';
  /** Milliseconds since 1970, of its last use. */
  readonly used: number;
}

/** The letters of the pieces after the first one. */
export const LETTER = {
  question: 'q',
  answer: 'a',
  /** To the command. */
  input: 'i',
  inputEnd: 'z',
  /** JSON: rows and columns. */
  resize: 'w',
  /** From the command. */
  output: 'o',
  errors: 'e',
  /** JSON: its exit, or null. */
  exit: 'x',
  /** Of a link: whoever uses it asks whether the agent is there, which says the same. */
  alive: 'l',
  /** Of a link. JSON: why it was lost. */
  lost: 'f',
  /** Of a link, the name of a channel: its command is asked to end. */
  terminate: 't',
  /** Of a link, the name of a channel: nothing more is wanted of it. */
  close: 'c',
} as const;

/** The object that a piece says; undefined: whoever sent it speaks otherwise. */
export function objectIn<T extends object>(bytes: Buffer): T | undefined {
  try {
    const said: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof said === 'object' && said !== null ? (said as T) : undefined;
  } catch {
    return undefined;
  }
}

/** The variables that say how a host is reached, and who does it. */
export const REACH_VARIABLES: readonly string[] = [
  'HOME',
  'PATH',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'SSH_SK_PROVIDER',
  'SBX_SSH',
  'SBX_SSH_CONFIG',
];
