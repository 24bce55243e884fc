import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf } from '../../rig/contents.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import type { Sshd } from '../../rig/sshd.ts';

export type Where = 'here' | 'embedded' | 'sshd';

/** A project that builds in several slow steps, here or in a place. Its products follow from its sources alone. */
export interface Scene {
  readonly folder: string;
  readonly project: TestProject;
  readonly env: { readonly [name: string]: string };
  /** What stands for this project on either side: in environments, words and working directories of its processes. */
  readonly marks: readonly string[];
  /** Writes sources of this version. */
  edit(version: number): void;
  /** What is not as a clean build of this version makes it, or is no more as the user left it. */
  wrong(version: number): string | undefined;
  /** Whether the build here hangs. */
  hang(does: boolean): void;
  /** Puts a file of the user into the workspace, once there is one. */
  visit(): void;
}

const NAMES = ['a', 'b', 'c'];

/** Each product is wrong for a while; a child that is deaf to TERM finishes the last one late. */
const BUILD = `mkdir -p out
for name in a b c; do
  echo half > out/$name
  sleep 0.05
  sed s/^/made:/ src/$name > out/$name
done
echo half > out/app
sh -ec 'trap "" TERM HUP; cat out/a out/b out/c > late; sleep 0.3; cat late > out/app' & late=$!
wait "$late"
rm late`;

export function sceneIn(folder: string, where: Where, sshd: Sshd | undefined): Scene {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = where === 'embedded' ? join(project.root, '.sbx/embedded/far/sbx/demo') : join(folder, 'far');
  const visit = join(workspace, 'visitor');
  let visited = false;
  project.write('Sandboxfile.yaml', where === 'here' ? here(folder) : away(where, workspace));
  project.write('notes', 'of the user\n');
  project.write('out/stranger', 'of the user\n');
  return {
    folder,
    project,
    env: { SBX_KILL_GRACE: '1s', ...sshd?.env },
    marks: [folder, ...(sshd === undefined ? [] : [sshd.folder])],
    edit(version) {
      for (const name of NAMES) project.write(`src/${name}`, source(name, version));
    },
    wrong(version) {
      const wanted: [string, string][] = [
        ...NAMES.map((name): [string, string] => [`src/${name}`, source(name, version)]),
        ...NAMES.map((name): [string, string] => [`out/${name}`, made(name, version)]),
        ['out/app', NAMES.map((name) => made(name, version)).join('')],
        ['notes', 'of the user\n'],
        ['out/stranger', 'of the user\n'],
      ];
      for (const [path, text] of wanted) {
        const found = contentOf(join(project.root, path));
        if (found !== text) return `${path} is ${JSON.stringify(found)} in place of ${JSON.stringify(text)}`;
      }
      if (visited && contentOf(visit) !== 'of the user\n') return 'the file of the user in the workspace is gone';
      return undefined;
    },
    hang(does) {
      if (does) writeFileSync(join(folder, 'hang'), '');
      else rmSync(join(folder, 'hang'), { force: true });
    },
    visit() {
      if (where === 'here') return;
      if (!existsSync(workspace)) throw new Error(`no workspace ${workspace}`);
      projectIn(workspace, project.home).write('visitor', 'of the user\n');
      visited = true;
    },
  };
}

function source(name: string, version: number): string {
  return `${name} ${version}\n`.repeat(1 + version);
}

function made(name: string, version: number): string {
  return source(name, version).replace(/^(?=.)/gm, 'made:');
}

/** Never ends while the flag is there. */
function hanging(folder: string): string {
  return `if [ -e '${folder}/hang' ]; then sleep 9000; fi`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '      ');
}

function here(folder: string): string {
  return `version: 1
default: [check]
steps:
  build:
    inputs: [src]
    outputs: [out/a, out/b, out/c, out/app]
    run: |
${indented(`${hanging(folder)}\n${BUILD}`)}
  check: { needs: [build], inputs: [src, out/app], outputs: [], run: "sleep 0.1; grep -q made: out/app" }
`;
}

function away(where: Where, workspace: string): string {
  return `version: 1
default: [fetch]
sandboxes:
  far: { host: ${where === 'sshd' ? 'far' : 'embedded'}, workspace: ${workspace}, files: all, grace: 1s }
steps:
  sync: { task: sync, in: far, exclude: [out] }
  build:
    task: remote-build
    in: far
    needs: [sync]
    state: [out]
    run: |
${indented(BUILD)}
  fetch: { task: fetch-artifacts, in: far, needs: [build], from: ['out/[abc]', out/app], to: out }
`;
}
