import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { eventsOf } from '../../e2e/far-project.ts';
import { type Ended, REPOSITORY } from '../../rig/cli.ts';
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
  /** What the step that remembers did, and how many results the store had after it: for a second value of each secret, then for another `version:`. */
  readonly again: { readonly [change in 'values' | 'version']: { readonly outcome: string; readonly kept: number } };
}

/** Runs with a fault of sbx that quotes what it was given, and where it is. */
export const FAULTS = { 'a run whose step meets a fault': 'step', 'a run that ends by a fault': 'run' } as const;

function sandboxfile(workspace: string, version: string): string {
  const print = ENCODINGS.map((_, n) => `cat "$PIECES/${n}a"; sleep 0.02; cat "$PIECES/${n}b"; echo;`).join(' ');
  return `version: 1
secrets: { TOKEN: { version: '${version}' }, KEYFILE: { file: key } }
sandboxes: { far: { host: far, workspace: ${workspace}, files: all, grace: 3s } }
steps:
  prints: { secrets: [TOKEN, KEYFILE], run: 'printf %s "$TOKEN" > /dev/null; printf "%s\\n" "$TOKEN"; printf "%s\\n" "$KEYFILE"; printf %s "$KEYFILE" | base64; ${print}' , passEnv: [PIECES] }
  keeps: { secrets: [TOKEN, KEYFILE], inputs: [], outputs: made, cache: true, run: 'printf "%s\\n" "$TOKEN"; echo made > made' }
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
  const token = (): string => `tok "${letters(20)}" $&<é>/'${letters(12)}`;
  const keyfile = (): string => `-----BEGIN KEY-----\n${letters(64)}\n${letters(64)}\n${letters(30)}\n-----END KEY-----`;
  const values = { TOKEN: token(), KEYFILE: keyfile(), 'the second TOKEN': token(), 'the second KEYFILE': keyfile() };
  project.write('Sandboxfile.yaml', sandboxfile(workspace, '1'));
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
  const say = async (name: string, args: readonly string[], more: { readonly [name: string]: string } = {}): Promise<Ended> => {
    const ended = await project.sbx(args, { env: { ...env, ...more } });
    said[name] = `exit ${ended.code}\n${ended.stdout}${ended.stderr}`;
    return ended;
  };
  for (const [name, args] of Object.entries(commands)) await say(name, args);
  for (const [name, where] of Object.entries(FAULTS)) {
    const quoting = pathToFileURL(join(REPOSITORY, '.build/test/torture/secrets/quoting.js')).href;
    await say(name, ['run', '--json', 'prints'], { NODE_OPTIONS: `--import ${quoting}`, SBX_QUOTING: where });
  }
  const keeps = async (TOKEN: string, name: string) => {
    const ended = await say(name, ['run', '--json', 'keeps'], { TOKEN });
    const outcome = eventsOf(ended).find(({ type, step }) => type === 'step-finished' && step === 'keeps')?.outcome?.is ?? 'none';
    return { outcome, kept: readdirSync(join(project.home, '.cache/sbx/ac/v1')).length };
  };
  writeFileSync(join(project.root, 'key'), `${values['the second KEYFILE']}\n`, { mode: 0o600 });
  const ofValues = await keeps(values['the second TOKEN'], 'a run with other values');
  project.write('Sandboxfile.yaml', sandboxfile(workspace, '2'));
  const ofVersion = await keeps(values['the second TOKEN'], 'a run with another version');
  Atomics.store(shared, 0, 1);
  const watched = await seen;
  const roots = [join(project.root, '.sbx'), join(project.root, 'made'), project.home, workspace, sshd.home];
  return {
    values,
    said,
    files: roots.flatMap((root) => filesBelow(root, folder)),
    ...watched,
    again: { values: ofValues, version: ofVersion },
  };
}

function filesBelow(path: string, folder: string): Story['files'] {
  if (!existsSync(path)) return [];
  const stats = lstatSync(path);
  if (stats.isDirectory()) return readdirSync(path).flatMap((name) => filesBelow(join(path, name), folder));
  return stats.isFile() ? [{ path: path.replace(`${folder}/`, ''), bytes: readFileSync(path), mode: stats.mode & 0o777 }] : [];
}
