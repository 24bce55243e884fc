import { err, ok, type Result } from '../base/result.ts';
import { suggest } from '../base/suggest.ts';
import type { Command } from './command.ts';
import { COMMAND, COMMANDS } from './commands.ts';
import { FLAG, type Flag, SHORT } from './flags.ts';

/** Texts given for each flag, in order; `true` or `false` for a flag that is on or off. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** The command line, taken apart and not yet given a meaning. */
export interface Words {
  /** Absent: sbx was called without a command. */
  readonly command?: Command;
  readonly given: Given;
  readonly operands: readonly string[];
  /** Words after `--`; absent if there was none. */
  readonly rest?: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
}

/** A faulty command line: exit code 2. */
export interface UsageError {
  readonly message: string;
  readonly hint?: string;
  /** The word that is no command; the caller may know a step of that name. */
  readonly unknown?: string;
}

type Read = { readonly flag: Flag; readonly text: string | undefined };

/**
 * Takes a command line apart. Pure. Flags may stand before or after the command and its operands, `--` ends them.
 * Short flags combine (`-kn`), the last of them may take a value (`-j4`, `-j 4`).
 */
export function parseArgs(argv: readonly string[]): Result<Words, UsageError> {
  const given = new Map<string, string[]>();
  const words: string[] = [];
  let rest: readonly string[] | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      rest = argv.slice(at + 1);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const found = word.startsWith('--') ? readLong(word, words[0]) : readShort(word, words[0]);
    if (!found.ok) return found;
    for (const { flag, text } of found.value) {
      const value = text ?? (flag.value === undefined ? 'true' : (flag.bare ?? argv[++at]));
      if (value === undefined) return err({ message: `${spelt(flag)} needs a value: ${flag.value}` });
      const wrong = checkValue(flag, value);
      if (wrong) return err(wrong);
      given.set(flag.name, flag.many ? [...(given.get(flag.name) ?? []), value] : [value]);
    }
  }
  return place(words, given, rest);
}

function readLong(word: string, command: string | undefined): Result<readonly Read[], UsageError> {
  const cut = word.indexOf('=');
  const name = cut < 0 ? word.slice(2) : word.slice(2, cut);
  const flag = FLAG.get(name);
  if (!flag) return err(unknownFlag(name, command));
  return ok([{ flag, text: cut < 0 ? undefined : word.slice(cut + 1) }]);
}

function readShort(word: string, command: string | undefined): Result<readonly Read[], UsageError> {
  const reads: Read[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const flag = SHORT.get(letter);
    if (!flag) return err({ message: `unknown flag -${letter}${word.length > 2 ? ` in ${word}` : ''}`, hint: listOf(command) });
    if (flag.value !== undefined && at + 1 < word.length) {
      const text = word.slice(at + 1);
      reads.push({ flag, text: text.startsWith('=') ? text.slice(1) : text });
      break;
    }
    reads.push({ flag, text: undefined });
  }
  return ok(reads);
}

/** Says what is wrong with the text given for a flag, wherever it came from. */
export function checkValue(flag: Flag, text: string, name: string = spelt(flag)): UsageError | undefined {
  if (flag.value === undefined) {
    return text === 'true' || text === 'false' ? undefined : { message: `${name} takes no value but true or false, not "${text}"` };
  }
  if (flag.choices && !flag.choices.includes(text)) {
    const near = suggest(text, flag.choices);
    return { message: `${name} cannot be "${text}"`, hint: near ? `did you mean ${near}?` : `one of ${flag.choices.join(', ')}` };
  }
  if (text === '' && flag.bare !== '') return { message: `${name} needs a value: ${flag.value}` };
  return undefined;
}

function place(words: readonly string[], given: Given, rest: readonly string[] | undefined): Result<Words, UsageError> {
  const help = given.get('help')?.[0] === 'true';
  const version = given.get('version')?.[0] === 'true';
  const tail = rest === undefined ? {} : { rest };
  const [name, ...operands] = words;
  if (name === undefined) return ok({ given, operands: [], ...tail, help, version });
  const command = COMMAND.get(name);
  if (!command) return err(unknownCommand(name));
  const parsed: Words = { command, given, operands, ...tail, help, version };
  if (help || version) return ok(parsed);
  for (const flag of given.keys()) {
    if (command.flags.some((known) => known === flag)) continue;
    return err({ message: `sbx ${name} has no flag --${flag}`, hint: `sbx ${name} --help lists its flags` });
  }
  const usage = `sbx ${name} ${command.operands}`.trimEnd();
  if (operands.length < command.least) {
    const needed = Array.isArray(command.names) ? `one of ${command.names.join(', ')}` : command.operands;
    return err({ message: `sbx ${name} needs ${needed}`, hint: `usage: ${usage}` });
  }
  if (operands.length > command.most) {
    const hint = command.rest && command.most > 0 ? `words for the command go after --: ${usage}` : `usage: ${usage}`;
    return err({ message: `sbx ${name} does not take "${operands[command.most]}"`, hint });
  }
  if (rest && !command.rest) return err({ message: `sbx ${name} takes no words after --`, hint: `usage: ${usage}` });
  if (Array.isArray(command.names)) {
    const [wrong] = operands;
    if (wrong !== undefined && !command.names.includes(wrong)) {
      const near = suggest(wrong, command.names);
      return err({
        message: `sbx ${name} does not know "${wrong}"`,
        hint: near ? `did you mean ${near}?` : `one of ${command.names.join(', ')}`,
      });
    }
  }
  return ok(parsed);
}

export function unknownCommand(name: string): UsageError {
  const message = `unknown command "${name}"`;
  const near = suggest(
    name,
    COMMANDS.filter((command) => !command.hidden).map((command) => command.name),
  );
  return { message, hint: near ? `did you mean ${near}?` : 'sbx --help lists the commands', unknown: name };
}

function unknownFlag(name: string, command: string | undefined): UsageError {
  const known: Iterable<string> = COMMAND.get(command ?? '')?.flags ?? FLAG.keys();
  const near = suggest(name, known) ?? suggest(name, FLAG.keys());
  return { message: `unknown flag --${name}`, hint: near ? `did you mean --${near}?` : listOf(command) };
}

function listOf(command: string | undefined): string {
  return COMMAND.has(command ?? '') ? `sbx ${command} --help lists its flags` : 'sbx --help lists the flags';
}

function spelt(flag: Flag): string {
  return `--${flag.name}`;
}
