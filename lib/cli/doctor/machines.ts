import { shellQuote } from '../../base/quote.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';
import { isHere } from './tools.ts';

/** A file that a machine is made from, or that its guest is given. */
interface FileSeen {
  readonly sandbox: string;
  readonly as: 'image' | 'authorize' | 'identity' | 'agent';
  /** Absolute. */
  readonly path: string;
  readonly isThere: boolean;
  /** A step may make it. */
  readonly isMade: boolean;
}

/** Looks at files of this computer alone; the machines themselves are not asked for. */
export function lookAtMachines({ project, io: { files } }: Patient): readonly FileSeen[] {
  const provided = new Set([...(project?.steps.values() ?? [])].map(({ provides }) => provides));
  return [...(project?.sandboxes.values() ?? [])].flatMap(({ name, machine }): readonly FileSeen[] => {
    if (machine === undefined) return [];
    const { image, keys } = machine;
    const seen = (as: FileSeen['as'], path: string | undefined, isMade = false): readonly FileSeen[] =>
      path === undefined ? [] : [{ sandbox: name, as, path, isThere: files.existsSync(path), isMade }];
    return [
      ...(isHere(project?.sandboxes.get(machine.hypervisor)) ? seen('image', image, provided.has(name)) : []),
      ...keys.authorize.flatMap((path) => seen('authorize', path)),
      ...seen('identity', keys.identity),
      ...seen('agent', keys.agent),
    ];
  });
}

export function judgeMachines(seen: readonly FileSeen[]): readonly Finding[] {
  return seen.map(({ sandbox, as, path, isThere, isMade }): Finding => {
    const what = as === 'image' ? 'the image' : `\`${as}\` of the keys`;
    if (isThere) return { is: 'ok', says: `${sandbox}: ${what} is ${path}` };
    const says = `${sandbox}: ${what} is not there: ${path}`;
    if (as === 'image') return { is: isMade ? 'warning' : 'error', says };
    return { is: 'error', says, ...(as === 'identity' ? { mend: `ssh-keygen -t ed25519 -f ${shellQuote(path)}` } : {}) };
  });
}
