import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realFiles } from '../../lib/io/io.ts';
import type { Created } from '../../lib/model/created.ts';
import { openCreated } from '../../lib/run/created.ts';
import { stampLine } from '../../lib/run/journal.ts';
import { cleanEnvironment, execute, REPOSITORY, SBX } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { needing } from '../rig/needing.ts';
import { comes } from '../rig/patience.ts';
import { type Shown, textOf, withVm, write } from './created.ts';

interface Said {
  readonly ended: readonly { readonly id: string; readonly why: string; readonly did: readonly string[] }[];
  readonly left: readonly {
    readonly id: string;
    readonly why: string;
    readonly failure?: { readonly code: string; readonly message: string };
  }[];
}

const reaping = needing('sshd', 'ssh');

reaping('reap ends what is over its time and nothing else; what is not reached is left for the next time', () =>
  withVm(async (vm) => {
    write('theirs\n', vm.builds, 'other/file');
    const reap = async (...more: string[]): Promise<Said> => {
      const ended = await vm.sbx(['reap', '--json', ...more]);
      assert.is(ended.code, 0, ended.stderr);
      return JSON.parse(ended.stdout) as Said;
    };
    const over = await vm.create('--ttl', '1ms');
    const lives = await vm.create('--ttl', '1h', '--input', `workspace_dir=${vm.builds}/lives`);
    const dry = await reap('--dry-run');
    assert.equal(
      dry.ended.map(({ id }) => id),
      [over.id],
    );
    assert.ok(existsSync(over.workspace ?? ''), 'nothing was done');
    // Its host is away: said, exit 0, and still there the next time.
    vm.sshd.stop();
    const [left] = (await reap()).left;
    assert.equal([left?.id, left?.failure?.code], [over.id, 'unreachable']);
    assert.match(left?.why ?? '', /^its time ran out \S+ ago$/);
    await vm.sshd.start();
    const said = await reap();
    assert.equal(
      said.ended.map(({ id, did }) => [id, did]),
      [[over.id, [`removed ${over.workspace} in far`]]],
    );
    assert.equal(said.left, []);
    assert.not(existsSync(over.workspace ?? ''));
    assert.is(textOf(vm.builds, 'other/file'), 'theirs\n');
    const { state } = JSON.parse((await vm.sbx(['inspect', lives.id, '--json'])).stdout) as Shown;
    assert.is(state, 'ready');
    assert.is((await vm.sbx(['reap'])).stdout, 'there is nothing to end\n');
    assert.is((await vm.sbx(['reap', '--quiet'])).stdout, '');
  }),
);

reaping('destroy --forget: its host is gone for good; the record goes, and what is left there is named', () =>
  withVm(async (vm) => {
    const one = await vm.create();
    vm.sshd.stop();
    const away = await vm.sbx(['destroy', one.id]);
    assert.is(away.code, 4, away.stderr);
    const forgot = await vm.sbx(['destroy', '--forget', one.id]);
    assert.equal([forgot.code, forgot.stdout], [0, `forgot ${one.id}\n  left in far: ${one.workspace}\n`]);
    assert.ok(existsSync(one.workspace ?? ''), 'it was not reached');
    assert.is((await vm.sbx(['reap'])).stdout, 'there is nothing to end\n');
  }),
);

