import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Files } from '../../lib/model/io.ts';
import { describeHolder, type Holder } from '../../lib/run/holder.ts';
import { acquireLock, readLock, tryLock, unlock } from '../../lib/run/lock.ts';
import { machineId } from '../../lib/run/machine.ts';
import { isProvablyDead, type SelfFacts, whoAmI } from '../../lib/run/self.ts';
import { withFolder } from '../rig/folder.ts';
import { pause } from '../rig/patience.ts';
import { ioOf, real } from './store-fixture.ts';

const self = whoAmI(real);

function wish(folder: string, who: SelfFacts = self) {
  return { path: `${folder}/lock`, self: who, command: 'sbx run build' };
}

function taken(folder: string, who?: SelfFacts) {
  const result = tryLock(ioOf(), wish(folder, who));
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** Another process, and what it would write into a lock. */
async function withChild<T>(use: (facts: SelfFacts, child: ChildProcess) => Promise<T> | T): Promise<T> {
  const child = spawn('sleep', ['60']);
  try {
    const pid = child.pid as number;
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return await use({ ...self, pid, start }, child);
  } finally {
    child.kill('SIGKILL');
  }
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.on('exit', () => done());
    child.kill('SIGKILL');
  });
}

test('this process is known by pid, start, boot, namespace and computer', () => {
  assert.is(self.pid, process.pid);
  for (const fact of [self.start, self.boot, self.namespace, self.machine, self.host]) assert.ok(fact !== '');
});

test('a free lock is had, a held one names its holder, a released one is free, nothing is left lying about', () =>
  withFolder((folder) => {
    const first = taken(folder);
    assert.ok('release' in first);
    const second = taken(folder);
    assert.ok(!('release' in second) && second.pid === process.pid);
    assert.match(describeHolder(second as Holder), new RegExp(`sbx run build .*${process.pid}.*${(second as Holder).nonce}`));
    first.release();
    const third = taken(folder);
    assert.ok('release' in third);
    first.release();
    assert.is(readLock(real, `${folder}/lock`)?.nonce, third.holder.nonce, 'only its own lock is released');
    third.release();
    assert.equal(fs.readdirSync(folder), []);
  }));

test('the lock of a live process is waited for; killed, it is taken over', () =>
  withFolder((folder) =>
    withChild(async (facts, child) => {
      assert.ok('release' in taken(folder, facts));
      assert.ok(!('release' in taken(folder)));
      const named: string[] = [];
      const waiting = (holder: Holder): void => void named.push(`${holder.pid}`);
      const had = acquireLock(ioOf(), wish(folder), { signal: AbortSignal.timeout(20_000), waiting });
      await killed(child);
      const lock = await had;
      assert.ok(lock.ok);
      assert.equal(named, [`${facts.pid}`]);
      assert.equal(fs.readdirSync(folder), ['lock']);
    }),
  ));

test('only a holder that is provably dead is dead', () =>
  withChild(async (facts, child) => {
    assert.is(isProvablyDead(real, facts, self), false, 'alive');
    assert.is(isProvablyDead(real, { ...facts, start: '1' }, self), true, 'the pid is another process now');
    assert.is(isProvablyDead(real, { ...facts, boot: 'before' }, self), true, 'the computer was started anew');
    await killed(child);
    assert.is(isProvablyDead(real, facts, self), true, 'killed');
    assert.is(isProvablyDead(real, { ...facts, machine: 'other' }, self), false, 'another computer');
    assert.is(isProvablyDead(real, { ...facts, machine: 'other', boot: 'before' }, self), false, 'another computer of that name');
    const nameless = { ...self, machine: '' };
    assert.is(isProvablyDead(real, { ...facts, machine: '', boot: 'before' }, nameless), false, 'it may be another computer');
    assert.is(isProvablyDead(real, { ...facts, machine: '' }, nameless), true, 'no other computer has this boot');
    assert.is(isProvablyDead(real, { ...facts, namespace: '1' }, self), false, 'another container');
    assert.is(isProvablyDead(real, { ...facts, boot: '' }, self), false, 'nothing is known');
  }));

test('where /proc hides what others run (hidepid), nobody is known to be dead', () => {
  const hidden = { ...real, existsSync: (path: string) => !/^\/proc\/\d/.test(path) && real.existsSync(path) } as Files;
  const gone = { ...self, pid: 2 ** 22 + 1, start: '1' };
  assert.is(isProvablyDead(real, gone, self), true);
  assert.is(isProvablyDead(hidden, gone, self), false);
});

