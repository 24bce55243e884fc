import { shellQuote } from '../../base/quote.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { HostSettings } from '../../ssh/host.ts';
import type { EachHost } from '../hosts/each.ts';
import type { Finding } from './finding.ts';

/** The host of a sandbox, as ssh_config has it. */
export interface HostSeen {
  readonly sandbox: string;
  readonly named: string;
  /** Undefined: it could not be found out, because of the failure. */
  readonly settings?: HostSettings;
  readonly failure?: Failure;
  /** Whether a key of it is in a known_hosts file. */
  readonly known: boolean;
}

/** Asks `ssh -G`; connects nowhere. */
export async function lookAtHosts(far: readonly EachHost[], io: Io, state: string, signal: AbortSignal): Promise<readonly HostSeen[]> {
  if (far.length === 0) return [];
  const { resolveHost } = await import('../../ssh/config.ts');
  const { isKnownHost } = await import('../../ssh/hostkeys.ts');
  return await Promise.all(
    far.map(async ({ spec: { name, host = name, user, tunnel }, label }): Promise<HostSeen> => {
      const settings = await resolveHost({ named: host, user, tunnel }, io, signal);
      const seen = { sandbox: label, named: host };
      if (!settings.ok) return { ...seen, failure: settings.error, known: false };
      return { ...seen, settings: settings.value, known: isKnownHost(settings.value, state, io.files) };
    }),
  );
}

export function judgeHosts(hosts: readonly HostSeen[]): readonly Finding[] {
  return hosts.flatMap(({ sandbox, named, settings, failure, known }): readonly Finding[] => {
    if (settings === undefined) {
      return [
        {
          is: 'error',
          says: `${sandbox}: ${failure?.message}${failure?.hint ? ` (${failure.hint})` : ''}`,
          mend: '${EDITOR:-vi} ~/.ssh/config',
        },
      ];
    }
    const where = `${settings.user}@${settings.hostname}:${settings.port}`;
    const { beyond } = settings;
    const carried: readonly Finding[] =
      beyond === undefined ? [] : [{ is: 'ok', says: `${sandbox} is reached by the system's ssh, since ${beyond.why}` }];
    const through = settings.jumps.length === 0 ? '' : ` through ${settings.jumps.join(', ')}`;
    if (known) return [{ is: 'ok', says: `${sandbox} is ${where}${through}, whose host key is known` }, ...carried];
    return [
      { is: 'error', says: `${sandbox}: the host key of ${where}${through} is in no known_hosts`, mend: `sbx trust ${shellQuote(named)}` },
      ...carried,
    ];
  });
}
