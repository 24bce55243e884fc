import { type Command, flagsOf } from '../command.ts';
import { FLAG, type Flag } from '../flags.ts';
import { type Operands, operandsOf, SHOWN, valueOfFlag } from './names.ts';

/** For fish 3: save it as sbx.fish in a folder of completions. */
export function fishScript(): string {
  const commands = SHOWN.map(({ name }) => name).join(' ');
  const lines = [
    '# fish completion of sbx. Load it with: sbx completion fish | source',
    'function __sbx_ask',
    '    set -l words (commandline -opc)',
    '    set -l where',
    '    for i in (seq 2 (count $words))',
    '        if contains -- $words[$i] -C --directory -f --file; and test (math $i + 1) -le (count $words)',
    '            set -a where $words[$i] $words[(math $i + 1)]',
    '        end',
    '    end',
    "    $words[1] $where __complete $argv[1] (commandline -ct | string replace -r -- '^--[a-z-]+=' '') 2>/dev/null",
    'end',
    `set -l commands ${commands}`,
    'complete -c sbx -f',
  ];
  for (const { name, summary } of SHOWN) {
    lines.push(`complete -c sbx -n "not __fish_seen_subcommand_from $commands" -a ${name} -d ${quoted(summary)}`);
  }
  for (const name of ['directory', 'file', 'help', 'version'])
    lines.push(flagLine(FLAG.get(name) as Flag, 'not __fish_seen_subcommand_from $commands'));
  for (const command of SHOWN) {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    for (const flag of flagsOf(command)) lines.push(flagLine(flag, seen, command));
    const { first, others } = operandsOf(command);
    if (!first) continue;
    const given = first !== 'file' && 'words' in first ? `__fish_seen_subcommand_from ${first.words.join(' ')}` : '';
    lines.push(operandLine(first, others ? `${seen}; and not ${given}` : seen));
    if (others) lines.push(operandLine(others, `${seen}; and ${given}`));
  }
  return `${lines.join('\n')}\n`;
}

function operandLine(operands: Operands, condition: string): string {
  if (operands === 'file') return `complete -c sbx -n "${condition}" -F`;
  return `complete -c sbx -n "${condition}" -a ${'ask' in operands ? `"(__sbx_ask ${operands.ask})"` : `"${operands.words.join(' ')}"`}`;
}

function flagLine(flag: Flag, condition: string, command?: Command): string {
  const value = valueOfFlag(flag, command);
  const short = flag.short ? ` -s ${flag.short}` : '';
  return `complete -c sbx -n "${condition}"${short} -l ${flag.name}${valuePart(value, flag)} -d ${quoted(flag.summary)}`;
}

function valuePart(value: ReturnType<typeof valueOfFlag>, flag: Flag): string {
  if (value === undefined) return '';
  // A flag that means something without a value takes one by `=` only.
  const needs = flag.bare === undefined ? ' -x' : '';
  if (value === 'folder') return `${needs} -a "(__fish_complete_directories)"`;
  if (value === 'file') return ' -r -F';
  if (value === 'none') return needs;
  return `${needs} -a ${'ask' in value ? `"(__sbx_ask ${value.ask})"` : `"${value.words.join(' ')}"`}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