test('waiting ends with the signal', () =>
  withFolder(async (folder) => {
    taken(folder);
    const stop = new AbortController();
    const waiting = (): void => stop.abort(new Error('stopped'));
    let message = '';
    await acquireLock(ioOf(), wish(folder), { signal: stop.signal, waiting }).catch((thrown: Error) => (message = thrown.message));
    assert.is(message, 'stopped');
  }));

test('what a dead holder left is settled before the lock is taken from it', () =>
  withFolder(async (folder) => {
    const dead = taken(folder, { ...self, boot: 'before' });
    assert.ok('release' in dead);
    const seen: string[] = [];
    const lock = await acquireLock(ioOf(), wish(folder), {
      signal: AbortSignal.timeout(20_000),
      waiting: () => seen.push('waiting'),
      dead: async (holder) => {
        await pause(20);
        seen.push(`${holder.nonce} ${readLock(real, `${folder}/lock`)?.nonce}`);
      },
    });
    assert.ok(lock.ok);
    assert.equal(seen, [`${dead.holder.nonce} ${dead.holder.nonce}`]);
  }));

test('unlock takes the lock from the holder that was named, and from no other', () =>
  withFolder((folder) => {
    const far = taken(folder, { ...self, machine: 'other', host: 'elsewhere' });
    assert.ok('release' in far && !('release' in taken(folder)));
    assert.is(unlock(ioOf(), `${folder}/lock`, 'other'), false);
    assert.is(unlock(ioOf(), `${folder}/lock`, far.holder.nonce), true);
    assert.ok('release' in taken(folder));
  }));

/** Where the only file of the lock is. */
function fileIn(folder: string): string {
  return `${folder}/lock/${fs.readdirSync(`${folder}/lock`)[0]}`;
}

const DAMAGE: { readonly [name: string]: (file: string) => void } = {
  'with another bit in each byte': (file) =>
    fs.writeFileSync(
      file,
      fs.readFileSync(file).map((byte) => byte ^ 4),
    ),
  'emptied by a power cut': (file) => fs.writeFileSync(file, ''),
  'that became a link to nowhere': (file) => {
    fs.rmSync(file);
    fs.symlinkSync('/nowhere', file);
  },
  'that became a folder': (file) => {
    fs.rmSync(file);
    fs.mkdirSync(file);
  },
};

for (const [how, damage] of Object.entries(DAMAGE)) {
  test(`a lock file ${how} says what it said: the lock of the living stays, that of the dead is taken, its run known`, () =>
    withFolder((folder) => {
      taken(folder);
      damage(fileIn(folder));
      assert.ok(!('release' in taken(folder)));
      fs.rmSync(`${folder}/lock`, { recursive: true });
      assert.ok(tryLock(ioOf(), { ...wish(folder, { ...self, start: '1' }), run: 'r1' }).ok);
      damage(fileIn(folder));
      assert.is(readLock(real, `${folder}/lock`)?.holder?.run, 'r1');
      assert.ok('release' in taken(folder));
    }));
}

test('a lock whose name was damaged is refused, until the user takes it away', () =>
  withFolder((folder) => {
    taken(folder);
    const file = fileIn(folder);
    const { pid } = self;
    const damaged = file.replace(`,${pid},`, `,${pid ^ 1},`);
    fs.renameSync(file, damaged);
    const refused = tryLock(ioOf(), wish(folder));
    assert.match(String(!refused.ok && refused.error.hint), /sbx unlock/);
    assert.is(unlock(ioOf(), `${folder}/lock`, damaged.slice(`${folder}/lock/`.length)), true);
    assert.ok('release' in taken(folder));
  }));

test('a computer may have any name', () =>
  withFolder((folder) => {
    const host = 'ä/,'.repeat(60);
    assert.ok('release' in taken(folder, { ...self, host }));
    assert.is(readLock(real, `${folder}/lock`)?.holder?.host, host);
  }));

