import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectIn } from '../../rig/project.ts';
import type { Sshd } from '../../rig/sshd.ts';
import { QUOTINGS } from './quotings.ts';

export interface Payload {
  readonly text: string;
  /** The same with `CANARY` for the path. */
  readonly raw: string;
  /** A path that must never come into being. */
  readonly canary: string;
}

/** What came of one run with many payloads. */
export interface Sheet {
  /** What was kept of the payload in a quoting, and how many words it was with its name; undefined if nothing was. */
  kept(at: 'here' | 'far', payload: number, quoting: string): { readonly text: string; readonly words: string } | undefined;
  /** Word of `--`, from 0: as a list in shell text, or as words without a shell. */
  word(at: 'here' | 'far', shell: 'sh' | 'argv', n: number): string | undefined;
  words(at: 'here' | 'far', shell: 'sh' | 'argv'): string | undefined;
  /** All that sbx said, if a run failed. */
  readonly failed?: string;
}

const SHOW = `show() { printf %s "$#" > "$1.count"; printf %s "$2" > "$1"; }`;
const WORDS = 'n=0; for w; do printf %s "$w" > "$n"; n=$((n + 1)); done; printf %s "$n" > count';

function step(name: string, param: string, shell: 'sh' | 'bash', far: boolean): string {
  const texts = QUOTINGS.filter((one) => one.shell === shell).map(({ text }) => text.replaceAll('VALUE', `\${{ params.${param} }}`));
  const lines = [`mkdir -p kept/${param}`, `cd kept/${param}`, SHOW, ...texts].join('\n').replace(/^/gm, '      ');
  return `  ${name}:\n    ${far ? 'in: far\n    needs: sync\n    ' : ''}shell: ${shell}\n    env: { GIVEN: "\${{ params.${param} }}" }\n    run: |\n${lines}\n`;
}

function lister(shell: 'sh' | 'argv', far: boolean): string {
  const place = far ? 'in: far, needs: sync, ' : '';
  const name = `${far ? 'far' : 'here'}-${shell}-words`;
  const run =
    shell === 'sh'
      ? `"mkdir -p ${name}; cd ${name}; set -- \${{ args }}; ${WORDS.replaceAll('"', '\\"')}"`
      : `[sh, -c, "mkdir -p ${name}; cd ${name}; ${WORDS.replaceAll('"', '\\"')}", sh, "\${{ args }}"]`;
  return `  ${name}: { ${place}shell: ${shell}, run: ${run} }\n`;
}

function sandboxfile(payloads: readonly Payload[], workspace: string): string {
  const steps = payloads.flatMap((_, n) =>
    [false, true].flatMap((far) =>
      (['sh', 'bash'] as const).map((shell) => step(`${far ? 'far' : 'here'}-${shell}-${n}`, `p${n}`, shell, far)),
    ),
  );
  const words = [false, true].flatMap((far) => (['sh', 'argv'] as const).map((shell) => lister(shell, far)));
  return `version: 1
sandboxes: { far: { host: far, workspace: ${workspace}, files: all, grace: 3s } }
params:
${payloads.map((_, n) => `  p${n}: { type: string, default: "" }\n`).join('')}steps:
  sync: { task: sync, in: far, exclude: [kept] }
${[...steps, ...words].join('')}`;
}

/** Runs all payloads in all quotings, here and on a far side. */
export async function sheetOf(payloads: readonly Payload[], folder: string, sshd: Sshd): Promise<Sheet> {
  mkdirSync(folder, { recursive: true });
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  writeFileSync(join(project.root, 'Sandboxfile.yaml'), sandboxfile(payloads, workspace));
  const env = Object.fromEntries(payloads.map(({ text }, n) => [`SBX_PARAM_P${n}`, text]));
  const names = payloads.flatMap((_, n) => ['here', 'far'].flatMap((at) => ['sh', 'bash'].map((shell) => `${at}-${shell}-${n}`)));
  const ran = await project.sbx(['run', '-k', '-j', '2', ...names], { env: { ...sshd.env, ...env } });
  const listed = await project.sbx(
    [
      'run',
      '-k',
      ...['here', 'far'].flatMap((at) => ['sh', 'argv'].map((shell) => `${at}-${shell}-words`)),
      '--',
      ...payloads.map(({ text }) => text),
    ],
    { env: sshd.env },
  );
  const root = (at: 'here' | 'far'): string => (at === 'far' ? workspace : project.root);
  const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  const failed = [ran, listed]
    .filter(({ code }) => code !== 0)
    .map(({ code, stdout, stderr }) => `exit ${code}\n${stdout.slice(-3000)}${stderr.slice(-3000)}`);
  return {
    kept(at, payload, quoting) {
      const text = read(join(root(at), `kept/p${payload}`, quoting));
      const words = read(join(root(at), `kept/p${payload}`, `${quoting}.count`));
      return text === undefined || words === undefined ? undefined : { text, words };
    },
    word: (at, shell, n) => read(join(root(at), `${at}-${shell}-words`, String(n))),
    words: (at, shell) => read(join(root(at), `${at}-${shell}-words`, 'count')),
    ...(failed.length > 0 ? { failed: failed.join('\n') } : {}),
  };
}
