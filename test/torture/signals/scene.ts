import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectIn, type TestProject } from '../../rig/project.ts';
import type { Sshd } from '../../rig/sshd.ts';
import { CHILDREN, type Child } from './children.ts';

export type Where = 'here' | 'embedded' | 'sshd';

/** A project whose step `work` runs a child, with all that must happen after it: `tidy` (when: always) and `down`, which releases the place. */
export interface Scene {
  readonly folder: string;
  readonly project: TestProject;
  readonly where: Where;
  readonly env: { readonly [name: string]: string };
  /** Absolute folder of the project in the place; undefined here. */
  readonly workspace: string | undefined;
  /** Whether the child hangs, and whether `tidy` does. */
  hang(what: 'work' | 'tidy', does: boolean): void;
  has(flag: 'ready' | 'ready.second' | 'tidying' | 'tidied' | 'after'): boolean;
  forget(): void;
  /** The events of each run so far, oldest first. */
  journals(): readonly (readonly JournalEvent[])[];
  /** The last word on the workspace in the journal of what sbx owns. */
  owned(): string | undefined;
}

interface JournalEvent {
  readonly type: string;
  readonly step?: string;
  readonly level?: number;
  readonly exit?: number;
  readonly outcome?: { readonly is: string };
}

interface SceneWish {
  readonly where: Where;
  readonly child: Child;
  /** Seconds that the far side goes on without a link, and between TERM and KILL. */
  readonly grace: number;
  readonly killGrace: number;
}

export function sceneIn(folder: string, wish: SceneWish, sshd: Sshd | undefined): Scene {
  const { where } = wish;
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const flag = (name: string): string => join(folder, name);
  const far = where !== 'here';
  project.write('src/a', 'one\n');
  project.write('src/b', 'two\n');
  project.write('Sandboxfile.yaml', sandboxfile(wish, folder));
  const runs = join(project.root, '.sbx/runs');
  return {
    folder,
    project,
    where,
    env: { SBX_KILL_GRACE: `${wish.killGrace}s`, ...sshd?.env },
    workspace: where === 'embedded' ? join(project.root, '.sbx/embedded/far/sbx/demo') : far ? join(folder, 'far') : undefined,
    hang(what, does) {
      if (does) writeFileSync(flag(`hang-${what}`), '');
      else rmSync(flag(`hang-${what}`), { force: true });
    },
    has: (name) => existsSync(flag(name)),
    forget() {
      for (const name of ['ready', 'ready.second', 'tidying', 'tidied', 'after']) rmSync(flag(name), { force: true });
    },
    journals: () =>
      existsSync(runs)
        ? readdirSync(runs)
            .sort()
            .map((run) => eventsIn(join(runs, run, 'journal.ndjson')))
        : [],
    owned() {
      const path = join(project.home, '.state/sbx/owned.ndjson');
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      return [...text.matchAll(/"state":"(\w+)"/g)].at(-1)?.[1];
    },
  };
}

function sandboxfile({ where, child, grace }: SceneWish, folder: string): string {
  const far = where !== 'here';
  const place = far ? 'in: far, ' : '';
  const indented = (text: string): string => text.replace(/^/gm, '      ');
  const work = `if [ -e '${folder}/hang-work' ]; then
  READY='${folder}/ready'; export READY
  ${CHILDREN[child]}
  [ ! -e '${folder}/hang-work' ] || exit 1
fi
mkdir -p out; cat src/* > out/app`;
  const tidy = `touch '${folder}/tidying'
while [ -e '${folder}/hang-tidy' ]; do trap '' TERM HUP; sleep 0.1; done
touch '${folder}/tidied'`;
  return `version: 1
default: [after, tidy, down]
${far ? `sandboxes:\n  far: { host: ${where === 'sshd' ? 'far' : 'embedded'}, workspace: ${folder}/far, files: all, grace: ${grace}s, keep: none }` : ''}
steps:
${far ? '  sync: { task: sync, in: far, exclude: [out] }' : ''}
  work:
    ${far ? 'task: remote-build\n    in: far\n    needs: [sync]\n    state: [out]' : 'inputs: [src]\n    outputs: [out]'}
    run: |
${indented(work)}
  ${far ? 'fetch: { task: fetch-artifacts, in: far, needs: [work], from: out }' : 'fetch: { needs: [work], run: "true" }'}
  after: { needs: [fetch], run: touch '${folder}/after' }
  tidy:
    ${far ? 'in: far\n    ' : ''}needs: [work]
    when: always
    run: |
${indented(tidy)}
  down: { ${far ? `${place}task: teardown, releases: far` : `releases: local, run: echo down >> '${folder}/downs'`} }
`;
}

/** Up to the first line that is not whole. */
function eventsIn(path: string): readonly JournalEvent[] {
  if (!existsSync(path)) return [];
  const events: JournalEvent[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const end = line.lastIndexOf('}');
    try {
      events.push(JSON.parse(line.slice(0, end + 1)) as JournalEvent);
    } catch {
      break;
    }
  }
  return events;
}
