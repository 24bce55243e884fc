import { ASKED, type Command } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { type Flag, REPORTS } from '../flags.ts';

export const SHOWN: readonly Command[] = COMMANDS.filter((command) => !command.hidden);

/** What an operand can be: fixed words, or what `sbx __complete` must be asked. */
export type Operands = 'file' | { readonly words: readonly string[] } | { readonly ask: (typeof ASKED)[keyof typeof ASKED] };

/** What the first operand of the command can be, and the others if they are something else. */
export function operandsOf({ names, others }: Command): { readonly first?: Operands; readonly others?: Operands } {
  if (names === undefined) return {};
  const first: Operands =
    typeof names !== 'string'
      ? { words: names }
      : names === 'command'
        ? { words: SHOWN.map(({ name }) => name) }
        : names === 'file'
          ? names
          : { ask: ASKED[names] };
  return others === undefined ? { first } : { first, others: { ask: ASKED[others] } };
}

/** How a value of the flag is completed. */
export function valueOfFlag(
  flag: Flag,
  command?: Command,
): { readonly words: readonly string[] } | { readonly ask: 'steps' | 'params' | 'profiles' } | 'folder' | 'file' | 'none' | undefined {
  if (flag.value === undefined) return undefined;
  if (flag.name === 'format' && command?.formats) return { words: command.formats };
  if (flag.choices) return { words: flag.choices };
  if (flag.name === 'set') return { ask: 'params' };
  if (flag.name === 'profile') return { ask: 'profiles' };
  if (flag.name === 'report') return { words: REPORTS.map((format) => `${format}=`) };
  if (flag.value === 'STEP') return { ask: 'steps' };
  if (flag.value === 'DIR') return 'folder';
  return flag.value === 'FILE' ? 'file' : 'none';
}

/** Flags that take the next word as their value, as they are written: `-j --jobs`. */
export function takesNext(flags: readonly Flag[]): readonly string[] {
  return flags.filter((flag) => flag.value !== undefined && flag.bare === undefined).flatMap(spellings);
}

export function spellings(flag: Flag): readonly string[] {
  return flag.short ? [`-${flag.short}`, `--${flag.name}`] : [`--${flag.name}`];
}
