/**
 * What sbx made outside of projects, so that it is found after whatever happened: `owned.ndjson` in the state folder. A line is on the disk
 * before the deed. Appended to by all runs at once; a line that is not whole is passed over.
 */
import { appendRegular, readRegular } from '../io/read-regular.ts';
import { makeFolder, syncFolder, writeWhole } from '../io/replace.ts';
import type { Io } from '../model/io.ts';
import type { OwnedJournal, OwnedKind, OwnedState } from '../model/owned.ts';
import { stampLine, unstampLine } from './journal.ts';
import { userName } from './users.ts';

/** What it is, whose, and where. */
interface OwnedPlace extends OwnedKind {
  readonly sandbox: string;
  /** For messages, e.g. `build@localhost:12222`. */
  readonly target: string;
  /** Of the project that it belongs to. */
  readonly root: string;
  /** Id of the checkout: what its sentinel says. */
  readonly checkout: string;
}

export interface OwnedThing extends OwnedPlace {
  readonly path: string;
  /** The process that said so last; see `isUserDead`. Absent: another version of sbx did. */
  readonly by?: string;
  readonly state: OwnedState;
  readonly at: number;
}

interface Owned {
  /** The journal for things in one place. Its functions throw what writing threw: then the deed must not be done. */
  of(place: OwnedPlace): OwnedJournal;
  /** What was made, or was about to be, and not destroyed since. */
  things(): readonly OwnedThing[];
}

type Line = Omit<OwnedThing, 'state'> & { readonly state: OwnedState | 'destroyed' };

export function openOwned(io: Pick<Io, 'files' | 'clock'>, stateFolder: string): Owned {
  const { files, clock } = io;
  let self: string | undefined;
  const me = (): string => (self ??= userName(files));
  const path = `${stateFolder}/owned.ndjson`;

  const append = (line: Line): void => {
    makeFolder(files, stateFolder, 0o700);
    const isNew = !files.existsSync(path);
    const fd = appendRegular(files, path, 0o600);
    try {
      // The line break in front closes a line that a crash tore.
      writeWhole(files, fd, Buffer.from(`${isNew ? '' : '\n'}${stampLine(line)}`));
      files.fsyncSync(fd);
    } finally {
      files.closeSync(fd);
    }
    if (isNew) syncFolder(files, stateFolder);
  };

  const things = (): readonly OwnedThing[] => {
    if (!files.existsSync(path)) return [];
    const known = new Map<string, OwnedThing>();
    for (const text of readRegular(files, path).toString('utf8').split('\n')) {
      const line = unstampLine(text) as Line | undefined;
      if (!line) continue;
      // The id of a wish is one thing wherever it is said: several projects may share a machine.
      const id = line.kind === 'machine' ? line.path : [line.kind, line.target, line.path, line.checkout].join('\0');
      if (line.state === 'destroyed') known.delete(id);
      else known.set(id, { ...line, state: line.state });
    }
    return [...known.values()];
  };

  return {
    of(place) {
      const told = (state: Line['state']) => (folder: string) => append({ ...place, state, path: folder, at: clock.now(), by: me() });
      return { intent: told('intent'), created: told('created'), destroying: told('destroying'), destroyed: told('destroyed') };
    },
    things,
  };
}
