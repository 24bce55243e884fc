import type { Duplex } from 'node:stream';
import type { Result } from '../base/result.ts';
import type { Exit } from './exit.ts';
import type { Failure } from './failure.ts';
import type { SandboxSpec } from './project.ts';
import type { Script } from './script.ts';
import type { Pairs } from './value.ts';

/** A place where steps run, not yet connected: the same port whether local, embedded, reached by SSH, or a machine that is brought up first. */
export interface Sandbox {
  readonly name: string;
  readonly kind: 'local' | 'embedded' | 'ssh' | 'machine';
  /** For messages: `build@localhost:12222`, `embedded`, `local`. */
  readonly target: string;
  /** Reaches the place; one connection serves all steps of a run. Ends within its deadlines. `note` is told what takes long, `link` what becomes of the connection afterwards. */
  connect(
    signal: AbortSignal,
    note?: (text: string) => void,
    known?: HostVerdicts,
    link?: (news: LinkNews) => void,
  ): Promise<Result<Session, Failure>>;
  /**
   * Begins to dial, for whoever connects next, until `drop` aborts: nothing runs there before he does, nobody is asked or told anything, and what goes wrong is
   * for him to say. Absent: there is more to reaching it.
   */
  ahead?(drop: AbortSignal): void;
  /** Of a place that is one of several hosts: the one that was reached, and why that one. */
  chosen?(): ReachedHost | undefined;
  /** The run that may have used it is over, and its sessions are closed: what nobody needs is given back, unless `hurry` aborts. Absent: nothing is to be done. */
  leave?(note: (text: string) => void, hurry?: AbortSignal): Promise<void>;
}

/** Why hosts could not be reached, by how they are dialled: whoever is given it asks none of them again, and adds to it. */
export type HostVerdicts = Map<string, Promise<Failure | undefined>>;

/** One of several hosts. */
export interface ChosenHost {
  readonly host: string;
  /** As one reads it after its name. */
  readonly why: string;
}

export interface ReachedHost extends ChosenHost {
  /** As `target` of a sandbox. */
  readonly target: string;
  /** What the sandbox would be with this host alone. */
  readonly spec: SandboxSpec;
  /** What is wrong with those that were asked before. */
  readonly passed: readonly Failure[];
}

/** The connection of a session was lost and is dialled anew in `delay` milliseconds, or is back after so many. */
export type LinkNews =
  | { readonly is: 'lost'; readonly failure: Failure; readonly delay: number }
  | { readonly is: 'back'; readonly ms: number };

/**
 * A connected place. Disposing closes the link; supervised work that was not ended goes on for the grace of the sandbox.
 * A link that was lost is dialled anew by whoever needs it next; what is under way then fails with `link-lost`, but for supervised work, which is taken up again.
 */
export interface Session extends AsyncDisposable, Ports {
  /** What carries the link where that is not SSH of our own, and why: a sentence without its end. */
  readonly carrier?: string;
  /**
   * Runs a short POSIX sh program of ours with binary streams: `stdin` is sent whole, `stdout` is given in chunks, stderr is collected (last 8 KiB).
   * The program and each of `args` ($1, $2, ...) arrive as written, whatever the login shell is.
   * What start-up files print is not part of `stdout`.
   */
  program(text: string, args: readonly string[], streams: ProgramStreams): Promise<Result<ProgramEnd, Failure>>;
  /** Runs a step's command supervised: its own session, ended with all it started on abort. If the link is lost it goes on for the grace, and is taken up again. */
  supervise(job: Job, streams: JobStreams): Promise<Result<Exit, Failure>>;
  /** What is kept there of supervised work; absent: nothing outlives its link. */
  readonly works?: Works;
  /** Runs a command on a terminal of the far side, joined to the user's. */
  terminal(job: Job, terminal: Terminal, signal: AbortSignal): Promise<Result<Exit, Failure>>;
}

/** Supervised work of this checkout that a far side keeps: `lost` goes on without a link, `ended` nobody has asked for yet, `gone` was killed, or the machine was rebooted. */
export interface KeptWork {
  /** What names it there, and what tells its output from all else. */
  readonly tree: string;
  readonly mark: string;
  readonly state: 'on' | 'lost' | 'ended' | 'gone';
  /** Milliseconds since 1970, by the clock there. */
  readonly since: number;
  readonly run: string;
  /** Empty: it is no step's. */
  readonly step: string;
}

export interface Works {
  list(signal: AbortSignal): Promise<Result<readonly KeptWork[], Failure>>;
  /** Gives its output from the first byte on, and how it ended, after which nothing of it is kept. Aborting ends it. */
  follow(work: KeptWork, streams: JobStreams): Promise<Result<Exit, Failure>>;
}

/** Connections to and from a place, beside what runs there. */
export interface Ports {
  /** A stream to a port that the place can reach; `signal` ends the attempt, not the stream. */
  forward(host: string, port: number, signal: AbortSignal): Promise<Result<Duplex, Failure>>;
  /** Listens on a port of 127.0.0.1 in the place until `signal` aborts, or the link is lost; `taken` is given what connects. */
  listen(port: number, taken: (stream: Duplex) => void, signal: AbortSignal): Promise<Result<Listening, Failure>>;
}

export interface Listening {
  /** Resolved when nobody listens there for us any more; why, unless that was wanted. */
  readonly ended: Promise<Failure | undefined>;
}

export interface ProgramStreams {
  readonly signal: AbortSignal;
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout?: (chunk: Uint8Array) => void;
}

export interface ProgramEnd {
  readonly exit: Exit;
  readonly stdout: Uint8Array; // empty if a sink was given
  readonly stderr: string;
}

/** What to run in a place. */
export interface Job {
  /** `-l` never, the login shell never: sh -e, bash or the words as they are. */
  readonly script: Script;
  /** Absolute folder in the place; created beforehand by whoever owns it. */
  readonly cwd: string;
  /** What it is called where people look for it. */
  readonly step?: string;
  /** It may outlive its run, as services of a watch do: no other run takes it for what a dead one left, as long as its link is there. */
  readonly lasts?: boolean;
  /** Variables set for the command, on top of the fixed base of the place. Secrets travel here too: never by argv. */
  readonly env: Pairs;
  /** Sourced first if it exists and the shell is not argv, e.g. `$HOME/.ghcup/env`. */
  readonly source?: string;
  /** Milliseconds between TERM and KILL when ended. */
  readonly killGrace: number;
  /** Names the job on the far side: unique for each attempt. */
  readonly attempt: string;
  /** A file in the place that says what it holds: removed before the command starts, written with `value` after exit 0, unless that is empty. */
  readonly mark?: { readonly path: string; readonly value: string };
  /** Tags the processes of this run, so that a sweep finds what left the session. */
  readonly run: string;
}

export interface JobStreams {
  readonly signal: AbortSignal;
  /** Aborting it after `signal` cuts the grace short: KILL now. */
  readonly hurry?: AbortSignal | undefined;
  /** stdout and stderr merged, in order, bounded by back-pressure. */
  readonly output: (chunk: Uint8Array) => void;
  /** What the user should know of it. */
  readonly note?: (text: string) => void;
}

/** The user's terminal. */
export interface Terminal {
  readonly columns: () => number;
  readonly rows: () => number;
  /** Calls `changed` on each resize until the signal aborts. */
  readonly onResize: (changed: () => void, signal: AbortSignal) => void;
  readonly input: NodeJS.ReadableStream & { setRawMode?(raw: boolean): unknown };
  readonly output: NodeJS.WritableStream;
  /** TERM of the user. */
  readonly type: string;
}
