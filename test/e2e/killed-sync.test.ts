import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startRelay } from '../bench/relay.ts';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { leftOut } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { leftOf } from '../rig/processes.ts';
import { sshdIsInstalled } from '../rig/sshd.ts';
import { withFarProject } from './far-project.ts';

const withSshd = sshdIsInstalled() ? test : leftOut('sshd is not installed');
const FILES = 24;
const SIZE = 500_000;

/** Names of what has arrived, and is not in place. */
function staged(workspace: string): readonly string[] {
  const stage = join(workspace, '.sbx/stage');
  const trees = existsSync(stage) ? readdirSync(stage).map((id) => join(stage, id, 'tree/src')) : [];
  return trees.flatMap((tree) => (existsSync(tree) ? readdirSync(tree) : []));
}

withSshd('sbx is killed in the midst of a transfer: nothing is left of it, and the next run is right and goes on with what arrived', () =>
  withFarProject({}, async ({ project, sshd, workspace, folder, sbx, isThere }) => {
    await using relay = await startRelay({ to: sshd.port, delay: 1, rate: 40e6 });
    const config = join(folder, 'ssh_config');
    const known = `  HostKeyAlias [127.0.0.1]:${sshd.port}`;
    writeFileSync(config, readFileSync(sshd.config, 'utf8').replace(`Port ${sshd.port}`, `Port ${relay.port}\n${known}`));
    const sources = Array.from({ length: FILES }, (_, n) => [`src/f${n}`, randomBytes(SIZE)] as const);
    for (const [path, bytes] of sources) writeFileSync(join(project.root, path), bytes);
    const env = cleanEnvironment({ home: project.home, env: { SBX_SSH_CONFIG: config, SBX_AGENT: 'off' } });
    const child = spawn(process.execPath, [SBX, 'run', 'sync'], { cwd: project.root, env, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await until('some files have arrived', () => staged(workspace).length > 8);
    child.kill('SIGKILL');
    assert.equal(await ended, [null, 'SIGKILL']);
    assert.ok(staged(workspace).length < FILES, 'it was killed in the midst of it');
    await until('nothing of it runs over there', () => leftOf([project.home], sshd).length === 0);
    assert.not(isThere('src/f0'));
    const next = await sbx(['run', 'sync', '--json'], { env: { SBX_SSH_CONFIG: config, SBX_AGENT: 'off' } });
    assert.is(next.code, 0, next.stderr);
    const totals = [...next.stdout.matchAll(/"type":"step-progress".*?"total":(\d+)/g)].map(([, total]) => Number(total));
    const last = totals.at(-1) ?? 0;
    assert.ok(last > 0 && last <= (FILES - 4) * SIZE, `${last} of ${FILES * SIZE}`);
    for (const [path, bytes] of sources) assert.ok(readFileSync(join(workspace, path)).equals(bytes), path);
    for (const rest of ['.sbx/stage', '.sbx/part', '.sbx/busy']) assert.not(isThere(rest), rest);
    assert.equal(leftOf([project.home], sshd), []);
  }),
);

test.run();
