import { scanCommands } from './commands.ts';
import { scanExpansion } from './expansion.ts';
import type { Atom, Scan, Verdict } from './text.ts';

/**
 * Says for each hole in a text of sh or bash how a reference to a variable must be written there, so that the value is one word (or text inside
 * of quotes) whatever it contains; or why no value can go there. Where shells disagree, or the scan cannot be sure, it refuses.
 * What a program does with its words is not known here, except for shells and interpreters that would run them.
 */
export function scanShell(atoms: readonly Atom[], shell: 'sh' | 'bash', isList: (hole: number) => boolean): ReadonlyMap<number, Verdict> {
  const scan: Scan = {
    atoms,
    bash: shell === 'bash',
    isList,
    verdicts: new Map(),
    grammar: { commands: scanCommands, expansion: scanExpansion },
    at: 0,
    limit: atoms.length,
    pending: 0,
    inHeredoc: false,
    lost: false,
    depth: 0,
  };
  scanCommands(scan, false);
  return scan.verdicts;
}
