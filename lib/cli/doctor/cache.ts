import { accessSync, constants } from 'node:fs';
import { shellQuote } from '../../base/quote.ts';
import { formatSize } from '../../base/size.ts';
import { STORE_DEFAULTS } from '../../config/project.ts';
import { fileTrouble } from '../../io/trouble.ts';
import { quarantineFolder } from '../../run/store-blobs.ts';
import { type StoreStats, storeStats } from '../../run/store-verify.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface CacheSeen {
  readonly folder: string;
  /** Where damaged files lie. */
  readonly quarantine: string;
  /** Bytes that it may hold. */
  readonly maxSize: number;
  /** Undefined where it could not be listed, for the reason in `trouble`. */
  readonly stats?: StoreStats;
  /** Why it cannot be read or written. */
  readonly trouble?: string;
}

/** Whether each file of it is what its name says is not looked at: that reads, and mends, everything. */
export function lookAtCache({ folders, io, project }: Patient): CacheSeen {
  const folder = folders.cache;
  const { maxSize } = project?.cache ?? STORE_DEFAULTS;
  const seen = { folder, quarantine: quarantineFolder(folder), maxSize };
  try {
    if (io.files.existsSync(folder)) accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return { ...seen, stats: storeStats(io.files, folder) };
  } catch (thrown) {
    return { ...seen, trouble: fileTrouble(thrown, 'use', folder).message };
  }
}

export function judgeCache({ folder, quarantine, maxSize, stats, trouble }: CacheSeen): readonly Finding[] {
  if (stats === undefined) return [{ is: 'error', says: trouble ?? folder, mend: `sudo chown -R "$(id -u)" ${shellQuote(folder)}` }];
  const size = `${folder} has ${formatSize(stats.bytes)} of at most ${formatSize(maxSize)}`;
  const damaged = stats.quarantined;
  return [
    stats.bytes > maxSize ? { is: 'warning', says: size, mend: 'sbx cache gc' } : { is: 'ok', says: size },
    ...(damaged === 0
      ? []
      : [
          {
            is: 'warning',
            says: `${damaged} damaged file${damaged === 1 ? ' was' : 's were'} moved away in it; more may be damaged`,
            mend: `sbx cache verify && rm -r ${shellQuote(quarantine)}`,
          } as const,
        ]),
  ];
}
