import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { Span } from '../base/span.ts';
import type { MachineSpec } from './machine-spec.ts';
import type { Hole, OutputKind } from './output.ts';
import type { Script } from './script.ts';
import type { Service } from './service.ts';
import type { Pairs, Value } from './value.ts';

export type StepId = string;
export type SandboxName = string;

/** The name of the place that is always there: this computer, in the project's folder. */
export const LOCAL = 'local';

/** The names that a Sandboxfile may have in its folder. */
export const SANDBOXFILES = ['Sandboxfile.yaml', 'Sandboxfile.yml'] as const;

/** A Sandboxfile with profiles and recipes applied and every expression resolved. */
export interface Project {
  readonly name: string;
  /** Absolute real path of the folder that holds the Sandboxfile. */
  readonly root: string;
  /** The Sandboxfile, absolute. */
  readonly file: string;
  readonly default: readonly StepId[];
  readonly params: ReadonlyMap<string, Param>;
  /** What steps or places need and nobody gave a value, by name: a run of them must be given it. */
  readonly lacking: ReadonlyMap<string, Lacking>;
  readonly sandboxes: ReadonlyMap<SandboxName, SandboxSpec>;
  readonly steps: ReadonlyMap<StepId, Step>;
  /** What else the user may call steps on the command line: their aliases. */
  readonly called: ReadonlyMap<string, readonly StepId[]>;
  /** Slots of each named pool. */
  readonly pools: ReadonlyMap<string, number>;
  readonly cache: CacheSettings;
  readonly hub: HubSettings;
  readonly secrets: readonly Secret[];
}

export interface Param {
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  /** Null: it has none yet. */
  readonly value: Value;
  readonly enum?: readonly Value[];
  readonly description?: string;
}

/** A parameter, a variable or a secret without a value. */
export interface Lacking {
  readonly is: 'param' | 'variable' | 'secret';
  /** How to give it one, in words. */
  readonly set: string;
  readonly type?: Param['type'];
  readonly enum?: readonly Value[];
  readonly description?: string;
  /** Where it is declared, or required; absent when the document came from the cache. */
  readonly span?: Span;
}

/** A secret is known to sbx by name; its value is read from the environment or a 0600 file when a step needs it. */
export interface Secret {
  readonly name: string;
  /** Counts in fingerprints in place of the value. */
  readonly version?: string;
  /** A 0600 file, absolute; absent: the environment variable of the secret's name. */
  readonly file?: string;
}

export interface CacheSettings {
  readonly enabled: boolean;
  /** Bounds of the local store: bytes and milliseconds since last use. */
  readonly maxSize: number;
  readonly maxAge: number;
}

/** The State Hub as the project names it, and when it is told something. */
export interface HubSettings {
  readonly url?: string;
  readonly domain?: string;
  /** Milliseconds between two notes on a step that runs longer than that. */
  readonly interval: number;
  /** Milliseconds that the end of a run waits at most for notes on their way. */
  readonly wait: number;
}

export interface SandboxSpec {
  readonly name: SandboxName;
  readonly kind: 'local' | 'embedded' | 'ssh' | 'machine';
  /** Present if and only if kind is machine. */
  readonly machine?: MachineSpec;
  /** What the file says that it is, where this run has another place in its stead: by `--local` or `--host`, or since it is away. */
  readonly insteadOf?: 'machine';
  /** An ssh_config alias or `user@host:port`. If kind is ssh, either this or `hosts` is present, else neither. */
  readonly host?: string;
  /** Computers one of which it is, in the order of the file; `bridge`: the build VMs that have a port of the bridge. */
  readonly hosts?: readonly string[] | 'bridge';
  /** Which of the hosts is asked first; present if and only if there are several. */
  readonly assign?: 'pinned' | 'by-project';
  /** The one of them that `--host` names. */
  readonly only?: string;
  /** The port here that leads to the sshd of `host`: it is dialled in its place, and its key is that of `host`. */
  readonly tunnel?: number;
  /** Login name where neither `host` nor the user's ssh_config names one. */
  readonly user?: string;
  /** Folder on the far side: absolute, or relative to the home there. Absent: `/build/<project>` by profile, else `sbx/<project>`. */
  readonly workspace?: string;
  readonly files: 'git' | 'all';
  readonly keep: 'running' | 'stopped' | 'none';
  readonly onUnreachable: 'fail' | 'cached' | 'local' | 'skip';
  /** Commands whose output identifies the toolchain of the place. */
  readonly probes: Pairs;
  /** Milliseconds after which recorded probes are said to be old. */
  readonly probeMaxAge: number;
  /** Milliseconds that remote work goes on after the link was lost. */
  readonly grace: number;
  readonly env: Pairs;
  /** Names in `lacking`, without which this is not the whole sandbox. */
  readonly lacks?: readonly string[];
}

