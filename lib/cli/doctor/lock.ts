import { join } from 'node:path';
import { shellQuote } from '../../base/quote.ts';
import { describeHolder, type Holder } from '../../run/holder.ts';
import { noFolder, readLock } from '../../run/lock.ts';
import { isProvablyAlive, isProvablyDead, whoAmI } from '../../run/self.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

/** The lock of the project. */
type LockSeen =
  | { readonly is: 'free' }
  /** By something that is no lock of sbx. */
  | { readonly is: 'barred'; readonly path: string }
  | { readonly is: 'alive' | 'dead' | 'unclear'; readonly nonce: string; readonly holder: Holder | undefined };

export function lookAtLock({ folders, io: { files } }: Patient): LockSeen {
  const path = join(folders.project, 'lock');
  if (noFolder(files, path) !== undefined) return { is: 'barred', path };
  const found = readLock(files, path);
  if (found === undefined) return { is: 'free' };
  const { nonce, holder } = found;
  const self = whoAmI(files);
  if (holder !== undefined && isProvablyDead(files, holder, self)) return { is: 'dead', nonce, holder };
  return { is: holder !== undefined && isProvablyAlive(files, holder, self) ? 'alive' : 'unclear', nonce, holder };
}

export function judgeLock(seen: LockSeen): readonly Finding[] {
  if (seen.is === 'free') return [{ is: 'ok', says: 'no run holds the project' }];
  if (seen.is === 'barred') {
    const { path } = seen;
    return [{ is: 'error', says: `${path} is no lock of sbx: no run begins`, mend: `mv ${shellQuote(path)} ${shellQuote(`${path}.old`)}` }];
  }
  const by = seen.holder === undefined ? `the lock ${seen.nonce}` : describeHolder(seen.holder);
  switch (seen.is) {
    case 'alive':
      return [{ is: 'ok', says: `the project is in use by ${by}` }];
    case 'dead':
      return [
        {
          is: 'warning',
          says: `the project is held by ${by}, which is dead; the next run takes it over`,
          mend: `sbx unlock ${seen.nonce}`,
        },
      ];
    case 'unclear':
      return [
        { is: 'error', says: `the project is held by ${by}, which may be alive elsewhere; if it is not`, mend: `sbx unlock ${seen.nonce}` },
      ];
  }
}
