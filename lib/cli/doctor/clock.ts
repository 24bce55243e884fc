import { join } from 'node:path';
import { shellQuote } from '../../base/quote.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface ClockSeen {
  /** Milliseconds since 1970, like all here. */
  readonly now: number;
  /** When the files of this sbx were written. */
  readonly sbx: number;
  /** The newest file of the project's own folder. */
  readonly newest?: { readonly file: string; readonly at: number };
}

/** Clocks of file servers differ by less. */
const SKEW = 60_000;

export function lookAtClock({ surroundings, io: { clock, files }, root }: Patient): ClockSeen {
  const names = files.readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile());
  const all = names.map(({ name }) => ({ file: join(root, name), at: files.lstatSync(join(root, name)).mtimeMs }));
  const newest = all.reduce<ClockSeen['newest']>((best, one) => (best === undefined || one.at > best.at ? one : best), undefined);
  const sbx = files.statSync(join(surroundings.home, 'package.json')).mtimeMs;
  return { now: clock.now(), sbx, ...(newest === undefined ? {} : { newest }) };
}

export function judgeClock({ now, sbx, newest }: ClockSeen): readonly Finding[] {
  const time = new Date(now).toISOString();
  if (now + SKEW < sbx) {
    return [{ is: 'error', says: `the clock says ${time}, and sbx was installed after that`, mend: 'sudo timedatectl set-ntp true' }];
  }
  if (newest !== undefined && now + SKEW < newest.at) {
    const says = `the clock says ${time}, and ${newest.file} was changed after that: make and the like go wrong`;
    return [{ is: 'warning', says, mend: `touch ${shellQuote(newest.file)}` }];
  }
  return [{ is: 'ok', says: `the clock says ${time}` }];
}
