import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realFiles } from '../../lib/io/io.ts';
import { holderNamed, nameOf } from '../../lib/run/holder.ts';
import { beginUse, isUserDead } from '../../lib/run/users.ts';
import { withFolder } from '../rig/folder.ts';

const io = { files: realFiles, nonce };

/** The name that a process which has ended had as a user. */
function deadName(alive: string): string {
  const { pid } = spawnSync('true');
  const holder = holderNamed(alive);
  assert.ok(holder);
  return nameOf({ ...holder, pid, start: '1', nonce: nonce() });
}

test('each user sees the others, not itself, until they have ended', () =>
  withFolder(async (folder) => {
    const at = join(folder, 'machine.users');
    const first = beginUse(io, at, 'sbx run');
    assert.equal(first.others(), []);
    const second = beginUse(io, at, 'sbx watch');
    assert.match(first.others().join(), /^sbx watch \(process \d+ on .+; lock [0-9a-f]+\)$/);
    assert.match(second.others().join(), /^sbx run /);
    second.end();
    second.end();
    assert.equal(first.others(), []);
    first.end();
    assert.equal(readdirSync(at), []);
  }));

test('one that was killed counts no more, and is cleared; one that may live counts', () =>
  withFolder(async (folder) => {
    const mine = beginUse(io, folder, 'sbx run');
    const dead = deadName(mine.name);
    writeFileSync(join(folder, dead), 'host\nsbx run\n');
    assert.is(isUserDead(realFiles, dead), true);
    assert.is(isUserDead(realFiles, mine.name), false);
    assert.equal(mine.others(), []);
    assert.equal(readdirSync(folder), [mine.name]);
    // On another computer nobody here can say what became of it.
    const holder = holderNamed(mine.name);
    assert.ok(holder);
    const elsewhere = nameOf({ ...holder, machine: 'f'.repeat(16), pid: 1, nonce: nonce() });
    writeFileSync(join(folder, elsewhere), 'elsewhere\nsbx run\n');
    assert.is(isUserDead(realFiles, elsewhere), false);
    assert.match(mine.others().join(), /^sbx run \(process 1 on elsewhere;/);
  }));

test('a file with a damaged name is no user, and is left alone', () =>
  withFolder(async (folder) => {
    const mine = beginUse(io, folder, 'sbx run');
    const other = beginUse(io, folder, 'sbx run');
    renameSync(join(folder, other.name), join(folder, `${other.name}x`));
    writeFileSync(join(folder, '.DS_Store'), '');
    assert.equal(mine.others(), []);
    assert.is(isUserDead(realFiles, `${other.name}x`), false);
    assert.is(readFileSync(join(folder, '.DS_Store'), 'utf8'), '');
  }));

test.run();
