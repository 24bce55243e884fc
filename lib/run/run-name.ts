import type { Io } from '../model/io.ts';

/** Sorts by time; unique by chance. */
export function runName(io: Pick<Io, 'clock' | 'nonce'>): string {
  const time = new Date(io.clock.now()).toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `${time}-${io.nonce().slice(0, 6)}`;
}
