import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

/** How much the system lets one user watch; undefined where it has no such limit. */
interface WatchingSeen {
  readonly watches: number | undefined;
  readonly instances: number | undefined;
}

const LEAST = { max_user_watches: 65_536, max_user_instances: 128 } as const;
const ENOUGH = { max_user_watches: 524_288, max_user_instances: 512 } as const;

export function lookAtWatching({ io: { files } }: Patient): WatchingSeen {
  const limit = (name: keyof typeof LEAST): number | undefined => {
    try {
      return Number(files.readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'));
    } catch {
      return undefined;
    }
  };
  return { watches: limit('max_user_watches'), instances: limit('max_user_instances') };
}

export function judgeWatching({ watches, instances }: WatchingSeen): readonly Finding[] {
  const limits = [['max_user_watches', watches] as const, ['max_user_instances', instances] as const];
  return limits.flatMap(([name, limit]): readonly Finding[] => {
    if (limit === undefined) return [];
    const says = `fs.inotify.${name} is ${limit}`;
    if (limit >= LEAST[name]) return [{ is: 'ok', says }];
    return [{ is: 'warning', says: `${says}: sbx watch may not see every folder`, mend: `sudo sysctl fs.inotify.${name}=${ENOUGH[name]}` }];
  });
}
