import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

type Place = { readonly base: string; readonly project: Pick<World['project'], 'root'> };

/** Whatever was made on a far side is in the journal of owned things, at every moment. */
export function unknownWorkspace({ base, project }: Place): string | undefined {
  const path = join(project.root, '.sbx/embedded/box/work');
  return existsSync(path) && owned(base) !== 'known'
    ? 'there is a workspace of which the journal of owned things knows nothing'
    : undefined;
}

/** The last word on the workspace. A line that is not whole says nothing. */
export function owned(base: string): 'known' | 'unknown' {
  const path = join(base, 'home/.state/sbx/owned.ndjson');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const states = lines.flatMap((line) => /"state":"(\w+)".*"crc":"\w{8}"\}$/.exec(line)?.[1] ?? []);
  return states.length > 0 && states.at(-1) !== 'destroyed' ? 'known' : 'unknown';
}
