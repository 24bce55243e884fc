import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runTo, withFarProject } from './far-project.ts';

const OLD_TEMPLATE = ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null', 'LogLevel ERROR'];

test('an unknown host key is refused before anything is sent, and the line that is offered accepts it', async () => {
  await withFarProject({}, async (story) => {
    writeFileSync(story.sshd.knownHosts, '');
    const refused = await story.sbx(['run', '--output', 'plain', 'fetch-artifacts']);
    const said = refused.stdout + refused.stderr;
    assert.is(refused.code, 4, said);
    assert.ok(said.includes(story.sshd.fingerprint), said);
    assert.not.ok(existsSync(story.workspace));
    assert.not.match(story.sshd.log(), /Accepted publickey|userauth-request/);
    const line = /sbx trust (\S+) --fingerprint (SHA256:\S+)/.exec(said);
    assert.ok(line, said);
    const trusted = await story.sbx(['trust', line[1] ?? '', '--fingerprint', line[2] ?? '']);
    assert.is(trusted.code, 0, trusted.stdout + trusted.stderr);
    assert.is((await runTo(story, 'fetch-artifacts')).build, 'succeeded');
  });
});

test('a changed host key is refused with both fingerprints before anything is sent', async () => {
  await withFarProject({}, async (story) => {
    await runTo(story, 'fetch-artifacts');
    const known = story.sshd.fingerprint;
    story.sshd.changeHostKey();
    await story.sshd.start();
    const logged = story.sshd.log().length;
    story.project.write('src/a', 'edited\n');
    const refused = await story.sbx(['run', '--output', 'plain', 'fetch-artifacts']);
    const said = refused.stdout + refused.stderr;
    assert.is(refused.code, 4, said);
    assert.ok(said.includes(known) && said.includes(story.sshd.fingerprint), said);
    assert.not.match(story.sshd.log().slice(logged), /Accepted publickey/);
    assert.is(story.there('src/a'), 'one\n');
  });
});

test('the old template (checking off, known_hosts /dev/null) does not turn checking off', async () => {
  // ssh takes the first value it finds, so the template's lines stand before the rig's.
  await withFarProject({}, async (story) => {
    const rest = readFileSync(story.sshd.config, 'utf8').replace(/^ *UserKnownHostsFile .*\n/m, '');
    writeFileSync(story.sshd.config, rest.replace(/^Host far\n/, `Host far\n${OLD_TEMPLATE.map((line) => `  ${line}\n`).join('')}`));
    assert.match(execFileSync('ssh', ['-F', story.sshd.config, '-G', 'far'], { encoding: 'utf8' }), /userknownhostsfile \/dev\/null/);
    const refused = await story.sbx(['run', '--output', 'plain', 'fetch-artifacts']);
    const said = refused.stdout + refused.stderr;
    assert.is(refused.code, 4, said);
    assert.ok(said.includes(story.sshd.fingerprint), said);
    assert.not.match(story.sshd.log(), /Accepted publickey/);
    const trusted = await story.sbx(['trust', 'far', '--fingerprint', story.sshd.fingerprint]);
    assert.is(trusted.code, 0, trusted.stdout + trusted.stderr);
    await runTo(story, 'fetch-artifacts');
    story.sshd.changeHostKey();
    await story.sshd.start();
    story.project.write('src/a', 'edited\n');
    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 4);
  });
});

test.run();
