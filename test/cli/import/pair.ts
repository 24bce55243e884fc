// One project twice: make works in one copy, sbx in the other with the Sandboxfile that `sbx import` made.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Ended, execute } from '../../rig/cli.ts';
import { withFolder } from '../../rig/folder.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';

export interface Pair {
  /** Where make works, and where sbx does. */
  readonly made: TestProject;
  readonly run: TestProject;
  readonly imported: Ended;
  /** Makes the targets in both copies; then what is there and what was called must be the same. */
  both(targets: readonly string[], more?: More): Promise<void>;
}

interface More {
  readonly make?: readonly string[];
  readonly sbx?: readonly string[];
  readonly env?: { readonly [name: string]: string };
}

/** Programs that note that they were called, and with what: nothing is reached, started or built by them. */
const STAND_INS = ['ssh', 'scp', 'rsync', 'packer', 'VBoxManage', 'tool'];
const STAND_IN = `#!/bin/sh
printf '%s' "STAND-IN \${0##*/}" >> "$HOME/called"
for word; do printf ' <%s>' "$word" >> "$HOME/called"; done
echo >> "$HOME/called"
case "\${0##*/} $*" in
"VBoxManage list bridgedifs") echo 'Name:            en0: Wi-Fi (AirPort)' ;;
"rsync "*/dist-newstyle/) for word; do :; done; mkdir -p "$word" ;;
"ssh "*12222*) exit 255 ;;
"ssh "*sudo*) exit 1 ;;
esac
`;

/** `fill` writes the project into a folder. */
export function withPair(fill: (folder: string) => void, use: (pair: Pair) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of STAND_INS) {
      writeFileSync(join(bin, name), STAND_IN);
      chmodSync(join(bin, name), 0o755);
    }
    const made = projectIn(join(folder, 'make/work'), join(folder, 'make/home'));
    const run = projectIn(join(folder, 'sbx/work'), join(folder, 'sbx/home'));
    for (const { root } of [made, run]) fill(root);
    const imported = await run.sbx(['import']);
    assert.is(imported.code, 0, imported.stderr);
    const valid = await run.sbx(['validate']);
    assert.is(valid.code, 0, `${valid.stderr}\n${run.read('Sandboxfile.yaml')}`);
    const both: Pair['both'] = async (targets, { make = [], sbx = [], env = {} } = {}) => {
      const all = { ...env, PATH: `${bin}:${process.env.PATH}` };
      const one = await execute('make', ['--no-print-directory', ...make, ...targets], { cwd: made.root, home: made.home, env: all });
      const other = await run.sbx(['run', ...sbx, ...targets.map((target) => stepOf(run, target))], { env: all });
      const told = `make: ${one.stdout}${one.stderr}\nsbx: ${other.stdout}${other.stderr}\n${run.read('Sandboxfile.yaml')}`;
      assert.is(other.code === 0, one.code === 0, told);
      assert.equal(filesIn(run.root), filesIn(made.root), `${targets.join(' ')}: files\n${told}`);
      assert.equal(called(run), called(made), `${targets.join(' ')}: calls\n${told}`);
    };
    await use({ made, run, imported, both });
  });
}

/** The step of a target: its description names the target where its own name cannot. */
function stepOf({ root }: TestProject, target: string): string {
  const text = readFileSync(join(root, 'Sandboxfile.yaml'), 'utf8');
  const name = target.replace(/[.+]/g, '\\$&');
  return new RegExp(`^ {2}([a-z][\\w-]*):\\n {4}description: (?:.*\\()?${name}\\)?$`, 'm').exec(text)?.[1] ?? target;
}

/** What there is, but for what is sbx's own: paths with contents. */
function filesIn(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (path.startsWith('.sbx') || path === 'Sandboxfile.yaml') continue;
    found[path] = entry.isDirectory() ? 'a folder' : readFileSync(join(root, path), 'latin1').replaceAll(root, 'ROOT');
  }
  return found;
}

/** What was called since this was last asked. Steps that do not wait for each other may call in any order. */
function called({ home }: TestProject): readonly string[] {
  const file = join(home, 'called');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').replaceAll(home, 'HOME').trimEnd().split('\n');
  writeFileSync(file, '');
  return lines.sort();
}
