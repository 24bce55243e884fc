import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileGlobs } from '../../../lib/base/glob.ts';
import { nonce, realClock, realFiles } from '../../../lib/io/io.ts';
import { realSpawn } from '../../../lib/io/process.ts';
import type { Session } from '../../../lib/model/sandbox.ts';
import { placeFetched } from '../../../lib/run/fetched.ts';
import { sshSandbox } from '../../../lib/ssh/ssh.ts';
import { fetchTree } from '../../../lib/sync/fetch.ts';
import { CAPS } from '../../../lib/sync/manifest.ts';
import { changes, contents, snapshot } from '../../rig/contents.ts';
import { type Peer, startPeer } from '../../rig/peer.ts';
import { rulesOf, type World, worldIn } from '../../run/store-fixture.ts';
import type { Random } from '../random.ts';
import { honestList, mutatedBytes, mutatedList, REALLY } from './mutate.ts';

/** A connection to a far side whose answers are altered by chance, and a project to fetch into. */
interface Bench {
  readonly folder: string;
  readonly peer: Peer;
  readonly session: Session;
  readonly world: World;
}

interface Benches extends AsyncDisposable {
  /** Fetches once; says what was wrong. */
  play(random: Random): Promise<string | undefined>;
}

const never = new AbortController().signal;
const SERVED: ReadonlySet<string> = new Set([...Object.values(REALLY), 'x']);
const RULES = rulesOf(['out']);

export function makeBenches(folder: string): Benches {
  const free: Bench[] = [];
  let made = 0;
  return {
    async play(random) {
      const bench = free.pop() ?? (await openBench(join(folder, `bench-${made++}`)));
      const wrong = await played(bench, random);
      if (wrong === undefined) free.push(bench);
      else await close(bench);
      return wrong;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(free.map(close));
    },
  };
}

async function openBench(folder: string): Promise<Bench> {
  mkdirSync(join(folder, 'peer'), { recursive: true });
  const peer = await startPeer(join(folder, 'peer'));
  const environment = new Map([
    ['PATH', process.env.PATH ?? ''],
    ['HOME', folder],
    ['SBX_SSH_CONFIG', peer.config],
  ]);
  const io = { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment };
  const session = await sshSandbox({ name: 'far', named: 'far', state: join(folder, 'state'), grace: 1000, owner: 'torture' }, io).connect(
    never,
  );
  if (!session.ok) throw new Error(session.error.message);
  mkdirSync(join(folder, 'victim'));
  writeFileSync(join(folder, 'victim/precious'), 'mine\n');
  return { folder, peer, session: session.value, world: worldIn(folder) };
}

async function close({ folder, peer, session }: Bench): Promise<void> {
  await session[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

async function played(bench: Bench, random: Random): Promise<string | undefined> {
  const { peer, world, session } = bench;
  const { root } = world.scene;
  rmSync(join(root, 'out'), { recursive: true, force: true });
  mkdirSync(join(root, 'out'));
  writeFileSync(join(root, 'out/mine'), 'mine\n');
  writeFileSync(join(root, 'out/app'), 'older\n');
  const bytesLie = random.oneIn(5);
  let struck = false;
  peer.lie = async ({ program, input }) => {
    if (program === 'list') {
      struck ||= !bytesLie;
      return bytesLie ? honestList() : mutatedList(random.fork('list'));
    }
    if (program !== 'cat') return undefined;
    const names = Buffer.from(input).toString('latin1').split('\0').slice(0, -1);
    const bytes = Buffer.from(names.map((name) => REALLY[name] ?? 'x').join(''));
    struck ||= bytesLie;
    return bytesLie ? mutatedBytes(bytes, random.fork('bytes')) : { stdout: bytes, exit: { code: 0 } };
  };
  const around = () =>
    snapshot(bench.folder, (path) => /^(peer|state|[^/]+\/(out|\.sbx))$/.test(path) || path === world.cache.slice(bench.folder.length + 1));
  const before = around();
  const own = snapshot(join(root, 'out'));
  const stage = join(world.scene.folder, 'stage/attempt');
  const fetched = await fetchTree({
    workspace: { session, path: '/far', checkout: 'f'.repeat(64), signal: never },
    files: realFiles,
    wanted: { globs: compileGlobs(['out']), excluded: () => false, whole: true, caps: CAPS },
    links: random.pick(bytesLie ? ['contained', 'skip'] : ['refuse', 'contained', 'contained', 'skip', 'skip']),
    rename: (path) => path,
    here: root,
    stored: () => undefined,
    lies: () => false,
    stage,
    nonce: () => 'a1'.repeat(16),
    progress: () => {},
    note: () => {},
  });
  const placed = fetched.ok ? placeFetched(world.scene, RULES, { stage, tree: fetched.value.tree, to: '.' }, false) : fetched;
  if (fetched.ok) rmSync(stage, { recursive: true });
  rmSync(join(world.scene.folder, 'trash'), { recursive: true, force: true });
  if (!struck) return 'the attack did not reach sbx';
  const stages = join(world.scene.folder, 'stage');
  const left = realFiles.existsSync(stages) ? readdirSync(stages) : [];
  if (left.length > 0) return `left behind: ${left}`;
  const outside = changes(before, around());
  if (outside !== undefined) return `outside of out: ${outside}`;
  if (placed.ok) return strange(join(root, 'out'));
  if (placed.error.message === '' || placed.error.code === 'fault') return `refused as ${JSON.stringify(placed.error)}`;
  const changed = changes(own, snapshot(join(root, 'out')));
  return changed === undefined ? undefined : `refused (${placed.error.message}), and yet: ${changed}`;
}

/** What must not be among what was taken, whatever was said. */
function strange(out: string): string | undefined {
  const folded = new Set<string>();
  for (const [path, text] of Object.entries(contents(out))) {
    const fold = path.normalize('NFC').toLowerCase();
    if (folded.has(fold)) return `taken twice: ${path}`;
    folded.add(fold);
    if (path.split('/').some((part) => ['.git', '.sbx', '..'].includes(part.toLowerCase()))) return `taken: ${path}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return `taken: ${JSON.stringify(path)}`;
    if (text.startsWith('-> ')) {
      const leads = reached(join(out, path));
      if (leads !== undefined && leads !== out && !leads.startsWith(`${out}/`)) return `${path} leads to ${leads}`;
    } else if (path !== 'mine' && !SERVED.has(text.replace(/^x:/, '')))
      return `${path} holds what was never sent: ${JSON.stringify(text.slice(0, 100))}`;
  }
  return undefined;
}

/** Undefined: nowhere. */
function reached(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
