/**
 * Who holds a lock. What proves that it is dead stands in the name of the lock's file, with a checksum: no damage to the content of a file makes a living one
 * look dead. The content, its host and its command, is for people.
 */
import { crc32 } from 'node:zlib';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SelfFacts } from './self.ts';

export interface Holder extends SelfFacts {
  readonly nonce: string;
  /** What it runs, for messages. */
  readonly command: string;
  /** What it starts is tagged with this. */
  readonly run?: string;
}

/** The name of the file; `,` stands in none of the facts. */
export function nameOf({ nonce, pid, start, boot, namespace, machine, run = '' }: Holder): string {
  const facts = [nonce, pid, start, boot, namespace, machine, run].join(',');
  return `${facts},${checksum(facts)}`;
}

/** What stands in the file. */
export function contentOf({ host, command }: Holder): string {
  return `${host}\n${command}\n`;
}

/** Undefined: sbx did not give that name, or it was damaged. */
export function holderNamed(name: string, content = ''): Holder | undefined {
  const end = name.lastIndexOf(',');
  const facts = name.slice(0, Math.max(0, end));
  const [nonce = '', pid, start = '', boot = '', namespace = '', machine = '', run] = facts.split(',');
  if (run === undefined || name.slice(end + 1) !== checksum(facts)) return undefined;
  const [host = '', command = ''] = content.split('\n');
  return { nonce, pid: Number(pid), start, boot, namespace, machine, host, command: command || 'a run', ...(run === '' ? {} : { run }) };
}

/** Whether such a name may be a holder's that was damaged, or that another version of sbx gave. Nothing else makes names like these. */
export function mayBeHolder(name: string): boolean {
  return name.includes(',') || /^[0-9a-f]{32}$/.test(name);
}

/** `sbx run build (process 4711 on host; lock 0123...)`: the whole nonce, as `sbx unlock` wants it. */
export function describeHolder(holder: Holder): string {
  const on = holder.host === '' ? '' : ` on ${holder.host}`;
  return `${holder.command} (process ${holder.pid}${on}; lock ${holder.nonce})`;
}

/** The words for a holder that started this run, and cannot be waited for. */
export function waitsForUs(holder: Holder): Diagnostic {
  const message = `a step of ${describeHolder(holder)} started this run in the same project: each would wait for the other`;
  return { severity: 'error', code: 'cycle', message, hint: 'let the step need the steps that it wants to run: needs: [...]' };
}

function checksum(facts: string): string {
  return crc32(facts).toString(16).padStart(8, '0');
}
