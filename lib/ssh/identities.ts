import type { Files } from '../model/io.ts';
import type { HostSettings } from './host.ts';
import type { AuthHandlerMiddleware, ParsedKey } from './ssh2.ts';

type Ssh2 = typeof import('./ssh2.ts');

/** Asks the user for the passphrase of a key file, or the PIN of its token; undefined: none was given. When `over` aborts, nobody waits for the answer any more. */
export type AskPassphrase = (keyFile: string, over: AbortSignal, what?: 'passphrase' | 'PIN') => Promise<string | undefined>;

/** The same while one connection is made. */
type Ask = (keyFile: string) => Promise<string | undefined>;

/** What was tried to log in, for the message when nothing worked. */
export interface Login {
  readonly method: AuthHandlerMiddleware;
  readonly tried: readonly string[];
  /** Keys that could not be used, and why. */
  readonly unusable: readonly string[];
  /** What the server takes, as it said last. */
  readonly offers: () => readonly string[];
}

/**
 * Public keys only, the agent's first (those of configured files before others, as sshd counts tries), then files.
 * A passphrase is asked for when its key's turn comes.
 */
export function login(settings: HostSettings, files: Files, ask: Ask | undefined, ssh2: Ssh2): Login {
  const tried: string[] = [];
  const unusable: string[] = [];
  let offers: readonly string[] = [];
  const attempts = candidates(settings, files, ask, ssh2, tried, unusable);
  const method = ((left: readonly string[] | null, _partial: boolean | null, next: (attempt: unknown) => void): void => {
    offers = left ?? offers;
    if (left !== null && !left.includes('publickey')) {
      next(false);
      return;
    }
    attempts.next().then(
      (attempt) => next(attempt.done ? false : attempt.value),
      () => next(false),
    );
  }) as unknown as AuthHandlerMiddleware;
  return { method, tried, unusable, offers: () => offers };
}

async function* candidates(
  settings: HostSettings,
  files: Files,
  ask: Ask | undefined,
  ssh2: Ssh2,
  tried: string[],
  unusable: string[],
): AsyncGenerator<unknown> {
  const username = settings.user;
  const publics = new Map(settings.identityFiles.map((file) => [file, publicKeyOf(file, files, ssh2)]));
  const wanted = [...publics.values()].filter((key) => key !== undefined).map((key) => key.toString('base64'));
  const inAgent = new Set<string>();
  if (settings.agent !== undefined) {
    const agent = filteredAgent(settings.agent, ssh2, (key) => {
      const rank = wanted.indexOf(key.toString('base64'));
      if (rank < 0 && settings.identitiesOnly) return undefined;
      inAgent.add(key.toString('base64'));
      return rank < 0 ? wanted.length : rank;
    });
    tried.push(`agent ${settings.agent}`);
    yield { type: 'agent', username, agent };
  }
  for (const file of settings.identityFiles) {
    const known = publics.get(file);
    if (known !== undefined && inAgent.has(known.toString('base64'))) continue;
    const key = await privateKey(file, files, ask, ssh2, unusable);
    if (key === undefined) continue;
    tried.push(file);
    yield { type: 'publickey', username, key };
  }
}

async function privateKey(
  file: string,
  files: Files,
  ask: Ask | undefined,
  ssh2: Ssh2,
  unusable: string[],
): Promise<ParsedKey | undefined> {
  let bytes: Buffer;
  try {
    bytes = files.readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unusable.push(`${file}: ${(error as Error).message}`);
    return undefined;
  }
  let parsed = ssh2.parseKey(bytes);
  if (parsed instanceof Error && /passphrase|encrypted/i.test(parsed.message)) {
    const passphrase = await ask?.(file);
    if (passphrase === undefined) {
      unusable.push(`${file} is encrypted: ssh-add it`);
      return undefined;
    }
    parsed = ssh2.parseKey(bytes, passphrase);
    if (parsed instanceof Error) {
      unusable.push(`${file}: wrong passphrase`);
      return undefined;
    }
  }
  if (parsed instanceof Error) {
    const token = /sk-(ssh|ecdsa)/.test(bytes.toString('latin1')) || /Unsupported/i.test(parsed.message);
    unusable.push(`${file}: ${token ? 'a kind of key that sbx cannot use (token?)' : parsed.message}`);
    return undefined;
  }
  return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey;
}

/** The public half, in wire format, from FILE.pub or an unencrypted FILE. */
function publicKeyOf(file: string, files: Files, ssh2: Ssh2): Buffer | undefined {
  for (const path of [`${file}.pub`, file]) {
    try {
      const parsed = ssh2.parseKey(files.readFileSync(path));
      if (!(parsed instanceof Error)) return (Array.isArray(parsed) ? parsed[0] : parsed)?.getPublicSSH();
    } catch {
      // not there: the next one
    }
  }
  return undefined;
}

function filteredAgent(socket: string, ssh2: Ssh2, rank: (publicKey: Buffer) => number | undefined): InstanceType<Ssh2['SshAgent']> {
  const inner = ssh2.createAgent(socket);
  const outer = Object.create(inner) as InstanceType<Ssh2['SshAgent']>;
  outer.getIdentities = (answer) => {
    const give = answer as (error: null, keys: readonly ParsedKey[]) => void;
    inner.getIdentities((error, keys) => {
      const found = error || !keys ? [] : (keys as readonly ParsedKey[]); // no agent is like an empty one: files are still to be tried
      const ranked = found.map((key) => [rank(key.getPublicSSH()), key] as const).filter(([at]) => at !== undefined);
      ranked.sort(([a], [b]) => (a ?? 0) - (b ?? 0));
      give(
        null,
        ranked.map(([, key]) => key),
      );
    });
  };
  return outer;
}