test('what others put into a lock neither holds it nor hides its holder, and is kept', () =>
  withFolder(async (folder) => {
    const strangers = ['.DS_Store', '.zz.swp'];
    const put = (): void => {
      for (const name of strangers) fs.writeFileSync(`${folder}/lock/${name}`, 'mine');
      fs.mkdirSync(`${folder}/lock/folder`);
      fs.writeFileSync(`${folder}/lock/folder/file`, 'mine');
    };
    const held = taken(folder);
    assert.ok('release' in held);
    put();
    assert.is((taken(folder) as Holder).nonce, held.holder.nonce);
    held.release();
    assert.is(readLock(real, `${folder}/lock`), undefined);
    const next = taken(folder, { ...self, start: '1' });
    assert.ok('release' in next);
    const [first = '', ...more] = fs.readdirSync(`${folder}/trash`);
    assert.equal(more, []);
    assert.equal(fs.readdirSync(`${folder}/trash/${first}/lock`), [...strangers, 'folder']);
    assert.is(fs.readFileSync(`${folder}/trash/${first}/lock/folder/file`, 'utf8'), 'mine');
    fs.writeFileSync(`${folder}/lock/another`, 'mine');
    assert.ok('release' in taken(folder), 'a dead holder among strangers');
    const second = fs.readdirSync(`${folder}/trash`).find((name) => name !== first);
    assert.is(fs.readFileSync(`${folder}/trash/${second}/lock/another`, 'utf8'), 'mine', 'it is not as old as what came before');
  }));

test('what stands in the place of a lock, or may be the lock of another version, is refused and left, and the user can take it away', () =>
  withFolder((folder) => {
    const nonce = 'a'.repeat(32);
    fs.mkdirSync(`${folder}/lock`);
    fs.mkdirSync(`${folder}/lock/${nonce}`);
    fs.writeFileSync(`${folder}/lock/${nonce}/file`, 'mine');
    const refused = tryLock(ioOf(), wish(folder));
    assert.is(!refused.ok && refused.error.hint, `if no sbx works here, whatever its version: sbx unlock ${nonce}`);
    assert.is(unlock(ioOf(), `${folder}/lock`, nonce), true);
    assert.is(fs.readFileSync(`${folder}/trash/${fs.readdirSync(`${folder}/trash`)[0]}/lock/${nonce}/file`, 'utf8'), 'mine');
    fs.writeFileSync(`${folder}/lock`, '{"pid":4711}');
    const plain = tryLock(ioOf(), wish(folder));
    assert.match(plain.ok ? '' : plain.error.message, /lock is not a folder/);
    assert.match((!plain.ok && plain.error.hint) || '', /move it away: mv /);
    assert.is(fs.readFileSync(`${folder}/lock`, 'utf8'), '{"pid":4711}');
    assert.equal(fs.readdirSync(folder).sort(), ['lock', 'trash']);
  }));

test('whoever the holder started is not made to wait for it', () =>
  withFolder(async (folder) => {
    const parent = fs.readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const start = parent.slice(parent.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    const held = taken(folder, { ...self, pid: process.ppid, start });
    assert.ok('release' in held);
    const never = (): void => assert.unreachable();
    const asked = await acquireLock(ioOf(), wish(folder), { signal: AbortSignal.timeout(20_000), waiting: never });
    assert.is(asked.ok && !('release' in asked.value) && asked.value.nonce, held.holder.nonce);
  }));

test('a lock that cannot be written is a failure that says why', () =>
  withFolder((folder) => {
    fs.writeFileSync(`${folder}/file`, '');
    const result = tryLock(ioOf(), { ...wish(folder), path: `${folder}/file/lock` });
    assert.ok(!result.ok && result.error.code === 'local-io');
  }));

test('processes that count under the lock lose no count, though dead holders lie in their way', () =>
  withFolder(async (folder) => {
    fs.writeFileSync(`${folder}/count`, '0');
    const script = fileURLToPath(new URL('lock-contender.js', import.meta.url));
    const codes = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, [script, folder, '25'], { stdio: 'inherit' });
      return new Promise<number | null>((done) => child.on('exit', done));
    });
    assert.equal(await Promise.all(codes), [0, 0, 0, 0]);
    assert.is(fs.readFileSync(`${folder}/count`, 'utf8'), '100');
    assert.equal(fs.readdirSync(folder), ['count']);
  }));

test('the id of the machine is made once and stays; a damaged one is replaced', () =>
  withFolder((folder) => {
    const id = machineId(ioOf(), `${folder}/state`);
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.is(machineId(ioOf(), `${folder}/state`), id);
    fs.writeFileSync(`${folder}/state/machine-id`, 'x');
    const other = machineId(ioOf(), `${folder}/state`);
    assert.is(machineId(ioOf(), `${folder}/state`), other);
    assert.equal(fs.readdirSync(`${folder}/state`), ['machine-id']);
  }));

test.run();
