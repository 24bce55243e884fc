import { constants } from 'node:os';

/**
 * Signals that end a process, by number. A shell says 128 + n both for such an end and for `exit 128+n`; the former is what happens, so that
 * is what it is taken for. Neither is a success.
 */
const ENDING = [
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'XCPU',
  'XFSZ',
];

/** `SIGKILL` for 9; undefined for a number that is none of them. Numbers are those of Linux, where the far side is. */
export function signalName(number: number): string | undefined {
  const numbers: { readonly [name: string]: number } = constants.signals;
  return ENDING.map((name) => `SIG${name}`).find((name) => numbers[name] === number);
}
