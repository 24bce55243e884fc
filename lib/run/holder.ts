/**
 * Who holds a lock. What proves that it is dead stands in the name of the lock's file, with a checksum: no damage to the content of a file makes a living one
 * look dead. The content is for people.
 */
import { crc32 } from 'node:zlib';
import type { SelfFacts } from './self.ts';

export interface Holder extends SelfFacts {
  readonly nonce: string;
  /** What it runs, for messages. */
  readonly command: string;
  /** What it starts is tagged with this. */
  readonly run?: string;
}

/** The name of the file; `,` stands in none of the facts. */
export function nameOf({ nonce, pid, start, boot, namespace, host, run = '' }: Holder): string {
  const facts = [nonce, pid, start, boot, namespace, host, run].join(',');
  return `${facts},${checksum(facts)}`;
}

/** Undefined: sbx did not give that name, or it was damaged. */
export function holderNamed(name: string, command: string): Holder | undefined {
  const end = name.lastIndexOf(',');
  const facts = name.slice(0, Math.max(0, end));
  const [nonce = '', pid, start = '', boot = '', namespace = '', host = '', run] = facts.split(',');
  if (run === undefined || name.slice(end + 1) !== checksum(facts)) return undefined;
  return { nonce, pid: Number(pid), start, boot, namespace, host, command, ...(run === '' ? {} : { run }) };
}

/** `sbx run build (process 4711 on host; lock 0123...)`: the whole nonce, as `sbx unlock` wants it. */
export function describeHolder(holder: Holder): string {
  return `${holder.command} (process ${holder.pid} on ${holder.host || 'this computer'}; lock ${holder.nonce})`;
}

function checksum(facts: string): string {
  return crc32(facts).toString(16).padStart(8, '0');
}
