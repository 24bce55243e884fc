import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Driver, MachineId } from '../model/machine.ts';
import { refuse } from './checks.ts';

/** 4 KiB. */
const MOST = 4096;

/** Runs a program that reads or sets notes of a machine; a note is `NAME WORD`, each on a line, and a word has no blanks in it. */
interface NotePlace {
  read(id: MachineId, signal: AbortSignal): Promise<Result<string, Failure>>;
  /** An empty word takes the note away. */
  write(id: MachineId, name: string, word: string, signal: AbortSignal): Promise<Result<unknown, Failure>>;
}

/** Notes of any text for hypervisors that keep words: one word holds it, and says how. */
export function notes({ read, write }: NotePlace): Pick<Driver, 'notes' | 'note'> {
  return {
    notes: async (id, signal) => {
      const said = await read(id, signal);
      return said.ok
        ? ok(new Map([...said.value.matchAll(/^(\S+) base64,(\S*)$/gm)].map(([, name = '', word = '']) => [name, textOf(word)])))
        : said;
    },
    note: async (id, name, value, signal) => {
      if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) return refuse(`${JSON.stringify(name)} is no name of a note`);
      const bytes = Buffer.from(value ?? '');
      if (bytes.length > MOST) return refuse(`the note ${name} has ${bytes.length} bytes; it may have ${MOST}`);
      const written = await write(id, name, value === undefined ? '' : `base64,${bytes.toString('base64')}`, signal);
      return written.ok ? ok(undefined) : written;
    },
  };
}

function textOf(word: string): string {
  return Buffer.from(word, 'base64').toString();
}
