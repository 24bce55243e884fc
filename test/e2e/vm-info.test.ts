import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { withVm, write } from './created.ts';

interface Info {
  readonly address: string;
  readonly workspace: string;
}

needing('sshd', 'ssh')('vm-info says where a place is reached, as whom and at which port', () =>
  withVm(async (vm) => {
    write(
      `version: 1\nsandboxes: { far: { workspace: ${vm.builds}/one, host: far }, box: {} }\nsteps: {}\n`,
      vm.folder,
      'Sandboxfile.yaml',
    );
    const far = await vm.sbx(['vm-info', 'far', '--json']);
    assert.is(far.code, 0, far.stderr);
    const { address, workspace } = JSON.parse(far.stdout) as Info;
    assert.equal([address, workspace], [`${vm.sshd.user}@127.0.0.1:${vm.sshd.port}`, `${vm.builds}/one (not made yet)`]);
    const box = await vm.sbx(['vm-info', 'box']);
    assert.is(box.code, 0, box.stderr);
    assert.not.match(box.stdout, /^address/m, 'nobody else gets there');
  }),
);

test.run();
