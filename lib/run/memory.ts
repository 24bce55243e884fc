import { type Memo, openMemo } from '../io/memo.ts';
import type { Files, Folders, Io } from '../model/io.ts';
import type { Project } from '../model/project.ts';
import { makeLook, type ProjectLook } from './look.ts';
import { whereIn } from './places.ts';
import { openRecords, type Records } from './records.ts';
import { openStore, type Store, type Warn } from './store.ts';

/** All that sbx remembers of a project, opened together: what a run keeps and what a query asks. */
export interface Memory {
  readonly store: Store;
  readonly memo: Memo;
  readonly records: Records;
  readonly look: ProjectLook;
}

interface MemoryRequest {
  readonly io: Io;
  /** Its root is a real path. */
  readonly project: Pick<Project, 'root' | 'sandboxes'>;
  readonly folders: Folders;
  /** What `local` is, e.g. `linux` and `x64`. */
  readonly here: { readonly os: string; readonly arch: string };
  readonly warn: Warn;
  /** What looks at files go through, if not `io.files`: all that a decision depends on. The memo is none of it: it only saves time. `drop` is called before they are looked at anew. */
  readonly looks?: { readonly files: Files; readonly drop: () => void } | undefined;
  /** `read` for queries: nothing is written anywhere. */
  readonly mode: 'read' | 'write';
  /** Milliseconds by which the clock that dates the project's files is behind ours. */
  readonly lag?: number;
}

export function openMemory({ io, project, folders, here, warn, mode, looks, lag }: MemoryRequest): Memory {
  const files = looks?.files ?? io.files;
  const watched = { ...io, files };
  const store = openStore(watched, folders.cache, warn, mode);
  const memo = openMemo(io, `${folders.project}/memo`, lag);
  const records = openRecords(watched, folders.project, warn, whereIn(project));
  const look = makeLook({ files, drop: looks?.drop, root: project.root, environment: io.environment, here, memo, store, records });
  return { store, memo, records, look };
}
