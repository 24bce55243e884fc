import type { Io } from '../../model/io.ts';
import type { Resident } from '../../ssh/resident/resident.ts';
import type { Surroundings } from '../surroundings.ts';

/** The resident agent of this user; undefined where it is off. Nothing is loaded before a host is reached. */
export function residentOf(surroundings: Surroundings, io: Io): Resident | undefined {
  if (isOff(surroundings)) return undefined;
  let isOffered = false;
  return {
    async borrow(route, signal, note) {
      const { borrow } = await import('./borrow.ts');
      return await borrow(surroundings, io, route, signal, note);
    },
    offer(route) {
      if (isOffered) return;
      isOffered = true;
      void import('./start.ts').then(({ startResident }) => startResident(surroundings, io, route));
    },
  };
}

/** By SBX_AGENT, and in CI unless that says `on` or `watch`. */
function isOff({ environment }: Pick<Surroundings, 'environment'>): boolean {
  return (environment.get('SBX_AGENT') || (isCi(environment.get('CI')) ? 'off' : 'on')) === 'off';
}

/** Whether the agent's word counts for files that it watches: only where it was asked for, since the system does not tell of every way to write one. */
export function isWatching({ environment }: Pick<Surroundings, 'environment'>): boolean {
  return environment.get('SBX_AGENT') === 'watch';
}

function isCi(text = ''): boolean {
  return text !== '' && text !== 'false' && text !== '0';
}
