import { err, ok, type Result } from '../../base/result.ts';
import { limitOf } from '../../io/limit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { Project, SandboxSpec } from '../../model/project.ts';
import { type Examined, examine } from '../../ssh/examine.ts';
import { ARRIVAL, silentFailure } from '../../ssh/session.ts';
import { FITNESS } from '../../ssh/supervisor.ts';
import { type Arrival, arrive } from '../../sync/arrive.ts';
import { checkoutSeen, type Ground, routeOf } from '../sandboxes.ts';
import { INSTALL } from './tools.ts';

/** What was seen of a host by connecting to it. Times in milliseconds. */
export interface ProbeSeen {
  readonly sandbox: string;
  /** As the Sandboxfile has it. */
  readonly named: string;
  /** Why it was not reached, or said nothing. */
  readonly failure?: Failure;
  readonly answer?: Answer;
  /** Of the workspace and of what the sandbox probes. */
  readonly arrival?: Result<Arrival, Failure>;
  readonly disk?: FarDisk;
}

export interface Answer {
  /** user@host:port. */
  readonly label: string;
  /** From the first packet until it was logged in. */
  readonly login: number;
  readonly noise: string;
  /** Tools that are missing there, and by whom they are wanted. */
  readonly missing: readonly (readonly [tool: string, by: string])[];
  /** How packages are installed there. */
  readonly installer: string | undefined;
  /** The shortest of a few round trips. */
  readonly roundTrip: number;
  /** By how much its clock is ahead of ours. */
  readonly ahead: number;
}

export interface FarDisk {
  readonly folder: string;
  /** Bytes, and files that can still be made; undefined where the disk does not count them. */
  readonly free: number;
  readonly inodes: number | undefined;
}

const BEATS = 5;

/** $@ are tools that are asked for beside those that sbx needs. A line of what is missing, one of what installs packages, then the time for each line that comes. */
const FACTS = `${FITNESS}
for tool; do command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"; done
printf '\\n'
for tool in ${Object.keys(INSTALL).join(' ')}; do
  if command -v "$tool" >/dev/null 2>&1; then printf %s "$tool"; break; fi
done
printf '\\n'
while IFS= read -r beat; do date +%s.%N; done
exit 0`;

/** Of the disk that $1 is on, or would be: kilobytes, then inodes. */
const DISK = `d=$1
while [ ! -e "$d" ] && [ "$d" != / ]; do d=\${d%/*}; d=\${d:-/}; done
export LC_ALL=C
df -Pk -- "$d" | tail -n 1
df -Pi -- "$d" 2>/dev/null | tail -n 1
exit 0`;

/** Connects, looks and leaves: nothing is made, changed or ended there. `sandbox`: as it is called in what is said. */
export async function probe(spec: SandboxSpec, sandbox: string, ground: Ground, signal: AbortSignal): Promise<ProbeSeen> {
  const { io, project } = ground;
  const { ask: _, ...route } = routeOf(spec, ground);
  const seen = { sandbox, named: route.named };
  const began = io.clock.monotonic();
  const examined = await examine(route, io, signal);
  if (!examined.ok) return { ...seen, failure: examined.error };
  await using host = examined.value;
  const login = io.clock.monotonic() - began;
  const facts = await factsOf(host, wantedIn(project, spec), io, signal);
  if (!facts.ok) return { ...seen, failure: facts.error };
  const answer = { label: host.label, login, noise: host.noise().trim(), ...facts.value };
  const arrival = await arrive(host, { project, sandbox: spec, checkout: checkoutSeen(ground), now: io.clock.now(), signal });
  const disk = arrival.ok ? await diskOf(host, arrival.value.workspace, signal) : undefined;
  return { ...seen, answer, arrival, ...(disk === undefined ? {} : { disk }) };
}

type Facts = Omit<Answer, 'label' | 'login' | 'noise'>;

async function factsOf(host: Examined, wanted: ReadonlyMap<string, string>, io: Io, signal: AbortSignal): Promise<Result<Facts, Failure>> {
  using limit = limitOf(signal, ARRIVAL);
  const lines = new Lines();
  const beats: { sent: number; trip: number; theirs: number }[] = [];
  const stdin = async function* (): AsyncIterable<Uint8Array> {
    await lines.reach(2);
    for (let beat = 1; beat <= BEATS; beat++) {
      const [sent, at] = [io.clock.now(), io.clock.monotonic()];
      yield Buffer.from('\n');
      const line = await lines.reach(2 + beat);
      beats.push({ sent, trip: io.clock.monotonic() - at, theirs: Number.parseFloat(line) * 1000 });
    }
  };
  const streams = { signal: limit.signal, stdin: stdin(), stdout: lines.take };
  const ended = await host.program(FACTS, [...wanted.keys()], streams);
  if (limit.deadline.aborted && !signal.aborted) return err(silentFailure(host.label));
  if (!ended.ok) return ended;
  const best = beats.reduce((one, other) => (other.trip < one.trip ? other : one), beats[0] ?? { sent: 0, trip: 0, theirs: 0 });
  const missing = lines.at(0).split(' ').filter(Boolean);
  return ok({
    missing: missing.map((tool) => [tool, wanted.get(tool) ?? 'sbx'] as const),
    installer: lines.at(1) || undefined,
    roundTrip: best.trip,
    ahead: best.theirs - (best.sent + best.trip / 2),
  });
}

/** What only some steps need there, and which. */
function wantedIn(project: Project, { name }: SandboxSpec): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  for (const { id, sandbox, script, service } of project.steps.values()) {
    const asksByBash = service?.ready.by === 'tcp' || service?.ready.by === 'http';
    if (sandbox === name && (script?.shell === 'bash' || asksByBash) && !wanted.has('bash')) wanted.set('bash', `the step ${id}`);
  }
  return wanted;
}

async function diskOf(host: Examined, folder: string, signal: AbortSignal): Promise<FarDisk | undefined> {
  using limit = limitOf(signal, ARRIVAL);
  const ended = await host.program(DISK, [folder], { signal: limit.signal });
  if (!ended.ok) return undefined;
  const [blocks = '', inodes = ''] = Buffer.from(ended.value.stdout).toString('utf8').split('\n');
  const free = leftOf(blocks);
  return free === undefined ? undefined : { folder, free: free * 1024, inodes: leftOf(inodes) };
}

/** The third number of a line of df, whose first field may hold blanks. */
function leftOf(line: string): number | undefined {
  const found = /\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s/.exec(line);
  return found === null ? undefined : Number(found[3]);
}

/** Lines as they come, and whoever waits for one. */
class Lines {
  #text = '';
  #heard: () => void = () => {};

  readonly take = (chunk: Uint8Array): void => {
    this.#text += Buffer.from(chunk).toString('utf8');
    this.#heard();
  };

  /** Without its end; empty if it has not come. */
  at(index: number): string {
    return this.#text.split('\n')[index] ?? '';
  }

  /** Resolves with the last of so many lines once all have come; whoever reads them stops when the program has ended. */
  reach(count: number): Promise<string> {
    return new Promise((resolve) => {
      this.#heard = () => {
        if (this.#text.split('\n').length > count) resolve(this.at(count - 1));
      };
      this.#heard();
    });
  }
}
