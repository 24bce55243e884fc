import { readRegular } from '../../io/read-regular.ts';
import { makeFolder, replaceFile } from '../../io/replace.ts';
import { type Lease, leftOf } from '../../model/created.ts';
import type { Io } from '../../model/io.ts';
import { momentNow } from '../../run/created.ts';
import { stampLine, unstampLine } from '../../run/journal.ts';

// Since when nobody has used a machine that is to be stopped then, in a file of its own: it is true also of a run that was killed.

/** Begins its time anew. `idle`: milliseconds; undefined: nobody wants it to be stopped. */
export function renewIdle(io: Io, path: string, idle: number | undefined): void {
  if (idle === undefined) {
    io.files.rmSync(path, { force: true });
    return;
  }
  const lease: Lease = { ttl: idle, since: momentNow(io) };
  makeFolder(io.files, path.slice(0, path.lastIndexOf('/')), 0o700);
  replaceFile(io, path, `${stampLine(lease)}\n`, { mode: 0o600 });
}

/** Milliseconds until it is to be stopped, less than 0 when that is over. `never`: nobody wants that; undefined: the clock is wrong, so that nobody knows. */
export function idleLeft(io: Pick<Io, 'files' | 'clock'>, path: string): number | 'never' | undefined {
  if (!io.files.existsSync(path)) return 'never';
  const lease = unstampLine(readRegular(io.files, path).toString('utf8').trimEnd()) as Lease | undefined;
  return lease === undefined ? 'never' : leftOf(lease, momentNow(io));
}
