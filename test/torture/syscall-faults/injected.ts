import type { Random } from '../random.ts';
import type { Trial } from '../row.ts';
import { type Call, FAULTS, isMemory, traced } from './trace.ts';
import { type Situation, type World, wrongAfter, wrongUnder } from './world.ts';

/** Another call than the wanted one may come at its number: then it is looked for where it was that time. */
const TRIES = 8;

interface Fault {
  readonly situation: Situation;
  readonly call: Call;
  readonly error: string;
  /** The how many-th of its situation, name and place: the same in every run. */
  readonly nth: number;
  /** Counted among the calls that name this path: those of a far side's connection come as they like. */
  readonly path?: string;
}

/** Calls that a connection makes too. */
const ALSO_OF_SOCKETS = ['read', 'write', 'close', 'fstat'];
/** What is kept of places, sent to them and fetched from them; the rest is hit in runs without a far side. */
const OF_PLACES = /^home\/\.state\/|^project\/\.sbx\/(receipts|places|stage|embedded$)|^project\/(src|got)/;
/** What is another one in each run. */
const RANDOM = /[0-9a-f]{8}|\d{8}T\d{6}|sbx-\w+-\w{6}/;

/** Every call of each kind that a run of each situation makes, with every error; kinds by turns, so that any number of them is spread. */
export async function findFaults(world: World, random: Random, situations: readonly Situation[]): Promise<readonly Fault[]> {
  const kinds = new Map<string, Fault[]>();
  for (const situation of situations) {
    const { calls, ran } = await world.with(situation, (project, folder) => traced(project, folder, situation));
    const counts = new Map<string, number>();
    if (ran.code !== 0) throw new Error(`strace does not work here: ${ran.stdout}${ran.stderr}`);
    for (const { call, path } of situation.far ? namedCalls(calls) : calls.map((call) => ({ call, path: undefined }))) {
      const same = `${call.name} ${path ?? placeOf(call.path)}`;
      const nth = (counts.get(same) ?? 0) + 1;
      counts.set(same, nth);
      for (const error of FAULTS[call.name] ?? []) {
        const kind = `${call.name} ${error} ${placeOf(call.path)}`;
        kinds.set(kind, [...(kinds.get(kind) ?? []), { situation, call, error, nth, ...(path === undefined ? {} : { path }) }]);
      }
    }
  }
  // By its own chance each: a call more or less, as connections and clocks have it, moves none of the others.
  const byChance = <T>(all: readonly T[], nameOf: (one: T) => string): readonly T[] => {
    const places = new Map(all.map((one) => [one, random.fork(nameOf(one)).below(2 ** 30)]));
    return [...all].sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  };
  const queues = byChance([...kinds.keys()], (kind) => kind).map((kind) => byChance(kinds.get(kind) ?? [], nameOf));
  const faults: Fault[] = [];
  for (let n = 0; queues.some((queue) => n < queue.length); n++) faults.push(...queues.flatMap((queue) => queue.slice(n, n + 1)));
  return faults;
}

/** Each counted among those of its path where that is the same in each run; what a connection could push away is left out. */
function namedCalls(calls: readonly Call[]): readonly { readonly call: Call; readonly path: string | undefined }[] {
  const counts = new Map<string, number>();
  return calls.flatMap((call): readonly { readonly call: Call; readonly path: string | undefined }[] => {
    if (!OF_PLACES.test(call.path)) return [];
    if (RANDOM.test(call.path)) return ALSO_OF_SOCKETS.includes(call.name) ? [] : [{ call, path: undefined }];
    const name = `${call.name} ${call.path}`;
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return [{ call: { ...call, n }, path: call.path }];
  });
}

export function injectedTrial(world: World, fault: Fault): Trial {
  const { situation, call, error, path } = fault;
  return {
    name: nameOf(fault),
    async run() {
      let { n } = call;
      for (let tried = 0; tried < TRIES; tried++) {
        const said = await world.with(situation, async (project, folder) => {
          const injection = { name: call.name, error, n, ...(path === undefined ? {} : { path }) };
          const { ran, hit, calls } = await traced(project, folder, situation, injection);
          if (hit === undefined) {
            n = nearest(calls, call, n);
            return 'missed' as const;
          }
          const wrong = wrongUnder(project, ran, situation, error, isMemory(hit.path)) ?? (await wrongAfter(project, situation));
          return wrong && `${hit.name} of ${hit.path} failed with ${error}: ${wrong}`;
        });
        if (said !== 'missed') return said;
      }
      return 'no call was hit';
    },
  };
}

/** The number of the call of the same kind that came nearest to the nth. */
function nearest(calls: readonly Call[], wanted: Call, n: number): number {
  const place = placeOf(wanted.path);
  const same = calls.filter(({ path }) => placeOf(path) === place).map((one) => one.n);
  return same.sort((a, b) => Math.abs(a - n) - Math.abs(b - n))[0] ?? Math.max(1, n - 1);
}

function nameOf({ situation, call, error, nth, path }: Fault): string {
  return `${situation.name}: ${call.name} ${nth} ${error} (${path ?? placeOf(call.path)})`;
}

/** What kind of file it is, the same in every run. */
function placeOf(path: string): string {
  if (path.startsWith('home/.cache/sbx'))
    return `store${/^home\/\.cache\/sbx(\/(?:cas|ac|tmp|documents|quarantine|code))?/.exec(path)?.[1] ?? ''}`;
  if (path.startsWith('home/.state')) return 'state of the user';
  if (path.startsWith('home')) return 'home';
  const own = /^project\/(\.sbx(?:\/[a-z]+)?)/.exec(path)?.[1];
  if (own !== undefined) return own;
  return /^project\/(src|tree|lazy|made|flag|got|Sandboxfile)/.exec(path)?.[1] ?? 'project';
}
