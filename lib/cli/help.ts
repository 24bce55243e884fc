import { type Command, flagsOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { FLAG, type Flag, flagUsage } from './flags.ts';

/** Help of sbx. Loads nothing but the tables; `columns` is the width of the terminal. */
export function overview(columns: number): string {
  const shown = COMMANDS.filter((command) => !command.hidden);
  const flags = ['directory', 'file', 'jobs', 'dry-run', 'json', 'quiet', 'verbose', 'output', 'color', 'help', 'version'];
  return [
    ...wrap('sbx runs the steps of a Sandboxfile here or in a sandbox reached by SSH, and only those that must run.', columns, ''),
    '',
    'Usage: sbx COMMAND [FLAGS] [OPERANDS]',
    '',
    'Commands:',
    ...table(
      shown.map((command) => [command.name, command.summary]),
      columns,
    ),
    '',
    'Flags:',
    ...flagTable(
      flags.flatMap((name) => FLAG.get(name) ?? []),
      columns,
    ),
    '',
    'Examples:',
    ...table(
      [
        ['sbx init', 'write a Sandboxfile for this project'],
        ['sbx run fetch-artifacts', 'sync, build there and bring the artifacts back'],
        ['sbx explain remote-build', 'why it would run'],
      ],
      columns,
    ),
    '',
    ...wrap('sbx COMMAND --help tells more. Each flag has a variable: SBX_JOBS=4 is --jobs 4.', columns, ''),
    '',
  ].join('\n');
}

/** Help of one command. */
export function commandHelp(command: Command, columns: number): string {
  return [
    ...wrap(`${command.summary}.`, columns, ''),
    '',
    `Usage: sbx ${command.name}${command.flags.length > 1 ? ' [FLAGS]' : ''} ${command.operands}`.trimEnd(),
    '',
    ...wrap(command.about, columns, ''),
    '',
    'Flags:',
    ...flagTable(flagsOf(command), columns, command.formats),
    '',
    command.examples.length > 1 ? 'Examples:' : 'Example:',
    ...table(command.examples, columns),
    '',
  ].join('\n');
}

function flagTable(flags: readonly Flag[], columns: number, formats?: readonly string[]): string[] {
  return table(
    flags.map((flag) => {
      const choices = flag.name === 'format' ? formats : flag.choices;
      return [flagUsage(flag), flag.summary + (choices ? `: ${choices.join(', ')}` : '')];
    }),
    columns,
  );
}

/** Two columns; where the terminal is too narrow for them, the second goes below the first. */
export function table(rows: readonly (readonly [string, string])[], columns: number): string[] {
  const widest = Math.max(0, ...rows.map(([left]) => left.length));
  const beside = 2 + widest + 2;
  const lines: string[] = [];
  for (const [left, right] of rows) {
    if (beside + 24 > columns) {
      lines.push(...wrap(left, columns, '  '), ...wrap(right, columns, '      '));
      continue;
    }
    const [first = '', ...more] = wrap(right, columns, ' '.repeat(beside));
    lines.push(`  ${left.padEnd(widest + 2)}${first.trimStart()}`.trimEnd(), ...more);
  }
  return lines;
}

/** Breaks text at blanks so that each line, with its indent, fits; a longer word stays whole. */
export function wrap(text: string, columns: number, indent: string): string[] {
  const width = Math.max(20, Math.min(columns, 100));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(indent + line);
  return lines;
}
