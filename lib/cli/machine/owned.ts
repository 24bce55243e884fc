import type { OwnedJournal } from '../../model/owned.ts';
import type { openOwned } from '../../run/owned.ts';

type Owned = ReturnType<typeof openOwned>;

/** The journal of a machine. With it goes what was made in its guest: workspaces of all checkouts, which name it by `inGuest`. */
export function machineJournal(owned: Owned, inGuest: string, place: Parameters<Owned['of']>[0]): OwnedJournal {
  const journal = owned.of(place);
  return {
    ...journal,
    destroyed: (path) => {
      for (const thing of owned.things()) if (thing.kind !== 'machine' && thing.target === inGuest) owned.of(thing).destroyed(thing.path);
      journal.destroyed(path);
    },
  };
}
