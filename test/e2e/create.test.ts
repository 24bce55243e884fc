import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { ATTACH, inputs, namesIn, type Shown, textOf, withVm, write } from './created.ts';

const attaching = needing('sshd', 'ssh');

attaching('create --profile profile.vm-haskell-build attaches: a workspace of its own, which destroy removes, and the VM stays', () =>
  withVm(async (vm) => {
    write('main = pure ()\n', vm.folder, 'repo/app/Main.hs');
    write('old\n', vm.folder, 'repo/dist-newstyle/plan.json');
    write('ref: main\n', vm.folder, 'repo/.git/HEAD');
    write('theirs\n', vm.builds, 'other/file');
    const one = await vm.create('--input', 'repo=repo', '--ttl', '2h');
    assert.match(one.id, /^[0-9a-f]{12}$/);
    assert.is(one.state, 'ready');
    assert.is(one.profile, 'vm-haskell-build');
    assert.equal([one.ttl, one.inputs.ttl], [7200, undefined]);
    assert.equal(one.placement, { kind: 'ssh', host: 'far' });
    const dir = one.workspace ?? '';
    assert.equal(one.reachability, { host: '127.0.0.1', port: vm.sshd.port, user: userInfo().username, remote_dir: dir });
    assert.is(textOf(dir, 'app/Main.hs'), 'main = pure ()\n');
    assert.equal([...namesIn(dir)].sort(), ['.sbx', 'app'], 'excluded as `make sync` does');

    const listed = JSON.parse((await vm.sbx(['ls', '--json'])).stdout) as { readonly sandboxes: readonly Shown[] };
    assert.equal(
      listed.sandboxes.map(({ id }) => id),
      [one.id],
    );
    const inspected = await vm.sbx(['inspect', one.id.slice(0, 4)]);
    assert.match(inspected.stdout, /^ {2}life +(1h5\dm|2h\S*) left$/m);

    const destroyed = await vm.sbx(['destroy', `sbx-${one.id}`]);
    assert.is(destroyed.code, 0, destroyed.stderr);
    assert.is(destroyed.stdout, `destroyed ${one.id}\n  removed ${dir} in far\n`);
    assert.equal(vm.left(), ['other'], 'what is not ours stays');
    const again = await vm.sbx(['destroy', one.id]);
    assert.is(again.code, 1);
    assert.match(again.stderr, new RegExp(`there is no sandbox ${one.id}`));
  }),
);

attaching('without workspace_dir the workspace is /build/sbx-ID', () =>
  withVm(async (vm) => {
    const had = existsSync('/build');
    const ended = await vm.sbx(['create', ...ATTACH, '--input', 'ssh_target=far', '--json']);
    if (ended.code !== 0) return assert.match(ended.stderr, /\/build\/sbx-[0-9a-f]{12} cannot be made/); // not as root
    const one = JSON.parse(ended.stdout) as Shown;
    try {
      assert.is(one.workspace, `/build/sbx-${one.id}`);
      assert.is(one.reachability?.remote_dir, `/build/sbx-${one.id}`);
      assert.is(one.inputs.vm, 'far', 'ssh_target is another name of vm');
      assert.is((await vm.sbx(['destroy', one.id])).code, 0);
      assert.not(existsSync(`/build/sbx-${one.id}`));
    } finally {
      if (!had) rmSync('/build', { recursive: true, force: true });
    }
  }),
);

attaching('a tunnel is dialled in place of the VM, whose key is pinned under its own name', () =>
  withVm(async (vm) => {
    // What the VM is configured as does not answer: only the tunnel leads there.
    writeFileSync(vm.sshd.config, textOf(vm.sshd.config).replace(`Port ${vm.sshd.port}`, 'Port 1').replace('UserKnownHostsFile', '#'));
    const args = ['create', ...ATTACH, ...inputs(vm.builds), '--json'];
    const env = { SANDBOXER_VM_TUNNEL_PORT: String(vm.sshd.port) };
    const unknown = await vm.sbx(args, { env });
    assert.is(unknown.code, 4, unknown.stdout);
    assert.match(unknown.stderr, /the key of far is not known/);
    const accept = `sbx trust far --tunnel ${vm.sshd.port} --fingerprint ${vm.sshd.fingerprint}`;
    assert.ok(unknown.stderr.includes(accept), unknown.stderr);
    assert.equal(vm.left(), [], 'nothing is left of what could not be made');
    assert.is((await vm.sbx(accept.split(' ').slice(1))).code, 0);
    const ended = await vm.sbx(args, { env });
    assert.is(ended.code, 0, ended.stderr);
    const one = JSON.parse(ended.stdout) as Shown;
    assert.is(one.inputs.tunnel_port, String(vm.sshd.port));
    assert.equal([one.reachability?.host, one.reachability?.port], ['localhost', vm.sshd.port]);
    // The tunnel is part of what is remembered: destroy needs no variable.
    assert.is((await vm.sbx(['destroy', one.id])).code, 0);
    assert.equal(vm.left(), []);
    const wrong = await vm.sbx(['create', ...ATTACH, ...inputs(vm.builds), '--input', 'tunnel_port=seventy']);
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, /`seventy` is not a port/);
  }),
);

