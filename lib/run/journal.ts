/**
 * The events of a run as they happened: `.sbx/runs/<run>/journal.ndjson`. Each line is JSON and ends with a checksum of what stands before it. A run that was
 * killed leaves at most one torn line, and readers stop there.
 */
import { crc32 } from 'node:zlib';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, writeWhole } from '../io/replace.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Stamped } from '../model/event.ts';
import type { Files } from '../model/io.ts';
import { entriesIn, removeEntries, writtenAt } from './entries.ts';

export interface Journal {
  readonly path: string;
  /** Is on the disk before the loop turns. Never throws: after the first trouble nothing more is written, and `trouble` says so. */
  write(event: Stamped): void;
  readonly trouble: string | undefined;
  close(): void;
}

export function openJournal(files: Files, folder: string, run: string): Journal {
  const path = journalPath(folder, run);
  let fd: number | undefined;
  let trouble: string | undefined;
  const guarded = (write: () => void): void => {
    if (trouble !== undefined) return;
    try {
      write();
    } catch (thrown) {
      trouble = errnoOf(thrown);
      if (trouble === undefined) throw thrown;
    }
  };
  const waiting: string[] = [];
  const flush = (): void => {
    const text = waiting.splice(0).join('');
    if (text !== '') guarded(() => fd !== undefined && writeWhole(files, fd, Buffer.from(text)));
  };
  guarded(() => {
    makeFolder(files, path.slice(0, path.lastIndexOf('/')));
    fd = files.openSync(path, 'ax', 0o600);
  });
  return {
    path,
    write(event) {
      if (waiting.push(`${stampLine(event)}\n`) === 1) setImmediate(flush);
    },
    get trouble() {
      flush();
      return trouble;
    },
    close() {
      flush();
      guarded(() => fd !== undefined && files.closeSync(fd));
      fd = undefined;
    },
  };
}

/** The journal of a run that is over, at once. */
export function writeJournal(files: Files, folder: string, run: string, events: readonly Stamped[]): void {
  const path = journalPath(folder, run);
  makeFolder(files, path.slice(0, path.lastIndexOf('/')));
  files.writeFileSync(path, `${events.map(stampLine).join('\n')}\n`, { flag: 'ax', mode: 0o600 });
}

export interface JournalRead {
  readonly events: readonly Stamped[];
  /** False: the run was killed, or the file was damaged; the events are those before. */
  readonly whole: boolean;
}

/** Undefined if there is no such run. */
export function readJournal(files: Files, folder: string, run: string): JournalRead | undefined {
  const path = journalPath(folder, run);
  if (run === '' || run.includes('/') || !files.existsSync(path)) return undefined;
  const lines = readRegular(files, path).toString('utf8').split('\n');
  const events: Stamped[] = [];
  for (const line of lines.slice(0, -1)) {
    const event = unstampLine(line) as Stamped | undefined;
    if (event?.seq !== events.length) return { events, whole: false };
    events.push(event);
  }
  return { events, whole: lines.at(-1) === '' && events.at(-1)?.type === 'run-finished' };
}

/** Runs that left a journal, newest first; `at`: when it was last written, in milliseconds since 1970. */
export function listRuns(files: Files, folder: string): readonly { readonly run: string; readonly at: number }[] {
  const runs = entriesIn(files, `${folder}/runs`).flatMap(({ name }) => {
    const at = writtenAt(files, journalPath(folder, name));
    return at === undefined ? [] : [{ run: name, at }];
  });
  return runs.sort((a, b) => b.at - a.at || (a.run < b.run ? 1 : -1));
}

/**
 * Keeps the newest runs, those too that were killed before they had a journal, and the one that runs now: a clock that was ahead may have dated many after it.
 * Never throws: what is left is tried again by the next run.
 */
export function pruneRuns(files: Files, folder: string, current: string, keep = 20): void {
  const at = new Map(listRuns(files, folder).map((one) => [one.run, one.at]));
  const runs = entriesIn(files, `${folder}/runs`).map((one) => ({ ...one, at: at.get(one.name) ?? one.at }));
  runs.sort((a, b) => b.at - a.at);
  removeEntries(
    files,
    runs.slice(keep).filter(({ name }) => name !== current),
  );
}

/** An object as a line of JSON with its checksum. */
export function stampLine(fact: object): string {
  const text = JSON.stringify(fact).slice(0, -1);
  return `${text},"crc":"${crc32(text).toString(16).padStart(8, '0')}"}`;
}

/** What was stamped; undefined if the line is not whole. */
export function unstampLine(line: string): object | undefined {
  const end = line.length - ',"crc":"00000000"}'.length;
  const text = line.slice(0, end);
  if (end < 2 || line.slice(end) !== `,"crc":"${crc32(text).toString(16).padStart(8, '0')}"}`) return undefined;
  return JSON.parse(`${text}}`) as object;
}

function journalPath(folder: string, run: string): string {
  return `${folder}/runs/${run}/journal.ndjson`;
}
