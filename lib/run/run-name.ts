import type { Io } from '../model/io.ts';

// The name of a run says when it began: it sorts by time, and is unique by chance.

export function runName(io: Pick<Io, 'clock' | 'nonce'>): string {
  const time = new Date(io.clock.now()).toISOString().replace(/[-:]|\.\d+Z$/g, '');
  return `${time}-${io.nonce().slice(0, 6)}`;
}

/** When the run of that name began, milliseconds since 1970; undefined if it names none. */
export function timeOfRun(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-/.exec(name) ?? [];
  return second === undefined ? undefined : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
