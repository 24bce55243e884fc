import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectIn } from '../../rig/project.ts';
import type { Sshd } from '../../rig/sshd.ts';
import type { Payload } from './sheet.ts';

/** What came of payloads as names: undefined is right. */
export interface Names {
  /** A file that is sent, copied there and fetched. */
  file(n: number): string | undefined;
  /** A folder that a step runs in, on the far side. */
  folder(n: number): string | undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what no name of a fetched file may hold
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const LONGEST = 200;

/** As a name it cannot hold a slash; what is too long or taken for another thing gets a letter before it. */
export function nameOf({ text }: Payload): string {
  const name = text.replaceAll('/', '_');
  const bytes = Buffer.byteLength(name);
  return name === '.' || name === '..' ? `n${name}` : bytes > LONGEST ? name.slice(0, 40) : name;
}

/** Sends files of these names, builds from them, fetches what was built, and runs a step in a folder of each name. */
export async function namesOf(payloads: readonly Payload[], folder: string, sshd: Sshd): Promise<Names> {
  mkdirSync(folder, { recursive: true });
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  const names = payloads.map(nameOf);
  const params = names.map((_, n) => `  p${n}: { type: string, default: "" }\n`).join('');
  const steps = names
    .map((_, n) => `  in-${n}: { in: far, needs: sync, dir: "dirs/\${{ params.p${n} }}", run: "cat here > out" }\n`)
    .join('');
  project.write(
    'Sandboxfile.yaml',
    `version: 1
sandboxes: { far: { host: far, workspace: ${workspace}, files: all, grace: 3s } }
params:
${params}steps:
  sync: { task: sync, in: far, exclude: [out] }
  build:
    task: remote-build
    in: far
    needs: sync
    run: |
      mkdir -p out
      for f in src/*/*; do
        [ -e "$f.skip" ] || cp -- "$f" out/
      done
  fetch-artifacts: { task: fetch-artifacts, in: far, needs: build, from: out }
${steps}`,
  );
  for (const [n, name] of names.entries()) {
    // Each in a folder of its own: a shell's pattern does not match a name that begins with a dot.
    const own = join(project.root, CONTROL.test(name) || name.startsWith('.') ? 'other' : 'src', String(n));
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, name), `content ${n}\n`);
    mkdirSync(join(project.root, 'dirs', name), { recursive: true });
    writeFileSync(join(project.root, 'dirs', name, 'here'), `here ${n}\n`);
  }
  const env = { ...sshd.env, ...Object.fromEntries(names.map((name, n) => [`SBX_PARAM_P${n}`, name])) };
  const ended = await project.sbx(['run', '-k', 'fetch-artifacts', ...names.map((_, n) => `in-${n}`)], { env });
  const said = `exit ${ended.code}\n${ended.stdout.slice(-3000)}${ended.stderr.slice(-3000)}`;
  const read = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return {
    file(n) {
      const name = names[n] ?? '';
      const isPlain = !CONTROL.test(name) && !name.startsWith('.');
      if (read(join(workspace, isPlain ? 'src' : 'other', String(n), name)) !== `content ${n}\n`) return `it was not sent: ${said}`;
      return !isPlain || read(join(project.root, 'out', name)) === `content ${n}\n` ? undefined : `it did not come back: ${said}`;
    },
    folder(n) {
      const out = read(join(workspace, 'dirs', names[n] ?? '', 'out'));
      return out === `here ${n}\n` ? undefined : `the step ran elsewhere, or not at all: ${out ?? said}`;
    },
  };
}