attaching('a folder of somebody else is no workspace, and is not touched', () =>
  withVm(async (vm) => {
    write('work\n', vm.builds, 'theirs/file');
    const refused = await vm.sbx(['create', ...ATTACH, '--input', 'vm=far', '--input', `workspace_dir=${vm.builds}/theirs`]);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /holds files that sbx did not send/);
    assert.equal(vm.left(), ['theirs']);
    assert.is(textOf(vm.builds, 'theirs/file'), 'work\n');
  }),
);

attaching('a name, a longer life, and words that are nearly right', () =>
  withVm(async (vm) => {
    const one = await vm.create('--name', 'mine', '--input', 'ttl=1h');
    assert.is(one.name, 'mine');
    assert.is(one.ttl, 3600);
    const twice = await vm.sbx(['create', ...ATTACH, ...inputs(vm.builds), '--name', 'mine']);
    assert.is(twice.code, 2);
    assert.match(twice.stderr, new RegExp(`the sandbox ${one.id} is called mine already`));
    const renewed = JSON.parse((await vm.sbx(['renew', 'mine', '--ttl', '5h', '--json'])).stdout) as Shown;
    assert.is(renewed.ttl, 18_000);
    const forever = JSON.parse((await vm.sbx(['renew', 'mine', '--ttl', 'never', '--json'])).stdout) as Shown;
    assert.equal([forever.ttl, forever.expires], [null, null]);
    const near = await vm.sbx(['inspect', 'mien']);
    assert.match(near.stderr, /did you mean mine\?/);
    const completed = await vm.sbx(['__complete', 'created', 'm']);
    assert.equal(completed.stdout, `${one.id}\nmine\n`);
    assert.is((await vm.sbx(['destroy', 'mine', 'nobody'])).code, 1, 'the other one is not there');
    assert.equal(vm.left(), []);
  }),
);

test('what is wrong with an invocation of create is said before anything is reached', () =>
  withVm(async (vm) => {
    const refused = async (args: readonly string[], message: RegExp): Promise<void> => {
      const ended = await vm.sbx(['create', ...args]);
      assert.is(ended.code, 2, ended.stderr);
      assert.match(ended.stderr, message);
    };
    await refused([], /needs a profile/);
    await refused(['--profile', 'vm-haskel-build'], /did you mean vm-haskell-build\?/);
    await refused(
      [...ATTACH, '--input', 'tunel_port=1'],
      /--input tunel_port: there is no such parameter[\s\S]*Did you mean `tunnel_port`\?/,
    );
    await refused([...ATTACH, '--input', 'vm'], /--input needs K=V/);
    await refused([...ATTACH, '--ttl', 'soon'], /--ttl cannot be "soon"/);
    await refused([...ATTACH, '--input', 'ttl=soon'], /the input ttl cannot be "soon"/);
    await refused([...ATTACH, '--name', 'Mine'], /"Mine" is no name/);
    await refused([...ATTACH, '--name', 'cafe'], /looks like an id/);
    await refused([...ATTACH, '--input', 'repo=nowhere'], /nowhere is no folder/);
    await refused([...ATTACH, '--input', 'mode=other'], /attach or build/);
    mkdirSync(join(vm.folder, 'profiles'));
    writeFileSync(
      join(vm.folder, 'profiles/mine.yaml'),
      'version: 1\nparams:\n  vm: { type: string, description: Where }\nsandboxes:\n  vm: { host: "${{ params.vm }}" }\n',
    );
    await refused(['--profile', 'mine'], /the parameter `vm` has no value[\s\S]*Give it one: --input vm=/);
    assert.equal(vm.left(), []);
  }));

test.run();
