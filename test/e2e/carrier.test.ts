import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FarProject, runTo, withFarProject } from './far-project.ts';

const WHY = "the system's ssh, since ssh_config has a ProxyCommand for it";

/** The host has no other way than a ProxyCommand. */
function proxied(use: (story: FarProject) => Promise<void>): Promise<void> {
  return withFarProject({ sshd: { clientLines: ['HostKeyAlias sbx-far'] } }, async (story) => {
    const { config, knownHosts, port } = story.sshd;
    writeFileSync(knownHosts, readFileSync(knownHosts, 'utf8').replace(/^\S+/, 'sbx-far'));
    const proxy = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3 & cat >&3'`;
    const text = readFileSync(config, 'utf8').replace('HostName 127.0.0.1', 'HostName nowhere.invalid');
    writeFileSync(config, `${text}  ProxyCommand ${proxy}\n`);
    await use(story);
  });
}

test("where only the system's ssh can, a build goes over it; run -v, vm-info and doctor say why", () =>
  proxied(async (story) => {
    const { sbx, there } = story;
    const first = await sbx(['run', '-v', 'build']);
    assert.is(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stdout + first.stderr, `by ${WHY}`);
    assert.is(there('out/app'), 'one\ntwo\n');
    story.project.write('src/a', 'three\n');
    assert.equal(await runTo(story, 'fetch-artifacts'), { sync: 'succeeded', build: 'succeeded', 'fetch-artifacts': 'succeeded' });
    assert.is(story.project.read('out/app'), 'three\ntwo\n');
    const visited = await sbx(['vm-info', 'far', '--json']);
    assert.is((JSON.parse(visited.stdout) as { ssh: string }).ssh, WHY);
    const { findings } = JSON.parse((await sbx(['doctor', '--json'])).stdout) as { findings: readonly { says: string }[] };
    assert.ok(findings.some(({ says }) => says === "far is reached by the system's ssh, since ssh_config has a ProxyCommand for it"));
    const refused = await sbx(['vm-info', 'far'], { env: { SBX_SSH: 'builtin' } });
    assert.is(refused.code, 4);
    assert.match(refused.stderr + refused.stdout, "which only the system's ssh can use");
  }));

test.run();