/** So many slots of a pool. */
export interface PoolShare {
  readonly name: string;
  readonly weight: number;
}

export interface Step {
  readonly id: StepId;
  readonly task: string;
  /** Of the code of its task, where that is not part of sbx. */
  readonly code?: Digest;
  readonly sandbox: SandboxName;
  readonly needs: readonly StepId[];
  readonly after: readonly StepId[];
  readonly provides?: SandboxName;
  readonly releases?: SandboxName;
  /** `run:`, with its values made safe. */
  readonly script?: Script;
  /** Globs relative to `dir`; a leading `!` takes away. Absent: the default of the task. */
  readonly inputs?: readonly string[];
  /** Commands whose output counts like a file that it reads. */
  readonly inputCommands?: readonly string[];
  readonly outputs?: readonly string[];
  /** Values that its command must write, with their kinds. */
  readonly values?: { readonly [value: string]: OutputKind };
  /** All that expressions of others may ask of it, with the kinds; absent: nothing. */
  readonly gives?: { readonly [output: string]: OutputKind };
  /** Expressions in its texts whose values come from steps that it needs; absent: none, or they are filled. */
  readonly holes?: readonly Hole[];
  readonly state: readonly string[];
  readonly tools: readonly string[];
  /** Counted variables, merged: top level, sandbox, step. */
  readonly env: Pairs;
  /** Names passed through and not counted. */
  readonly passEnv: readonly string[];
  readonly secrets: readonly string[];
  /** Relative to the project's root, `.` by default; the same folder below the workspace on a far side. */
  readonly dir: string;
  /** False: it is skipped in this run, and counts as done. */
  readonly enabled: boolean;
  /** The platforms that it is for, if this computer is none of them; it is not enabled then. */
  readonly onlyOn?: readonly string[];
  readonly when: 'success' | 'failure' | 'always';
  /** Milliseconds. */
  readonly timeout?: number;
  /** Attempts beyond the first, on infrastructure failures only; `delay` in milliseconds doubles each time. */
  readonly retry: { readonly times: number; readonly delay: number };
  /** What it takes of pools while it is executed. */
  readonly pools: readonly PoolShare[];
  readonly parallel: boolean;
  /** Absent: by the rules for caching; false: never. */
  readonly cache?: boolean;
  readonly interactive: boolean;
  /** It is one that goes on beside those that need it. */
  readonly service?: Service;
  /** Asked before it is executed; only a yes lets it begin. */
  readonly confirm?: string;
  readonly aliases?: readonly string[];
  readonly description?: string;
  /** What the State Hub is told of how it ended. */
  readonly hub?: 'e2e_result';
  /** Names in `lacking`, without which this is not the whole step. */
  readonly lacks?: readonly string[];
  /** The fields of the task, already of the shape that the task declares. */
  readonly fields: { readonly [field: string]: Json };
  /** Where its name stands, or the value of one of its keys, or one item of that; undefined when the document came from the cache. */
  readonly spanOf?: (key?: string, nth?: number) => Span | undefined;
}

/** The steps that a word of the command line means; none: there is no such step. */
export function stepsCalled({ steps, called }: Pick<Project, 'steps' | 'called'>, name: string): readonly StepId[] {
  return steps.has(name) ? [name] : (called.get(name) ?? []);
}
