import type { StepId } from '../model/project.ts';
import type { Pairs } from '../model/value.ts';

/** What a run asks of a Sandboxfile, and the facts of this computer that expressions may use. */
export interface Ask {
  /** Absolute real path of the folder that holds the Sandboxfile, and the file itself. */
  readonly root: string;
  readonly file: string;
  /** From --set, in order; the last wins. SBX_PARAM_NAME is read from the environment. */
  readonly set: Pairs;
  /** The flag that `set` comes from, if not --set. */
  readonly setBy?: string;
  /** What the project is called, whatever the file says. */
  readonly name?: string;
  /** From --profile, in order; the last wins. */
  readonly profiles: readonly string[];
  /** From --host: an ssh_config alias, `user@host:port`, `embedded` or `local` for every sandbox; `NAME=HOST` for one. */
  readonly host?: string;
  /** From --local: every sandbox is this computer. */
  readonly local: boolean;
  /** Words behind `--`, and the steps that were named; none named: those of `default`. */
  readonly args: readonly string[];
  readonly named: readonly StepId[];
  /** Also where each value comes from. */
  readonly provenance?: true;
  readonly environment: ReadonlyMap<string, string>;
  /** `linux`, `darwin`; `x64`, `arm64`; number of processors. */
  readonly os: string;
  readonly arch: string;
  readonly cpus: number;
}
