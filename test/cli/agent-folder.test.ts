import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { agentFolder, isOurs } from '../../lib/cli/agent/socket.ts';
import { AskedVariables } from '../../lib/io/asked.ts';
import { realFiles } from '../../lib/io/io.ts';
import { withFolder } from '../rig/folder.ts';

test('the socket of the agent lies where only this user can put one', () =>
  withFolder(async (folder) => {
    const runtime = join(folder, 'run');
    const environment = new AskedVariables([
      ['XDG_RUNTIME_DIR', runtime],
      ['XDG_STATE_HOME', join(folder, 'state')],
    ]);
    const beside = join(folder, 'state/sbx/agent');
    const where = (): string => agentFolder({ environment }, realFiles);
    assert.is(where(), beside, 'a runtime folder that is not there');
    mkdirSync(runtime);
    chmodSync(runtime, 0o777);
    assert.is(where(), beside, 'one in which others write');
    chmodSync(runtime, 0o700);
    const ours = join(runtime, 'sbx');
    assert.is(where(), ours);
    assert.ok(isOurs(ours, realFiles, true));
    chmodSync(ours, 0o750);
    assert.not(isOurs(ours, realFiles), 'one that others enter');
    symlinkSync(ours, join(folder, 'link'));
    chmodSync(ours, 0o700);
    assert.not(isOurs(join(folder, 'link'), realFiles), 'a link');
    mkdirSync(join(folder, 'x'.repeat(90)));
    environment.set('XDG_RUNTIME_DIR', join(folder, 'x'.repeat(90)));
    assert.ok(where().length < 80, 'no socket has a longer path');
  }));

test.run();
