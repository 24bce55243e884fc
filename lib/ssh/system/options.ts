import type { HostSettings } from '../host.ts';
import { ownKnownHosts } from '../hostkeys.ts';
import { parseTarget } from '../target.ts';

// What the system's ssh is told beside the user's own configuration. Pure.

/** What counts for every hop, whatever is configured: keys are verified, nothing is asked that sbx would not, nothing else is opened. */
const ALWAYS = [
  'StrictHostKeyChecking yes',
  'NoHostAuthenticationForLocalhost no',
  'UpdateHostKeys no',
  'GlobalKnownHostsFile none',
  'PreferredAuthentications gssapi-with-mic,hostbased,publickey',
  'NumberOfPasswordPrompts 1',
  'ForwardAgent no',
  'ForwardX11 no',
  'ClearAllForwardings yes',
  'PermitLocalCommand no',
  'RemoteCommand none',
  'RequestTTY no',
  'Tunnel no',
  'Compression no',
  'LogLevel ERROR',
];

interface Included {
  /** Files of configuration in the order in which they count. */
  readonly files: readonly string[];
  /** Login name where they have none. */
  readonly user: string | undefined;
  /** Whether somebody can be asked for a passphrase. */
  readonly asks: boolean;
}

/** A configuration whose first values, which win, are ours. Jump hosts of ProxyJump are reached with it too. */
export function configText(settings: Pick<HostSettings, 'knownHosts'>, state: string, { files, user, asks }: Included): string {
  const known = [...settings.knownHosts.filter((path) => path !== '/dev/null' && path !== 'none'), ownKnownHosts(state)];
  return [
    ...ALWAYS,
    `UserKnownHostsFile ${known.map((path) => `"${path.replaceAll('%', '%%')}"`).join(' ')}`,
    `BatchMode ${asks ? 'no' : 'yes'}`,
    ...files.map((file) => `Include "${file}"`),
    ...(user === undefined ? [] : ['Match all', `  User ${user}`]),
    '',
  ].join('\n');
}

/** The words that bring an ssh to the host, with these options of it alone. */
export function wordsTo(settings: HostSettings, config: string, options: readonly string[]): readonly string[] {
  const target = parseTarget(settings.named);
  const { tunnel, hostKeyAlias } = settings;
  const way = tunnel === undefined ? [] : ['HostName=localhost', `Port=${tunnel}`, 'ProxyJump=none', 'ProxyCommand=none'];
  const alias = tunnel === undefined || hostKeyAlias === undefined ? [] : [`HostKeyAlias=${hostKeyAlias}`];
  return [
    ...['-F', config],
    ...[...options, ...way, ...alias].flatMap((option) => ['-o', option]),
    ...(target?.user === undefined ? [] : ['-l', target.user]),
    ...(target?.port === undefined || tunnel !== undefined ? [] : ['-p', String(target.port)]),
    '--',
    target?.host ?? settings.hostname,
  ];
}
