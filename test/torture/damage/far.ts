import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxfile } from '../../e2e/far-project.ts';
import { inside } from '../../rig/inside.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import type { Sshd } from '../../rig/sshd.ts';
import type { Random } from '../random.ts';
import type { Trial } from '../row.ts';
import type { Pool } from './pool.ts';
import { readingOf } from './read-there.ts';
import type { Watch } from './reads.ts';
import { type Ran, toldBy } from './station.ts';
import { removeAll } from './story.ts';
import { WAYS, type Way, wayOf } from './ways.ts';

// What is kept of a place, on either side: receipts, holds, sentinel, lists of what was sent, ids, trusted keys, the journal of what is owned.

interface Outpost {
  readonly project: TestProject;
  readonly workspace: string;
  readonly files: { readonly [label: string]: string };
  /** Synced, built and fetched. */
  reset(): Promise<void>;
  run(): Promise<Ran>;
}

export async function makeOutpost(folder: string, sshd: Sshd): Promise<Outpost> {
  const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
  const workspace = join(folder, 'far/demo');
  const state = join(project.home, '.state/sbx');
  const config = join(folder, 'ssh_config');
  writeFileSync(config, readFileSync(sshd.config, 'utf8').replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /dev/null'));
  writeFileSync(join(folder, 'known_hosts'), readFileSync(sshd.knownHosts));
  project.write('Sandboxfile.yaml', sandboxfile(workspace));
  const run = async (): Promise<Ran> =>
    toldBy(await inside(['run', '--json', 'fetch-artifacts'], { cwd: project.root, home: project.home, env: { SBX_SSH_CONFIG: config } }));
  return {
    project,
    workspace,
    run,
    files: {
      places: join(project.root, '.sbx/places'),
      receipt: join(project.root, '.sbx/receipts/far'),
      steps: join(project.root, '.sbx/steps'),
      'machine id': join(state, 'machine-id'),
      [JOURNAL]: join(state, 'owned.ndjson'),
      'trusted keys': join(state, 'known_hosts'),
      'sentinel there': join(workspace, '.sbx/sentinel'),
      'receipt there': join(workspace, '.sbx/receipt'),
      'sent there': join(workspace, '.sbx/sent'),
      'seen there': join(workspace, '.sbx/seen'),
      'hold there': join(workspace, '.sbx/holds/build'),
    },
    async reset() {
      for (const path of [join(folder, 'far'), join(project.root, '.sbx'), join(project.home, '.cache'), state]) removeAll(path);
      for (const path of ['src', 'out']) project.remove(path);
      project.write('src/a', 'one\n');
      project.write('src/b', 'two\n');
      mkdirSync(state, { recursive: true, mode: 0o700 });
      writeFileSync(join(state, 'known_hosts'), readFileSync(sshd.knownHosts));
      const ran = await run();
      mkdirSync(join(workspace, 'qrc'));
      writeFileSync(join(workspace, STRANGER), NOT_OURS);
      if (ran.code !== 0 || ran.warnings.length > 0) throw new Error(`not ready: ${ran.stdout}${ran.stderr}`);
    },
  };
}

/** A file of somebody else, one bit beside a source: damaged lists must not let it be removed. */
const STRANGER = 'qrc/a';
const NOT_OURS = 'not ours\n';
const BESIDE: Way = {
  name: 'the bit that names what is not ours',
  isContent: true,
  harm(path) {
    const bytes = readFileSync(path);
    const at = bytes.indexOf('./src/a') + 2;
    bytes[at] = (bytes[at] ?? 0) ^ 2;
    writeFileSync(path, bytes);
  },
};

/** The journal is asked for when a workspace comes or goes. */
const JOURNAL = 'journal of what is owned';
const WORKSPACE_GONE = 'the workspace gone';

const SITUATIONS: { readonly [name: string]: (post: Outpost) => void } = {
  'a source changed': ({ project }) => project.write('src/a', 'changed\n'),
  'a source changed, another edited there': ({ project, workspace }) => {
    project.write('src/a', 'changed\n');
    writeFileSync(join(workspace, 'src/b'), 'edited there\n');
  },
  'a source gone': ({ project }) => project.remove('src/b'),
  'artifacts and store gone': ({ project }) => {
    project.remove('out');
    removeAll(join(project.home, '.cache'));
  },
  [WORKSPACE_GONE]: ({ project, workspace }) => {
    project.write('src/a', 'changed\n');
    removeAll(workspace);
  },
};

const SOME = Object.keys(SITUATIONS).filter((name) => name !== WORKSPACE_GONE);

/** Endless: everything that is kept with every kind of damage. */
export function* farTrials(random: Random, posts: Pool<Outpost>, watch: Watch): Generator<Trial> {
  const labels = Object.keys(posts.all[0]?.files ?? {});
  for (let round = 0; ; round++) {
    const order = random.fork(`round ${round}`);
    for (const kind of order.shuffled(WAYS)) {
      for (const label of order.shuffled(labels)) {
        const isList = label === 'sent there' || label === 'seen there';
        const way = kind === 'flip' && isList && order.below(2) === 0 ? BESIDE : wayOf(kind, order);
        const situation = label === JOURNAL ? WORKSPACE_GONE : order.pick(SOME);
        const name = `${label}: ${way.name}; then ${situation} (${round})`;
        yield { name, run: () => posts.use((post) => harmed(post, label, way, situation, watch)) };
      }
    }
  }
}

async function harmed(post: Outpost, label: string, way: Way, situation: string, watch: Watch): Promise<string | undefined> {
  await post.reset();
  const path = post.files[label] ?? '';
  way.harm(path);
  SITUATIONS[situation]?.(post);
  const lostStranger = existsSync(post.workspace) ? strangerLost : () => undefined;
  const isThere = path.startsWith(`${post.workspace}/`);
  using there = isThere && way.isContent ? readingOf(path) : undefined;
  const seen = watch.on(path);
  const first = await post.run().finally(() => watch.off(path));
  if (seen.stuck !== undefined) return seen.stuck;
  if (first.fault !== undefined) return first.fault;
  // Damage that nobody met is not found. A far side without the file is asked, and not seen to be.
  if (isThere ? there?.wasRead === false : !(way.isContent ? seen.opened : seen.looked)) return `nobody read the ${label}`;
  if (first.code !== 0) {
    const refused = refusal(label, path, first);
    if (refused !== undefined) return refused;
    mend(post, label, path);
  } else {
    const wrong = wrongArtifacts(post) ?? lostStranger(post);
    if (wrong !== undefined) return `${wrong}\n${first.stdout.slice(-1500)}`;
  }
  for (const when of ['next', 'third']) {
    const ran = await post.run();
    const said = `\n${ran.stdout.slice(-1500)}${ran.stderr.slice(-500)}`;
    if (ran.fault !== undefined) return ran.fault;
    if (ran.code !== 0) return `the ${when} run: exit ${ran.code}${said}`;
    const wrong = wrongArtifacts(post) ?? (first.code === 0 ? lostStranger(post) : undefined);
    if (wrong !== undefined) return `after the ${when} run ${wrong}${said}`;
    const busy = Object.entries(ran.outcomes).filter(([, is]) => is === 'succeeded' || is === 'restored');
    if (when === 'third' && busy.length > 0) return `not fresh in the third run: ${busy.map((one) => one.join(' ')).join(', ')}${said}`;
  }
  return undefined;
}

/** Only whose a workspace is, which keys are trusted, and links and folders in place of files may be refused, and never silently. */
function refusal(label: string, path: string, ran: Ran): string | undefined {
  const said = ran.stdout + ran.stderr;
  if (label === 'trusted keys' && ran.code === 4 && /"host-key-(unknown|changed)"/.test(said)) return undefined;
  if (['sentinel there', 'machine id'].includes(label) && ran.code === 1 && /"workspace-(foreign|unsafe)"/.test(said)) return undefined;
  if (isLink(path) && ran.code === 1 && said.includes('is a link, so that what sbx does there')) return undefined;
  if (isFolder(path) && ran.code === 1 && said.includes('EISDIR')) return undefined;
  // It must be told before the deed: what is none of its kind is not done without.
  if (label === JOURNAL && ran.code === 1 && /owned\.ndjson: it is a pipe or a device/.test(said)) return undefined;
  // A folder where a hold must be written: nothing is removed there but files, and it is named.
  if (label === 'hold there' && ran.code === 1 && /cannot write [^"]*\/holds\/build/.test(said)) return undefined;
  return `exit ${ran.code}\n${said.slice(-1500)}`;
}

/** What the user does who was told of it. */
function mend(post: Outpost, label: string, path: string): void {
  if (label === 'trusted keys') {
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, readFileSync(join(post.project.home, '../known_hosts')));
    chmodSync(path, 0o600);
  } else if (label === JOURNAL) rmSync(path, { recursive: true });
  else if (path.startsWith(post.workspace)) removeAll(post.workspace);
  else if (isLink(path) || isFolder(path)) rmSync(path, { recursive: true });
  else removeAll(post.workspace);
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function wrongArtifacts({ project }: Outpost): string | undefined {
  const wanted = readdirSync(join(project.root, 'src'))
    .sort()
    .map((name) => project.read(`src/${name}`))
    .join('');
  const there = existsSync(join(project.root, 'out/app')) ? project.read('out/app') : 'missing';
  return there === wanted ? undefined : `out/app is ${JSON.stringify(there)}, not ${JSON.stringify(wanted)}`;
}

function strangerLost({ workspace }: Outpost): string | undefined {
  const path = join(workspace, STRANGER);
  if (!existsSync(path)) return `${STRANGER} in the workspace, which is not ours, is gone`;
  return readFileSync(path, 'utf8') === NOT_OURS ? undefined : `${STRANGER} in the workspace, which is not ours, is another one`;
}
