import { COMMANDS } from '../commands.ts';
import { FLAGS, type Flag, flagUsage, variableOf } from '../flags.ts';

/** The part of the reference about the command line, in Markdown, from the tables that the parser uses. Pure: the same bytes each time. */
export function commandReference(): string {
  const lines = ['# Command line', '', '`sbx COMMAND [FLAGS] [OPERANDS]`', ''];
  for (const command of COMMANDS.filter(({ hidden }) => !hidden)) {
    lines.push(`## sbx ${command.name}`, '', `    sbx ${command.name} ${command.operands}`.trimEnd(), '', command.about, '');
    const flags = command.flags.filter((name) => name !== 'help').map((name) => `\`--${name}\``);
    if (flags.length > 0) lines.push(`Flags: ${flags.join(', ')}`, '');
    const own = Object.entries(command.says ?? {}).map(([name, meaning]) => `\`--${name}\`: ${meaning}`);
    if (own.length > 0) lines.push(`${own.join('. ')}.`, '');
    if (command.formats) lines.push(`Formats: ${command.formats.join(', ')}`, '');
    for (const [line, meaning] of command.examples) lines.push(`- \`${line}\`: ${meaning}`);
    lines.push('');
  }
  lines.push('## Flags', '', '| flag | variable | meaning |', '| --- | --- | --- |');
  for (const flag of FLAGS) lines.push(rowOf(flag));
  lines.push(
    '',
    'A flag on the command line is stronger than its variable, and that is stronger than a line `flag = value` in `$XDG_CONFIG_HOME/sbx/config`.',
    'Flags that are on or off take `=true` and `=false`; a variable also `1`, `yes`, `on`, `0`, `no`, `off`.',
    'Several parameters in SBX_SET stand on a line each, several profiles in SBX_PROFILE and reports in SBX_REPORT between commas.',
    '',
  );
  return lines.join('\n');
}

function rowOf(flag: Flag): string {
  const own = flag.name === 'help' || flag.name === 'version';
  const choices = flag.choices ? `: ${flag.choices.join(', ')}` : '';
  const cells = [`\`${flagUsage(flag).trim()}\``, own ? '' : `\`${variableOf(flag)}\``, flag.summary + choices];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
