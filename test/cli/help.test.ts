import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs } from '../../lib/cli/args.ts';
import { COMMAND, COMMANDS } from '../../lib/cli/commands.ts';
import { commandHelp, overview } from '../../lib/cli/help.ts';
import { commandReference } from '../../lib/cli/reference/command-line.ts';

test('help of a command: usage, what it does, flags, an example', () => {
  const text = commandHelp(COMMAND.get('unlock') as (typeof COMMANDS)[number], 80);
  assert.is(
    text,
    `Remove a lock that another computer left.

Usage: sbx unlock [FLAGS] NONCE

Removes the lock with this nonce. sbx takes over locks of dead runs on this
computer by itself; this is for all others. The lock of a run that is alive on
this computer stays.

Flags:
  -C, --directory DIR  act in DIR
  -f, --file FILE      use FILE instead of searching upward for Sandboxfile.yaml
  -q, --quiet          show failures and the summary only
  -v, --verbose        show every step, also the fresh ones
      --color[=WHEN]   when to use colours: auto, always, never
  -h, --help           show help

Example:
  sbx unlock 5f3a9c  the message about the lock says the nonce
`,
  );
});

test('a flag is told in the words of the command, where that has some', () => {
  const helpOf = (name: string): string => commandHelp(COMMAND.get(name) as (typeof COMMANDS)[number], 200);
  assert.match(helpOf('kill'), /--all +all that is under way in this project\n/);
  assert.match(helpOf('cache'), /--all +of all projects, not of this one alone\n/);
  assert.match(commandReference(), '`--all`: all that is under way in this project.');
});

test('it fits any terminal', () => {
  for (const columns of [20, 40, 80, 200]) {
    for (const text of [overview(columns), ...COMMANDS.map((command) => commandHelp(command, columns))]) {
      for (const line of text.split('\n')) {
        // A word that is longer than the terminal is wide stays whole.
        if (line.length > columns) assert.ok(line.trim().split(' ').length <= 2 || line.startsWith('Usage:'), `${columns}: ${line}`);
      }
    }
  }
});

test('every command is listed but the hidden ones, and every example is a command line that is understood', () => {
  const text = overview(80);
  for (const { name, hidden, examples } of COMMANDS) {
    assert.is(new RegExp(`^  ${name} `, 'm').test(text), hidden !== true, name);
    assert.ok(examples.length > 0);
    for (const [line] of examples) {
      const words = /sbx ([^|&>)]*)/.exec(line)?.[1]?.trim().split(' ') ?? [];
      const parsed = parseArgs(words);
      assert.is(parsed.ok ? parsed.value.command?.name : parsed.error.message, name, line);
    }
  }
});

test('the reference has every command and every flag with its variable', () => {
  const text = commandReference();
  for (const { name, hidden } of COMMANDS) assert.is(text.includes(`\n## sbx ${name}\n`), hidden !== true, name);
  assert.ok(text.includes('| `-j, --jobs N` | `SBX_JOBS` | run at most N steps at once, or N% of the processors |'));
  assert.ok(text.includes('| `--no-cache` | `SBX_NO_CACHE` |'));
});

test.run();
