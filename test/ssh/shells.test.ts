import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { job, supervised } from '../contract/jobs.ts';
import { connected, type Far, withFar } from '../contract/places.ts';
import { PAYLOADS, program } from '../contract/programs.ts';
import { findProgram, leftOut, needing } from '../rig/needing.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
/** Start-up files that people really have: they greet, warn, count and set what they like. */
const NOISE: readonly (readonly [file: string, text: string])[] = [
  ['.bashrc', 'echo "Welcome to far!"; echo "quota: 93%" >&2; printf "no newline"; set -o noclobber; alias ls=false printf=false; IFS=x\n'],
  ['.zshenv', 'echo "zsh greets"; echo trouble >&2; setopt NO_NOMATCH\n'],
  ['.cshrc', 'echo "csh greets"\nset prompt = "> "\n'],
  ['.config/fish/config.fish', 'echo "fish greets"; echo trouble >&2\n'],
];

async function withShell(shell: string, files: readonly (readonly [string, string])[], use: (far: Far) => Promise<void>): Promise<void> {
  const user = `sbx-${shell.slice(shell.lastIndexOf('/') + 1)}`;
  await withFar({ user, shell }, async (far) => {
    for (const [file, content] of files) {
      execFileSync('install', ['-D', '-m', '644', '/dev/null', join(far.sshd.home, file)]);
      writeFileSync(join(far.sshd.home, file), content);
    }
    try {
      await use(far);
    } finally {
      for (const [file] of files) rmSync(join(far.sshd.home, file));
    }
  });
}

for (const name of ['bash', 'dash', 'zsh', 'fish', 'tcsh']) {
  const register = userInfo().uid === 0 ? needing('sshd', name) : leftOut('only root can make users with another login shell');
  register(`${name} as login shell, with noisy start-up files, does no harm`, () =>
    withShell(findProgram(name) ?? '', NOISE, async (far) => {
      await using session = await connected(far.sandbox());
      const at = { session, folder: '/tmp' };
      const end = await program(at, 'for word do printf "%s\\000" "$word"; done; echo err >&2; exit 9', PAYLOADS);
      assert.equal(text(end.stdout).split('\0'), [...PAYLOADS, '']);
      assert.is(end.stderr, 'err\n');
      assert.equal(end.exit, { code: 9 });
      const ended = await supervised(
        session,
        job('/tmp', 'echo out; ls / >/dev/null; echo err >&2; exit 3', { env: [['A', "it's\n\\!"]] }),
      );
      assert.equal([ended.output, ended.exit], ['out\nerr\n', { ok: true, value: { code: 3 } }]);
    }),
  );
}

(userInfo().uid === 0 ? needing('sshd') : leftOut('only root can make users'))(
  'a start-up file that calls exit is named, no command counts as run',
  () =>
    withShell('/bin/bash', [['.bashrc', 'echo "only interactive logins here"; exit 0\n']], async (far) => {
      const session = await far.sandbox().connect(new AbortController().signal);
      assert.ok(!session.ok && session.error.code === 'far-side-unfit');
      assert.equal(session.error.lastLines, ['only interactive logins here']);
      assert.match(session.error.hint ?? '', /bashrc/);
    }),
);

test.run();
