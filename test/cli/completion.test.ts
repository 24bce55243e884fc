import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../lib/cli/commands.ts';
import { completionScript } from '../../lib/cli/completion/completion.ts';
import { withFolder } from '../rig/folder.ts';
import { needing } from '../rig/needing.ts';
import { withTerminal } from '../rig/tmux.ts';

const run = promisify(execFile);

/** An sbx that knows names: what it was asked is seen in the names it gives. */
const SBX = `#!/bin/sh
case "$*" in
  *__complete\\ steps,runs*) echo sync; echo 20261121T203000-5f3a9c ;;
  *__complete\\ steps*) echo sync; echo remote-build; echo remote-test; echo ns:step; echo build@9.4,linux; echo build@9.6,linux; echo build@18,x=1%2F; echo 'x$(touch canary)' ;;
  *__complete\\ sandboxes*) echo vm ;;
  *__complete\\ params\\ optimize=*) echo optimize=fast; echo optimize=full ;;
  *__complete\\ params*) echo optimize=; echo other= ;;
  *__complete\\ profiles*) echo release; echo debug ;;
  *__complete\\ runs*) echo 20261121T203000-5f3a9c ;;
esac
case "$*" in -C\\ sub\\ *) echo remote-sub ;; esac
`;

/** What bash offers for a line whose end has the cursor. \`words\` are as bash breaks them. */
async function offers(folder: string, words: readonly string[], line = words.join(' '), replaced = replacedIn(words)): Promise<string[]> {
  const script = `source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE=$LINE; COMP_POINT=\${#COMP_LINE}; _sbx sbx "$REPLACED"; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { PATH: `${folder}:${process.env.PATH}`, LINE: line, REPLACED: replaced };
  const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: folder, env });
  return stdout.split('\n').filter((text) => text !== '');
}

/** The part of the last word that bash would replace: what follows a `=` or `:`, but with an `@` before it. */
function replacedIn(words: readonly string[]): string {
  const [before, last = ''] = words.slice(-2);
  return last === '=' || last === ':' ? '' : before === '@' ? `@${last}` : last;
}

function withScript<T>(use: (folder: string) => Promise<T>): Promise<T> {
  return withFolder((folder) => {
    writeFileSync(join(folder, 'script'), completionScript('bash'));
    writeFileSync(join(folder, 'sbx'), SBX);
    chmodSync(join(folder, 'sbx'), 0o755);
    return use(folder);
  });
}

test('bash: commands, flags, steps, sandboxes, values', () =>
  withScript(async (folder) => {
    assert.equal(await offers(folder, ['sbx', 'va']), ['validate']);
    assert.equal(await offers(folder, ['sbx', '--ver']), ['--version']);
    assert.equal(await offers(folder, ['sbx', 'run', 'remote']), ['remote-build', 'remote-test']);
    assert.equal(await offers(folder, ['sbx', 'run', '-n', 'sync', 'remote-t']), ['remote-test']);
    assert.equal(await offers(folder, ['sbx', '-C', 'sub', 'run', 'remote-s']), ['remote-sub']);
    assert.equal(await offers(folder, ['sbx', 'ssh', '']), ['vm']);
    assert.equal(await offers(folder, ['sbx', 'import', 'scr']), ['script']);
    assert.equal(await offers(folder, ['sbx', 'replay', '2']), ['20261121T203000-5f3a9c']);
    assert.equal(await offers(folder, ['sbx', 'explain', 's']), ['sync']);
    assert.equal(await offers(folder, ['sbx', 'explain', '20261121T203000-5f3a9c', '2']), ['20261121T203000-5f3a9c']);
    assert.equal(await offers(folder, ['sbx', 'cache', 'v']), ['verify']);
    assert.equal(await offers(folder, ['sbx', 'cache', 'ls', 'remote-t']), ['remote-test']);
    assert.equal(await offers(folder, ['sbx', 'run', '--off']), ['--offline']);
    assert.equal(await offers(folder, ['sbx', 'list', '--off']), []);
    assert.equal(await offers(folder, ['sbx', 'run', '--output', 'g']), ['grouped', 'github']);
    assert.equal(await offers(folder, ['sbx', 'run', '--', 'remote']), []);
    assert.equal(await offers(folder, ['sbx', 'run', '-j', '']), []);
    assert.equal(await offers(folder, ['sbx', 'run', '--set', 'op']), ['optimize=']);
    assert.equal(await offers(folder, ['sbx', 'run', '--set', '']), ['optimize=', 'other=']);
    assert.equal(await offers(folder, ['sbx', 'run', '--profile', 're']), ['release']);
    assert.equal(await offers(folder, ['sbx', 'report', '2']), ['20261121T203000-5f3a9c']);
    assert.equal(await offers(folder, ['sbx', 'run', '--report', 'ju']), ['junit=']);
    assert.equal(await offers(folder, ['sbx', 'graph', '--format', 'm']), ['mermaid']);
  }));

test('bash breaks words at =, : and @', () =>
  withScript(async (folder) => {
    assert.equal(await offers(folder, ['sbx', 'run', '--output', '=', 'pl'], 'sbx run --output=pl'), ['plain']);
    assert.equal(await offers(folder, ['sbx', 'run', '--output', '='], 'sbx run --output='), [
      'auto',
      'listr',
      'plain',
      'grouped',
      'json',
      'github',
    ]);
    assert.equal(await offers(folder, ['sbx', 'run', '--force', '=', 'sy'], 'sbx run --force=sy'), ['sync']);
    assert.equal(await offers(folder, ['sbx', 'run', 'ns', ':', 'st'], 'sbx run ns:st'), ['step']);
    assert.equal(await offers(folder, ['sbx', 'run', 'build', '@'], 'sbx run build@'), ['@9.4,linux', '@9.6,linux', '@18,x=1%2F']);
    assert.equal(await offers(folder, ['sbx', 'run', 'build', '@', '9.6'], 'sbx run build@9.6'), ['@9.6,linux']);
    assert.equal(await offers(folder, ['sbx', 'run', 'build', '@', '18,x', '='], 'sbx run build@18,x='), ['1%2F']);
    assert.equal(await offers(folder, ['sbx', 'run', '--set', 'optimize', '='], 'sbx run --set optimize='), ['fast', 'full']);
    assert.equal(await offers(folder, ['sbx', 'run', '--set', 'optimize', '=', 'fu'], 'sbx run --set optimize=fu'), ['full']);
    assert.equal(await offers(folder, ['sbx', 'run', '--set', '=', 'op'], 'sbx run --set=op'), ['optimize=']);
  }));

test('bash: a name is never expanded', () =>
  withScript(async (folder) => {
    await offers(folder, ['sbx', 'run', 'x']);
    await run('test', ['!', '-e', join(folder, 'canary')]);
  }));

needing('tmux')('bash: a real Tab in a real terminal', () =>
  withScript(async (folder) => {
    mkdirSync(join(folder, 'home'));
    const env = { HOME: join(folder, 'home'), PATH: `${folder}:${process.env.PATH}`, PS1: '$ ' };
    await withTerminal('exec bash --norc --noprofile -i', { columns: 80, rows: 10, cwd: folder, env }, async (terminal) => {
      await terminal.until((text) => text.includes('$'), 'the prompt');
      await terminal.keys('source ./script', 'Enter', 'sbx run sy', 'Tab');
      await terminal.until((text) => text.includes('sbx run sync'), 'the name of the step');
      await terminal.keys('--output=pl', 'Tab');
      await terminal.until((text) => text.includes('sbx run sync --output=plain'), 'the value of the flag');
      await terminal.keys('C-u', 'sbx run build@9.4', 'Tab');
      await terminal.until((text) => text.includes('sbx run build@9.4,linux'), 'the name of the cell, with its @');
      await terminal.keys('C-u', 'sbx run --set op', 'Tab', 'fu', 'Tab');
      await terminal.until((text) => text.includes('sbx run --set optimize=full'), 'the name of the parameter, then its value');
    });
  }),
);

needing('fish')('fish: commands, steps, sandboxes, values, folders with blanks', () =>
  withScript(async (folder) => {
    writeFileSync(join(folder, 'script.fish'), completionScript('fish'));
    mkdirSync(join(folder, 'sub dir'));
    const env = { HOME: folder, PATH: `${folder}:${process.env.PATH}` };
    const offered = async (line: string): Promise<string[]> => {
      const program = 'source ./script.fish; complete -C $argv[1]';
      const { stdout } = await run('fish', ['--no-config', '-c', program, line], { cwd: folder, env });
      return stdout.split('\n').flatMap((text) => text.split('\t')[0] || []);
    };
    assert.equal(await offered('sbx va'), ['validate']);
    assert.equal(await offered('sbx run remote'), ['remote-build', 'remote-test']);
    assert.equal(await offered("sbx -C 'sub dir' run sy"), ['sync']);
    assert.equal(await offered('sbx ssh '), ['vm']);
    assert.equal(await offered('sbx run --set op'), ['optimize=']);
    assert.equal(await offered('sbx run --set optimize=fu'), ['optimize=full']);
    assert.equal(await offered('sbx list --profile d'), ['debug']);
    assert.equal(await offered('sbx run --output=g'), ['--output=github', '--output=grouped']);
    assert.equal(await offered('sbx cache v'), ['verify']);
    assert.equal(await offered('sbx graph --format m'), ['mermaid']);
  }),
);

needing('zsh', 'tmux')('zsh: a real Tab in a real terminal', () =>
  withScript(async (folder) => {
    const lines = ['autoload -Uz compinit', 'compinit -u -D', 'source ./zsh-script', "PS1='$ '"];
    writeFileSync(join(folder, 'zsh-script'), completionScript('zsh'));
    writeFileSync(join(folder, '.zshrc'), `${lines.join('\n')}\n`);
    const env = { HOME: folder, ZDOTDIR: folder, PATH: `${folder}:${process.env.PATH}` };
    await withTerminal('exec zsh -i', { columns: 80, rows: 10, cwd: folder, env }, async (terminal) => {
      await terminal.until((text) => text.includes('$'), 'the prompt');
      await terminal.keys('sbx run sy', 'Tab');
      await terminal.until((text) => text.includes('sbx run sync'), 'the name of the step');
      await terminal.keys('--output=pl', 'Tab');
      await terminal.until((text) => text.includes('sbx run sync --output=plain'), 'the value of the flag');
      await terminal.keys('C-u', 'sbx graph --format mer', 'Tab');
      await terminal.until((text) => text.includes('sbx graph --format mermaid'), 'the format');
      await terminal.keys('C-u', 'sbx run build@9.4', 'Tab');
      await terminal.until((text) => text.includes('sbx run build@9.4,linux'), 'the name of the cell, with its @');
      await terminal.keys('C-u', 'sbx run --set op', 'Tab', 'fu', 'Tab');
      await terminal.until((text) => text.includes('sbx run --set optimize=full'), 'the name of the parameter, then its value');
      await terminal.keys('C-u', 'sbx run --set=op', 'Tab', 'fu', 'Tab');
      await terminal.until((text) => text.includes('sbx run --set=optimize=full'), 'the same where the flag is joined');
      await terminal.keys('C-u', 'sbx ss', 'Tab', 'v', 'Tab');
      await terminal.until((text) => text.includes('sbx ssh vm'), 'the name of the sandbox');
    });
  }),
);

test('every shell gets every command and its flags', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(shell);
    for (const command of COMMANDS) {
      assert.is(
        script.includes(` ${command.name})`) || script.includes(`-a ${command.name} `),
        command.hidden !== true,
        `${shell} ${command.name}`,
      );
      if (command.hidden) continue;
      for (const flag of command.flags) assert.ok(script.includes(shell === 'fish' ? `-l ${flag}` : `--${flag}`), `${shell} ${flag}`);
    }
  }
});

test.run();