reaping('one that fails holds up no other one, and a workspace that became another one’s is left', () =>
  withVm(async (vm) => {
    const one = await vm.create('--ttl', '1ms');
    const two = await vm.create('--ttl', '1ms', '--input', `workspace_dir=${vm.builds}/two`);
    const sentinel = join(one.workspace ?? '', '.sbx/sentinel');
    writeFileSync(sentinel, readFileSync(sentinel, 'utf8').replace(/"id":"./, '"id":"_'));
    const ended = await vm.sbx(['reap']);
    assert.is(ended.code, 0);
    assert.match(ended.stdout, new RegExp(`^ended ${two.id}: `, 'm'));
    assert.match(ended.stdout, new RegExp(`^left ${one.id}: .*\\n {2}\\S+ does not belong to this checkout: it was not touched$`, 'm'));
    assert.ok(existsSync(sentinel));
  }),
);

reaping('a create that is at work is left alone by reap; once it was killed it is undone, and doctor says so before', () =>
  withVm(async (vm) => {
    // A probe that waits keeps create where it is.
    const gate = join(vm.folder, 'gate');
    write(
      `version: 1\nsandboxes: { created: { host: far, workspace: ${vm.builds}/slow, probes: { wait: 'while [ ! -e ${gate} ]; do sleep 0.05; done' } } }\n`,
      vm.folder,
      'profiles/slow.yaml',
    );
    const env = cleanEnvironment({ home: vm.home, env: vm.sshd.env });
    const create = spawn(process.execPath, [SBX, 'create', '--profile', 'slow'], { cwd: vm.folder, env, stdio: 'ignore' });
    const isAtIt = async (): Promise<boolean> => /creating/.test((await vm.sbx(['ls'])).stdout);
    assert.ok(await comes(isAtIt), 'it does not begin');
    const left = JSON.parse((await vm.sbx(['reap', '--json'])).stdout) as Said;
    assert.equal(left.ended, []);
    assert.match(left.left[0]?.why ?? '', /^at work: sbx create \(process/);
    const gone = new Promise((ended) => create.once('exit', ended));
    create.kill('SIGKILL');
    await gone;
    writeFileSync(gate, '');
    const doctor = await vm.sbx(['doctor', '--quiet']);
    assert.match(doctor.stdout, /created +the created sandbox [0-9a-f]{12}: whoever created it was killed\n.*mend: sbx reap/);
    const said = await vm.sbx(['reap']);
    assert.match(said.stdout, /^ended [0-9a-f]{12}: whoever created it was killed$/m);
    assert.equal(vm.left(), []);
  }),
);

test('a record that is damaged, or of another version, is said and left, and holds up no other one', () =>
  withFolder(async (home) => {
    const records = '.state/sbx/sandboxes';
    write('{"id":"0123456789ab"', home, records, '0123456789ab.json');
    write(`${stampLine({ format: 2, id: 'ba9876543210', state: 'paused' })}\n`, home, records, 'ba9876543210.json');
    const over = { id: 'aaaaaaaaaaaa', profile: 'one', state: 'creating', inputs: {}, since: { at: 1, boot: '', up: 0 }, places: [] };
    openCreated({ files: realFiles, nonce }, join(home, '.state/sbx')).write(over as unknown as Created);
    const { sbx } = await import('../rig/cli.ts');
    const said = await sbx(['reap'], { cwd: home, home });
    assert.is(said.code, 0, said.stderr);
    for (const id of ['0123456789ab', 'ba9876543210'])
      assert.match(said.stdout, new RegExp(`^left \\S+${id}\\.json: the record is damaged, or of another version of sbx$`, 'm'));
    assert.match(said.stdout, /^ended aaaaaaaaaaaa: /m);
    for (const command of ['ls', 'doctor']) {
      const { code, stdout, stderr } = await sbx([command], { cwd: home, home });
      assert.is(code, 0, stderr);
      assert.match(stdout + stderr, /ba9876543210\.json is damaged, or of another version of sbx/);
    }
  }));

needing('systemd-analyze')('the units of examples/reap are what systemd takes', () =>
  withFolder(async (home) => {
    const units = ['sbx-reap.service', 'sbx-reap.timer'].map((name) => join(REPOSITORY, 'examples/reap', name));
    const ended = await execute('systemd-analyze', ['verify', ...units], { cwd: home, home });
    assert.is(ended.code, 0, ended.stderr);
    assert.equal(
      ended.stderr.split('\n').filter((line) => line.includes('sbx-reap')),
      [],
    );
  }),
);

test.run();
