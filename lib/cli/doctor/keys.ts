import { shellQuote } from '../../base/quote.ts';
import type { Files } from '../../model/io.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface KeySeen {
  /** Absolute. */
  readonly file: string;
  readonly is: 'usable' | 'encrypted' | 'unreadable' | 'no key';
  /** Permission bits. */
  readonly mode: number;
}

interface KeysSeen {
  /** Whether any sandbox is reached by SSH. */
  readonly wanted: boolean;
  /** Those of the hosts that are there. */
  readonly keys: readonly KeySeen[];
  /** Sockets of agents, and whether one is there. */
  readonly agents: readonly (readonly [socket: string, there: boolean])[];
}

/** Reads key files, and asks nobody for a passphrase. */
export async function lookAtKeys({ hosts, io: { files } }: Patient): Promise<KeysSeen> {
  const settings = hosts.flatMap((host) => host.settings ?? []);
  const paths = new Set(settings.flatMap(({ identityFiles }) => identityFiles));
  const sockets = new Set(settings.flatMap(({ agent }) => agent ?? []));
  const there = [...paths].filter((path) => files.existsSync(path));
  const keys = await Promise.all(there.map((file) => lookAtKey(file, files)));
  return { wanted: settings.length > 0, keys, agents: [...sockets].map((socket) => [socket, isSocket(socket, files)] as const) };
}

export function judgeKeys({ wanted, keys, agents }: KeysSeen): readonly Finding[] {
  if (!wanted) return [];
  const agent = agents.some(([, there]) => there);
  const lost = agents.filter(([, there]) => !there);
  const found: readonly Finding[] = [
    ...keys.map((key) => judgeKey(key, agent)),
    ...agents.map(([socket, there]): Finding => {
      if (there) return { is: 'ok', says: `the agent ${socket} is there` };
      return { is: 'warning', says: `there is no agent at ${socket}`, mend: 'eval "$(ssh-agent -s)"' };
    }),
  ];
  if (keys.length > 0 || agents.length > lost.length) return found;
  return [...found, { is: 'error', says: 'there is neither a key nor an agent to log in with', mend: 'ssh-keygen -t ed25519' }];
}

function judgeKey({ file, is, mode }: KeySeen, agent: boolean): Finding {
  const named = shellQuote(file);
  if (is === 'unreadable') return { is: 'error', says: `${file} cannot be read`, mend: `sudo chown "$(id -u)" ${named}` };
  if (is === 'no key') return { is: 'error', says: `${file} holds no key that sbx can use`, mend: `ssh-keygen -y -f ${named}` };
  if ((mode & 0o077) !== 0) {
    return {
      is: 'error',
      says: `${file} is open to others (mode 0${mode.toString(8)}): OpenSSH does not use it`,
      mend: `chmod 600 ${named}`,
    };
  }
  if (is === 'encrypted' && !agent) {
    return {
      is: 'warning',
      says: `${file} has a passphrase, which only a terminal can be asked for`,
      mend: `eval "$(ssh-agent -s)"; ssh-add ${named}`,
    };
  }
  return { is: 'ok', says: `${file} is a key${is === 'encrypted' ? ' with a passphrase' : ''}` };
}

async function lookAtKey(file: string, files: Files): Promise<KeySeen> {
  const { parseKey } = await import('../../ssh/ssh2.ts');
  const { isOnToken } = await import('../../ssh/beyond.ts');
  try {
    const mode = files.statSync(file).mode & 0o777;
    const parsed = parseKey(files.readFileSync(file));
    if (!(parsed instanceof Error)) return { file, is: 'usable', mode };
    if (isOnToken(file, files)) return { file, is: 'usable', mode }; // by the system's ssh
    return { file, is: /passphrase|encrypted/i.test(parsed.message) ? 'encrypted' : 'no key', mode };
  } catch {
    return { file, is: 'unreadable', mode: 0 };
  }
}

function isSocket(path: string, files: Files): boolean {
  try {
    return files.statSync(path).isSocket();
  } catch {
    return false;
  }
}
