import { join } from 'node:path';
import { withFolder } from '../../rig/folder.ts';
import { seeded } from '../random.ts';
import { type Answer, ATTACKS } from './attacks.ts';
import type { Peer } from './tools.ts';

type Tally = { readonly [is in Answer]: number };

export interface PeersReport {
  readonly seed: string;
  readonly at: string;
  readonly tools: readonly { readonly name: string; readonly version: string; readonly tallies: { readonly [attack: string]: Tally } }[];
}

interface Wanted {
  /** Of each attack on each tool. */
  readonly cases: number;
  readonly seed: string;
  readonly say: (text: string) => void;
}

/** Every attack on every tool; equal seeds strike equal inputs. */
export async function strikeAll(tools: readonly Peer[], { cases, seed, say }: Wanted): Promise<PeersReport> {
  const struck: PeersReport['tools'][number][] = [];
  for (const tool of tools) {
    const tallies: { [attack: string]: Tally } = {};
    for (const attack of ATTACKS) {
      if (attack.needsCache && tool.cache === undefined) continue;
      const tally = { right: 0, wrong: 0, refused: 0 };
      for (let at = 0; at < cases; at++)
        tally[await withFolder((folder) => attack.strike(tool, join(folder, 'project'), seeded(`${seed}/${attack.name}/${at}`)))] += 1;
      tallies[attack.name] = tally;
      say(`${tool.name} ${attack.name}: ${tally.right} right, ${tally.wrong} wrong, ${tally.refused} refused`);
    }
    struck.push({ name: tool.name, version: tool.version, tallies });
  }
  return { seed, at: new Date().toISOString(), tools: struck };
}
