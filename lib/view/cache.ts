import { formatDuration } from '../base/duration.ts';
import { formatSize } from '../base/size.ts';
import { documentOf } from './document.ts';
import { neutral } from './neutral.ts';
import { rows } from './rows.ts';

/** What lies in the store. Sizes in bytes, times in milliseconds. */
interface StoreStats {
  readonly folder: string;
  readonly blobs: number;
  readonly bytes: number;
  readonly records: number;
  readonly quarantined: number;
  readonly maxSize: number;
  readonly maxAge: number;
}

/** What a check of every blob found. */
interface StoreVerified {
  readonly blobs: number;
  readonly bytes: number;
  /** Names of blobs and records that were damaged and are in quarantine now. */
  readonly damaged: readonly string[];
}

/** What was removed because of the bounds. */
interface StoreSwept {
  readonly records: number;
  readonly blobs: number;
  readonly bytes: number;
  /** What is left, in bytes. */
  readonly left: number;
}

export function statsText(stats: StoreStats): string {
  const table = [
    ['folder', stats.folder],
    ['size', `${formatSize(stats.bytes)} of at most ${formatSize(stats.maxSize)}`],
    ['blobs', String(stats.blobs)],
    ['records', String(stats.records)],
    ['kept', `${formatDuration(stats.maxAge)} after the last use`],
  ];
  if (stats.quarantined > 0) table.push(['quarantine', `${stats.quarantined} damaged`]);
  return `${rows(table, undefined).join('\n')}\n`;
}

export function verifiedText({ blobs, bytes, damaged }: StoreVerified): string {
  const checked = `${count(blobs, 'blob')} checked, ${formatSize(bytes)}`;
  if (damaged.length === 0) return `${checked}: all sound\n`;
  const names = damaged.map((name) => `  ${neutral(name)}`);
  return `${checked}: ${damaged.length} damaged and moved to quarantine; what needs them is made again\n${names.join('\n')}\n`;
}

export function sweptText({ records, blobs, bytes, left }: StoreSwept): string {
  if (records + blobs === 0) return `nothing to remove, ${formatSize(left)} kept\n`;
  return `removed ${count(records, 'record')} and ${count(blobs, 'blob')}, ${formatSize(bytes)}; ${formatSize(left)} kept\n`;
}

export function cacheJson(which: 'stats' | 'verify' | 'gc', value: StoreStats | StoreVerified | StoreSwept): string {
  return documentOf(`cache-${which}`, 1, value);
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
