import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { REPOSITORY } from '../../rig/cli.ts';
import { projectIn } from '../../rig/project.ts';
import { startSshd } from '../../rig/sshd.ts';
import type { Random } from '../random.ts';
import { ENCODINGS } from './encodings.ts';

/** Where a secret must not be, after runs in which a step printed it in every encoding. */
export interface Story {
  readonly values: { readonly [name: string]: string };
  /** What each command said. */
  readonly said: { readonly [command: string]: string };
  /** Every file that is left, by a name for a reader. */
  readonly files: readonly { readonly path: string; readonly bytes: Buffer; readonly mode: number }[];
  /** Command lines that held a value, and environments of those that did not ask for it. */
  readonly argv: readonly string[];
  readonly environments: readonly string[];
  readonly looks: number;
}

function sandboxfile(workspace: string): string {
  const print = ENCODINGS.map((_, n) => `cat "$PIECES/${n}a"; sleep 0.02; cat "$PIECES/${n}b"; echo;`).join(' ');
  return `version: 1
secrets: { TOKEN: {}, KEYFILE: { file: key } }
sandboxes: { far: { host: far, workspace: ${workspace}, files: all, grace: 3s } }
steps:
  prints: { secrets: [TOKEN, KEYFILE], run: 'printf %s "$TOKEN" > /dev/null; printf "%s\\n" "$TOKEN"; printf "%s\\n" "$KEYFILE"; printf %s "$KEYFILE" | base64; ${print}' , passEnv: [PIECES] }
  keeps: { secrets: [TOKEN], outputs: made, cache: true, run: 'printf "%s\\n" "$TOKEN"; echo made > made' }
  fails: { secrets: [TOKEN, KEYFILE], run: 'printf "%s\\n" "$TOKEN" >&2; printf "%s" "$KEYFILE" >&2; sleep 0.3; exit 3' }
  other: { run: 'sleep 0.3; env' }
  sync: { task: sync, in: far, exclude: [key, made] }
  far: { in: far, needs: sync, secrets: [TOKEN, KEYFILE], run: 'printf "%s\\n" "$TOKEN"; sleep 0.3; printf "%s" "$KEYFILE" | base64' }
  far-other: { in: far, needs: sync, run: 'sleep 0.3; env' }
`;
}

export async function storyOf(folder: string, random: Random): Promise<Story> {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  const letters = (count: number): string => random.bytes(count).toString('base64').replace(/[+/=]/g, 'x').slice(0, count);
  const values = {
    TOKEN: `tok "${letters(20)}" $&<é>/'${letters(12)}`,
    KEYFILE: `-----BEGIN KEY-----\n${letters(64)}\n${letters(64)}\n${letters(30)}\n-----END KEY-----`,
  };
  project.write('Sandboxfile.yaml', sandboxfile(workspace));
  writeFileSync(join(project.root, 'key'), `${values.KEYFILE}\n`, { mode: 0o600 });
  const pieces = join(folder, 'pieces');
  project.write('../pieces/none', '');
  for (const [n, [, encode]] of ENCODINGS.entries()) {
    const text = Buffer.from(encode(values.TOKEN));
    const cut = random.below(text.length);
    writeFileSync(join(pieces, `${n}a`), text.subarray(0, cut));
    writeFileSync(join(pieces, `${n}b`), text.subarray(cut));
  }
  await using sshd = await startSshd();
  const env = { ...sshd.env, TOKEN: values.TOKEN, PIECES: pieces };
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const watcher = new Worker(join(REPOSITORY, '.build/test/torture/secrets/watcher.js'), {
    workerData: { values: Object.values(values), shared },
  });
  const seen = new Promise<Pick<Story, 'argv' | 'environments' | 'looks'>>((settle, reject) =>
    watcher.once('message', settle).once('error', reject),
  );
  const said: { [command: string]: string } = {};
  const commands: { readonly [name: string]: readonly string[] } = {
    'a run': ['run', '-k', 'prints', 'keeps', 'fails', 'other', 'far', 'far-other'],
    'a run as JSON': ['run', '-k', '--json', 'prints', 'keeps', 'fails', 'far'],
    'a run for GitHub': ['run', '-k', '--output', 'github', 'prints', 'fails'],
    'a run in groups, verbose': ['run', '-k', '-v', '--output', 'grouped', 'prints', 'fails', 'far'],
    plan: ['plan', 'keeps', 'far'],
    'plan as JSON': ['plan', '--json', 'keeps', 'far'],
    explain: ['explain', 'keeps'],
    'explain as JSON': ['explain', '--json', 'keeps'],
    status: ['status', '--json'],
    validate: ['validate', '--json'],
    list: ['list', '--json'],
    replay: ['replay'],
    'a run in the dark': ['run', '--json', '--offline', 'far'],
  };
  for (const [name, args] of Object.entries(commands)) {
    const ended = await project.sbx(args, { env });
    said[name] = `exit ${ended.code}\n${ended.stdout}${ended.stderr}`;
  }
  Atomics.store(shared, 0, 1);
  const watched = await seen;
  const roots = [join(project.root, '.sbx'), join(project.root, 'made'), project.home, workspace, sshd.home];
  return { values, said, files: roots.flatMap((root) => filesBelow(root, folder)), ...watched };
}

function filesBelow(path: string, folder: string): Story['files'] {
  if (!existsSync(path)) return [];
  const stats = lstatSync(path);
  if (stats.isDirectory()) return readdirSync(path).flatMap((name) => filesBelow(join(path, name), folder));
  return stats.isFile() ? [{ path: path.replace(`${folder}/`, ''), bytes: readFileSync(path), mode: stats.mode & 0o777 }] : [];
}
