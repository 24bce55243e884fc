import type { Result } from '../base/result.ts';
import type { Exit } from './exit.ts';
import type { Failure } from './failure.ts';
import type { Pairs } from './value.ts';

/** The file operations that sbx uses: node:fs itself in production, a recording or crashing wrapper in tests. Synchronous: measured 3x faster than promises. */
export type Files = Pick<
  typeof import('node:fs'),
  | 'lstatSync'
  | 'statSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'readlinkSync'
  | 'realpathSync'
  | 'existsSync'
  | 'openSync'
  | 'closeSync'
  | 'readSync'
  | 'writeSync'
  | 'fsyncSync'
  | 'fstatSync'
  | 'writeFileSync'
  | 'copyFileSync'
  | 'mkdirSync'
  | 'mkdtempSync'
  | 'renameSync'
  | 'linkSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'rmdirSync'
  | 'rmSync'
  | 'chmodSync'
  | 'utimesSync'
  | 'futimesSync'
>;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A child of this computer in its own process group. */
export interface LocalCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: Pairs;
  /** Sent whole, then closed; absent: the empty input. */
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Joined to the terminal of sbx: all three streams inherited, in the group that the terminal's keys go to. */
  readonly terminal?: true;
  /** The command joins both streams into stdout by itself: nothing is read of stderr, which saves a pipe. */
  readonly joined?: true;
  /** Milliseconds between TERM and KILL. */
  readonly killGrace: number;
}

export interface LocalStreams {
  readonly signal: AbortSignal;
  /** Aborting it after `signal` cuts the grace short: KILL now. */
  readonly hurry?: AbortSignal | undefined;
  readonly stdout: (chunk: Uint8Array) => void;
  readonly stderr: (chunk: Uint8Array) => void;
}

/**
 * Runs a child; aborting ends its whole process tree (TERM, killGrace, KILL, and by its tag SBX_ATTEMPT what left the group) before the
 * promise settles with how the child ended. A child that was tagged is ended too when sbx itself is killed.
 */
export type Spawn = (command: LocalCommand, streams: LocalStreams) => Promise<Result<Exit, Failure>>;

/** The bundle of effects. lib/cli makes the real one. */
export interface Io {
  readonly files: Files;
  readonly clock: Clock;
  readonly spawn: Spawn;
  /** 16 random bytes in hexadecimal. */
  readonly nonce: () => string;
  /** The environment sbx was started with. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Folders that sbx may use, absolute. */
export interface Folders {
  /** $XDG_CACHE_HOME/sbx: the store. */
  readonly cache: string;
  /** $XDG_STATE_HOME/sbx: journals of owned things, trusted host keys, machine id. */
  readonly state: string;
  /** <project>/.sbx: records of the last runs, memo, receipts, journals. It ignores itself for git. */
  readonly project: string;
}
