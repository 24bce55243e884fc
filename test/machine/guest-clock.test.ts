import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { setClock } from '../../lib/machine/behind/guest-clock.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { withFolder } from '../rig/folder.ts';

/** What becomes of a guest's clock when it is told that it is `now`, in seconds; undefined: it was left alone. */
function told(folder: string, has: number, now: number): Promise<string | undefined> {
  const set = join(folder, 'set');
  const date = `#!/bin/sh\n[ "$1" = +%s ] && { echo ${has}; exit; }\necho "$*" >"${set}"\n`;
  writeFileSync(join(folder, 'date'), date, { mode: 0o755 });
  writeFileSync(join(folder, 'id'), '#!/bin/sh\necho 0\n', { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const program = async (text: string, words: readonly string[]) => spawnSync('sh', ['-c', text, 'sh', ...words], { env });
  const clock = { now: () => now * 1000 };
  return setClock({ program } as unknown as Session, clock, new AbortController().signal).then(() =>
    existsSync(set) ? readFileSync(set, 'utf8').trim() : undefined,
  );
}

test('a guest whose clock stands where it was saved is told the time, whoever restored it', () =>
  withFolder(async (folder) => {
    assert.is(await told(folder, 1_700_000_000, 1_700_086_400), '-u -s @1700086400');
  }));

test('a clock that is nearly right is left alone', () =>
  withFolder(async (folder) => {
    assert.is(await told(folder, 1_700_000_003, 1_700_000_000), undefined);
    assert.is(await told(folder, 1_700_000_000, 1_700_000_003), undefined);
    assert.is(await told(folder, 1_700_000_009, 1_700_000_000), '-u -s @1700000000');
  }));

test.run();
