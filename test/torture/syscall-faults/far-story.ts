import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from '../../rig/project.ts';

// A project whose place is a folder of its own, reached over SSH: what is synced, built there and fetched is known without doing it.

export const FAR_SANDBOXFILE = `version: 1
sandboxes:
  box: { workspace: work, files: all, grace: 1s }
steps:
  sync: { task: sync, in: box, exclude: [got, Sandboxfile.yaml] }
  build: { task: remote-build, in: box, needs: [sync], state: [out], run: 'mkdir -p out; cat src/a src/b >out/app; { cat src/a; seq -w 9000; } >out/big' }
  fetch: { task: fetch-artifacts, in: box, needs: [build], from: out, to: got }
  down: { task: teardown, in: box }
default: [fetch]
`;

const SEQUENCE = Array.from({ length: 9000 }, (_, i) => `${String(i + 1).padStart(4, '0')}\n`).join('');

export function writeFarSources(project: TestProject, version: string): void {
  project.write('src/a', `alpha ${version}\n`);
  if (!existsSync(join(project.root, 'src/b'))) project.write('src/b', 'beta\n');
}

export function wrongFetched({ root }: TestProject, version: string): string | undefined {
  const wanted = { 'got/out/app': `alpha ${version}\nbeta\n`, 'got/out/big': `alpha ${version}\n${SEQUENCE}` };
  const wrong = Object.entries(wanted).find(([path, text]) => textAt(join(root, path)) !== text);
  return wrong && `${wrong[0]} is ${JSON.stringify(textAt(join(root, wrong[0])).slice(0, 60))}`;
}

/** After a teardown. */
export function wrongRemains({ root }: TestProject): string | undefined {
  return existsSync(join(root, '.sbx/embedded/box/work')) ? 'the workspace is still there' : undefined;
}

function textAt(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : 'missing';
}
