import { err, ok, type Result } from '../../base/result.ts';
import { suggest } from '../../base/suggest.ts';
import type { Refusal } from '../alone.ts';

// Which VM has which port of the bridge. Pure: knows neither YAML nor files.

/** Each VM has one port of this computer, through which its reverse tunnel is reached. */
const RANGE = { first: 12221, last: 12230 } as const;

/** An entry of the registry. */
export interface PortEntry {
  readonly port: number;
  /** Empty where the entry names none. */
  readonly vm: string;
  /** The computer that the VM runs on. */
  readonly host: string;
  /** `available`, else somebody has the port: `reserved` is what is written, others are kept. */
  readonly status: string;
}

/** The account of a build VM. */
export const DEFAULT_USER = 'build';

export const AVAILABLE = 'available';
export const RESERVED = 'reserved';

export function isTaken({ status }: PortEntry): boolean {
  return status !== AVAILABLE;
}

/** Every port of the range and of the registry, in order. */
export function allPorts(entries: readonly PortEntry[]): readonly PortEntry[] {
  const known = new Map(entries.map((entry) => [entry.port, entry]));
  for (let port: number = RANGE.first; port <= RANGE.last; port++) {
    if (!known.has(port)) known.set(port, { port, vm: '', host: '', status: AVAILABLE });
  }
  return [...known.values()].sort((a, b) => a.port - b.port);
}

/** The port that a VM gets: the one that is wished, else the one it has, else the first free one. */
export function portFor(vm: string, wished: number | undefined, entries: readonly PortEntry[]): Result<number, Refusal> {
  const has = entries.find((entry) => entry.vm === vm && isTaken(entry));
  if (has && (wished === undefined || wished === has.port)) return ok(has.port);
  if (has) return err({ message: `${vm} has port ${has.port} already`, hint: `release it first: sbx bridge ports release ${vm}` });
  if (wished === undefined) {
    const free = allPorts(entries).find((entry) => !isTaken(entry) && isInRange(entry.port));
    if (free) return ok(free.port);
    return err({
      message: `all ports from ${RANGE.first} to ${RANGE.last} are taken`,
      hint: 'sbx bridge ports shows by whom; release one',
    });
  }
  if (!isInRange(wished)) return err({ message: `port ${wished} is out of range`, hint: `VMs have ${RANGE.first} to ${RANGE.last}` });
  const holder = entries.find((entry) => entry.port === wished && isTaken(entry));
  if (holder === undefined) return ok(wished);
  return err({ message: `port ${wished} is taken${holder.vm === '' ? '' : ` by ${holder.vm}`} (${holder.status})` });
}

/** The port that `named` means, a VM or a port, if somebody has it. */
export function portToRelease(named: string, entries: readonly PortEntry[]): Result<number, Refusal> {
  const taken = entries.filter(isTaken);
  const found = taken.find((entry) => entry.vm === named) ?? taken.find((entry) => String(entry.port) === named);
  if (found) return ok(found.port);
  const near = suggest(
    named,
    taken.map(({ vm }) => vm),
  );
  return err({ message: `nobody called ${named} has a port`, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) });
}

function isInRange(port: number): boolean {
  return port >= RANGE.first && port <= RANGE.last;
}
