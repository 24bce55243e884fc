import { join } from 'node:path';
import { nonce, realClock, realFiles } from '../io/io.ts';
import { type Memo, openMemo } from '../io/memo.ts';
import { realSpawn } from '../io/process.ts';
import type { Folders, Io } from '../model/io.ts';
import type { Project } from '../model/project.ts';
import { makeLook, type ProjectLook } from '../run/look.ts';
import { openRecords, type Records } from '../run/records.ts';
import { openStore, type Store, type Warn } from '../run/store.ts';
import { foldersOf } from './folders.ts';
import type { Surroundings } from './surroundings.ts';

/** What is remembered of a project, and the effects to look at it with. */
export interface Rooms {
  readonly io: Io;
  readonly folders: Folders;
  readonly store: Store;
  readonly records: Records;
  readonly memo: Memo;
  readonly look: ProjectLook;
}

export function ioOf(surroundings: Surroundings): Io {
  return { files: realFiles, clock: realClock, nonce, spawn: realSpawn(), environment: surroundings.environment };
}

/** `read`: for queries, which write nothing. */
export function openRooms(surroundings: Surroundings, project: Project, mode: 'read' | 'write', warn: Warn): Rooms {
  const io = ioOf(surroundings);
  const folders = foldersOf(surroundings.environment, project.root);
  const store = openStore(io, folders.cache, warn, mode);
  const records = openRecords(io, folders.project, warn);
  const memo = openMemo(io, join(folders.project, 'memo'));
  const look = makeLook({
    files: io.files,
    root: project.root,
    environment: surroundings.environment,
    here: { os: surroundings.os, arch: surroundings.arch },
    memo,
    store,
    records,
  });
  return { io, folders, store, records, memo, look };
}
