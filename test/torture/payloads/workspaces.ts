import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectIn } from '../../rig/project.ts';
import type { Sshd } from '../../rig/sshd.ts';
import { nameOf } from './names.ts';
import type { Payload } from './sheet.ts';

/** Uses each payload as the name of a folder of a workspace on the far side. Undefined is right. */
export async function workspacesOf(payloads: readonly Payload[], folder: string, sshd: Sshd): Promise<(n: number) => string | undefined> {
  mkdirSync(folder, { recursive: true });
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const far = join(folder, 'far');
  mkdirSync(far);
  const all = payloads.map((payload, n) => ({ n, workspace: join(far, String(n), nameOf(payload), 'ws') }));
  const sandboxes = all.map(({ n }) => `  w${n}: { host: far, workspace: "\${{ params.p${n} }}", files: all, grace: 3s }\n`);
  const steps = all.map(
    ({ n }) =>
      `  s${n}: { task: sync, in: w${n}, exclude: [out] }\n  b${n}: { task: remote-build, in: w${n}, needs: s${n}, run: "cat word > out" }\n`,
  );
  const fetches = all.map(({ n }) => `  f${n}: { task: fetch-artifacts, in: w${n}, needs: b${n}, from: out, to: out/${n} }\n`);
  const params = all.map(({ n }) => `  p${n}: { type: string, default: "" }\n`);
  project.write('word', 'a word\n');
  project.write(
    'Sandboxfile.yaml',
    `version: 1\nparams:\n${params.join('')}sandboxes:\n${sandboxes.join('')}steps:\n${steps.join('')}${fetches.join('')}`,
  );
  const env = { ...sshd.env, ...Object.fromEntries(all.map(({ n, workspace }) => [`SBX_PARAM_P${n}`, workspace])) };
  const ended = await project.sbx(['run', '-k', '-j', '2', ...all.map(({ n }) => `f${n}`)], { env });
  const lines = `${ended.stdout}${ended.stderr}`.split('\n');
  return (n) => {
    const workspace = all[n]?.workspace ?? '';
    const said = `exit ${ended.code}\n${lines.filter((line) => new RegExp(`\\b[wsbf]${n}\\b`).test(line)).join('\n')}`;
    const made = join(workspace, 'out');
    const isThere = existsSync(made) && readFileSync(made, 'utf8') === 'a word\n';
    // A line break in a path would be two lines to the programs there.
    if (/[\r\n]/.test(workspace)) return !isThere && said.includes(`${JSON.stringify(workspace)} cannot be a workspace`) ? undefined : said;
    if (!isThere) return `nothing was built there: ${said}`;
    const beside = readdirSync(join(far, String(n), nameOf(payloads[n] as Payload)));
    if (beside.join() !== 'ws') return `beside the workspace: ${beside.join(', ')}`;
    return existsSync(join(project.root, 'out', String(n))) ? undefined : `it did not come back: ${said}`;
  };
}

/** A name that is no text goes there and comes back with its bytes, or is refused by its place. */
export async function bytesAsName(folder: string, sshd: Sshd): Promise<string | undefined> {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  const name = Buffer.concat([Buffer.from(join(project.root, 'src/a')), Buffer.from([0xff, 0xfe, 0x2f & 0x7e])]);
  project.write('src/plain', 'plain\n');
  writeFileSync(name, 'bytes\n');
  project.write(
    'Sandboxfile.yaml',
    `version: 1\nsandboxes: { far: { host: far, workspace: ${workspace}, files: all, grace: 3s } }\nsteps:\n  sync: { task: sync, in: far }\n`,
  );
  const ended = await project.sbx(['run', 'sync'], { env: sshd.env });
  if (ended.code !== 0)
    return /src\/a/.test(ended.stdout + ended.stderr) ? undefined : `refused, but not by its name: ${ended.stdout}${ended.stderr}`;
  const there = readdirSync(join(workspace, 'src'), { encoding: 'buffer' }).map((one) => one.toString('latin1'));
  return there.includes(name.subarray(name.length - 4).toString('latin1')) ? undefined : `there is ${JSON.stringify(there)}`;
}
