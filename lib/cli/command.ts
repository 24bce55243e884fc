import { FLAG, type Flag, type FlagName } from './flags.ts';

/** No bound on operands. */
export const MANY: number = Number.POSITIVE_INFINITY;

/** What `sbx __complete` is asked for operands that are names of the project. */
export const ASKED = { step: 'steps', sandbox: 'sandboxes', created: 'created', run: 'runs', 'step or run': 'steps,runs' } as const;

/** A command of sbx, as help, completion and the parser see it. What it does is not known here. */
export interface Command {
  readonly name: string;
  /** Operands as help shows them, e.g. `[STEP...] [-- ARGS]`. */
  readonly operands: string;
  readonly least: number;
  readonly most: number;
  /** What an operand names, for completion; of words the first operand must be one. */
  readonly names?: keyof typeof ASKED | 'command' | 'file' | readonly string[];
  /** What operands after the first one name, if not the same. */
  readonly others?: keyof typeof ASKED;
  /** Whether words after `--` are taken. */
  readonly rest?: true;
  readonly summary: string;
  /** More than the summary, in sentences; help wraps it. */
  readonly about: string;
  readonly flags: readonly FlagName[];
  /** What flags mean here, where the sentence for all commands says too little. */
  readonly says?: { readonly [name in FlagName]?: string };
  /** What `--format` can be, the default first. */
  readonly formats?: readonly string[];
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Not shown in the list of commands. */
  readonly hidden?: true;
}

/** The flags of a command, each with what it means there. */
export function flagsOf({ flags, says }: Command): readonly Flag[] {
  return flags.flatMap((name) => {
    const flag = FLAG.get(name);
    return flag === undefined ? [] : { ...flag, summary: says?.[name] ?? flag.summary };
  });
}
