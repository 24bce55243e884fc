import type { Random } from '../random.ts';
import type { Trial } from '../row.ts';
import { type Call, FAULTS, isMemory, traced } from './trace.ts';
import { SITUATIONS, type Situation, type World, wrongAfter, wrongUnder } from './world.ts';

/** Another call than the wanted one may come at that place: the neighbours are tried. */
const TRIES = [0, 1, -1, 2, -2, 3];

interface Fault {
  readonly situation: Situation;
  readonly call: Call;
  readonly error: string;
}

/** Every call of each kind that a run of each situation makes, with every error; kinds by turns, so that any number of them is spread. */
export async function findFaults(world: World, random: Random): Promise<readonly Fault[]> {
  const kinds = new Map<string, Fault[]>();
  for (const situation of SITUATIONS) {
    const { calls, ran } = await world.with(situation, (project, folder) => traced(project, folder));
    if (ran.code !== 0) throw new Error(`strace does not work here: ${ran.stdout}${ran.stderr}`);
    for (const call of calls) {
      for (const error of FAULTS[call.name] ?? []) {
        const kind = `${call.name} ${error} ${placeOf(call.path)}`;
        kinds.set(kind, [...(kinds.get(kind) ?? []), { situation, call, error }]);
      }
    }
  }
  const queues = random.shuffled([...kinds.keys()].sort()).map((kind) => random.fork(kind).shuffled(kinds.get(kind) ?? []));
  const faults: Fault[] = [];
  for (let n = 0; queues.some((queue) => n < queue.length); n++) faults.push(...queues.flatMap((queue) => queue.slice(n, n + 1)));
  return faults;
}

export function injectedTrial(world: World, { situation, call, error }: Fault): Trial {
  const name = `${situation.name}: ${call.name} ${call.n} ${error} (${placeOf(call.path)})`;
  return {
    name,
    async run() {
      for (const shift of TRIES) {
        const said = await world.with(situation, async (project, folder) => {
          const { ran, hit } = await traced(project, folder, { name: call.name, error, n: Math.max(1, call.n + shift) });
          if (hit === undefined) return 'missed' as const;
          const wrong =
            wrongUnder(project, ran, situation.version, error, isMemory(hit.path)) ?? (await wrongAfter(project, situation.version));
          return wrong && `${hit.name} of ${hit.path} failed with ${error}: ${wrong}`;
        });
        if (said !== 'missed') return said;
      }
      return 'no call was hit';
    },
  };
}

/** What kind of file it is, the same in every run. */
function placeOf(path: string): string {
  if (path.startsWith('home/.cache/sbx'))
    return `store${/^home\/\.cache\/sbx(\/(?:cas|ac|tmp|documents|quarantine|code))?/.exec(path)?.[1] ?? ''}`;
  if (path.startsWith('home')) return 'home';
  const own = /^project\/(\.sbx(?:\/[a-z]+)?)/.exec(path)?.[1];
  if (own !== undefined) return own;
  return /^project\/(src|tree|lazy|made|flag|Sandboxfile)/.exec(path)?.[1] ?? 'project';
}
