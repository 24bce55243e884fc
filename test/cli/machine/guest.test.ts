import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { guestOf } from '../../../lib/cli/machine/guest.ts';
import type { Hop } from '../../../lib/ssh/route.ts';
import { realIo } from '../../contract/places.ts';
import { withFolder } from '../../rig/folder.ts';
import { startSshd } from '../../rig/sshd.ts';

const never = new AbortController().signal;

test('a guest is entered from the computer that holds it, with our key and with the user’s: its address is one of that computer', () =>
  withFolder(async (folder) => {
    const state = join(folder, 'state');
    mkdirSync(state);
    await using laptop = await startSshd();
    await using inside = await startSshd({
      clientLines: [
        'ProxyJump nowhere',
        'Host laptop',
        `HostName 192.0.2.1`,
        `UserKnownHostsFile "${folder}/known"`,
        `IdentityFile "${laptop.key}"`,
      ],
    });
    const config = join(folder, 'config');
    writeFileSync(config, readFileSync(inside.config, 'utf8').replace('Host far', 'Host 127.0.0.1'));
    const key = (sshd: typeof laptop): string => readFileSync(join(sshd.folder, 'host_key.pub'), 'utf8');
    writeFileSync(join(folder, 'known'), `laptop ${key(laptop)}`);
    const from: Hop = { named: 'laptop', user: laptop.user, tunnel: laptop.port };
    const guest = guestOf({
      ...{ io: realIo(folder, { SBX_SSH_CONFIG: config }), spec: { user: inside.user, grace: 1000 } },
      ...{ keys: { authorize: [], by: 'ssh' }, alias: 'vm', folder: join(folder, 'guest'), state, owner: 'me', from, ask: undefined },
    });
    const material = guest.material();
    assert.ok(material.ok);
    writeFileSync(join(inside.folder, 'authorized_keys'), material.value.authorized, { flag: 'a' });
    assert.ok(guest.pin(key(inside).split(' ').slice(0, 2).join(' ')).ok);

    const endpoint = { address: '127.0.0.1', port: inside.port };
    for (const as of ['ours', 'theirs'] as const) {
      const entered = await guest.enter(endpoint, as, 20_000, never);
      assert.ok(entered.ok, JSON.stringify(entered));
      if (entered.ok) await entered.value[Symbol.asyncDispose]();
    }
    laptop.stop();
    for (const as of ['ours', 'theirs'] as const) {
      const entered = await guest.enter(endpoint, as, 20_000, never);
      assert.match(entered.ok ? 'entered' : entered.error.message, /jump host 1/, as);
    }
  }));

test.run();
