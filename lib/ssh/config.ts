import { err, ok, type Result } from '../base/result.ts';
import { fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { beyondSsh2 } from './beyond.ts';
import { type HostSettings, UNCONFIGURED } from './host.ts';
import { parseTarget, type Target } from './target.ts';

export interface ConfigQuestion {
  /** An alias or `user@host:port`. */
  readonly named: string;
  /** Login name where neither the target nor the configuration has one. */
  readonly user?: string | undefined;
  /** The port here that leads to its sshd. */
  readonly tunnel?: number | undefined;
}

/** Asks `ssh -G`, of the file that SBX_SSH_CONFIG names in place of the user's; where there is no ssh, a plain `user@host:port` works with OpenSSH's defaults. */
export async function resolveHost(question: ConfigQuestion, io: Io, signal: AbortSignal): Promise<Result<HostSettings, Failure>> {
  const target = parseTarget(question.named);
  if (!target) {
    const hint = 'write an ssh_config alias, user@host, user@host:port or [address]:port';
    return err({ code: 'ssh-config', message: `${JSON.stringify(question.named)} is not a host`, hint });
  }
  const configFile = io.environment.get('SBX_SSH_CONFIG');
  // A user below everything else: the configuration is included, so that whatever it says comes first and wins.
  const below = target.user === undefined ? question.user : undefined;
  let wrapped: ReturnType<typeof wrappedConfig> | undefined;
  try {
    wrapped = below === undefined ? undefined : wrappedConfig(below, io);
  } catch (thrown) {
    return err(fileTrouble(thrown, 'write to', temporary(io)));
  }
  const file = wrapped?.file ?? configFile;
  const args = ['-G', ...(file === undefined ? [] : ['-F', file])];
  if (target.user !== undefined) args.push('-l', target.user);
  if (target.port !== undefined) args.push('-p', String(target.port));
  const out: Uint8Array[] = [];
  const trouble: Uint8Array[] = [];
  const ended = await io.spawn(
    { file: 'ssh', args: [...args, '--', target.host], cwd: '/', env: [...io.environment], killGrace: 1000 },
    { signal, stdout: (chunk) => out.push(chunk), stderr: (chunk) => trouble.push(chunk) },
  );
  wrapped?.remove();
  if (!ended.ok) return ended.error.code === 'command-missing' ? ok(defaults(target, question, io)) : ended;
  if (!('code' in ended.value) || ended.value.code !== 0) {
    const said = Buffer.concat(trouble).toString('utf8').trim().split('\n').at(0) ?? '';
    return err({ code: 'ssh-config', message: `ssh -G ${target.host} failed: ${said || 'no reason given'}` });
  }
  return fromOpenSsh(Buffer.concat(out).toString('utf8'), question, io);
}

/** Whoever is at the other end must have the key of the host: many tunnels end on this computer. */
function throughTunnel(settings: HostSettings, { tunnel }: ConfigQuestion): HostSettings {
  if (tunnel === undefined) return settings;
  const hostKeyAlias = settings.hostKeyAlias ?? parseTarget(settings.named)?.host;
  return { ...settings, hostname: 'localhost', port: tunnel, jumps: [], hostKeyAlias, tunnel, shared: undefined };
}

/** A file of its own, since ssh cannot read its configuration from the socket that a child of Node has for stdin. */
function wrappedConfig(user: string, io: Io): { file: string; remove(): void } {
  const folder = io.files.mkdtempSync(`${temporary(io)}/sbx-ssh-`);
  io.files.writeFileSync(
    `${folder}/config`,
    `${configFiles(io)
      .map((file) => `Include "${file}"\n`)
      .join('')}Match all\n  User ${user}\n`,
    {
      mode: 0o600,
    },
  );
  return { file: `${folder}/config`, remove: () => io.files.rmSync(folder, { recursive: true, force: true }) };
}

function configFiles(io: Io): readonly string[] {
  const instead = io.environment.get('SBX_SSH_CONFIG');
  return instead === undefined ? [`${io.environment.get('HOME') ?? '/'}/.ssh/config`, '/etc/ssh/ssh_config'] : [instead];
}

function fromOpenSsh(text: string, question: ConfigQuestion, io: Io): Result<HostSettings, Failure> {
  const lines = text.split('\n').map((line): [string, string] => {
    const blank = line.indexOf(' ');
    return blank < 0 ? [line, ''] : [line.slice(0, blank), line.slice(blank + 1)];
  });
  const all = (key: string): string[] => lines.filter(([k]) => k === key).map(([, value]) => value);
  const one = (key: string): string | undefined => all(key).at(0);
  const set = (key: string): string | undefined => {
    const value = one(key);
    return value === undefined || value === '' || value.toLowerCase() === 'none' ? undefined : value;
  };
  const hostname = one('hostname');
  if (hostname === undefined) return err({ code: 'ssh-config', message: `ssh -G ${question.named} said nothing of a host name` });
  const port = Number(one('port') ?? 22);
  const user = one('user') ?? localUser(io);
  const expand = expander(io, { h: hostname, p: String(port), r: user, n: question.named, k: set('hostkeyalias') ?? hostname });
  // ssh prints blanks within a path as those between paths: what begins no path goes on with the one before.
  const paths = (key: string): string[] =>
    (one(key)?.match(/"[^"]*"|\S.*?(?= +["/~%$]| +none$|$)/g) ?? []).map((path) => path.replace(/^"(.*)"$/, '$1'));
  const timeout = Number(set('connecttimeout') ?? Number.NaN);
  const alive = Number(one('serveraliveinterval') ?? 0);
  const isStrict = !['no', 'false', 'off'].includes(one('stricthostkeychecking') ?? '');
  const plain: HostSettings = {
    named: question.named,
    hostname,
    port,
    user,
    identityFiles: all('identityfile').map(expand),
    agent: agentSocket(one('identityagent'), io, expand),
    identitiesOnly: one('identitiesonly') === 'yes',
    jumps: (set('proxyjump') ?? '').split(',').filter((hop) => hop !== ''),
    knownHosts: [...paths('userknownhostsfile'), ...paths('globalknownhostsfile')].map(expand),
    hostKeyAlias: set('hostkeyalias'),
    connectTimeout: Number.isFinite(timeout) ? timeout * 1000 : undefined,
    keepalive: alive > 0 ? { interval: alive * 1000, most: Number(one('serveralivecountmax') ?? 3) } : undefined,
    beyond: undefined,
    configFiles: configFiles(io),
    shared: isStrict ? set('controlpath') : undefined,
  };
  const settings = throughTunnel(plain, question);
  return ok({ ...settings, beyond: beyondSsh2({ all, set }, settings, io.files) });
}

function defaults(target: Target, question: ConfigQuestion, io: Io): HostSettings {
  const home = io.environment.get('HOME') ?? '/';
  const plain: HostSettings = {
    named: question.named,
    hostname: target.host,
    port: target.port ?? 22,
    user: target.user ?? question.user ?? localUser(io),
    identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `${home}/.ssh/${name}`),
    agent: io.environment.get('SSH_AUTH_SOCK'),
    identitiesOnly: false,
    knownHosts: [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`, '/etc/ssh/ssh_known_hosts'],
    ...UNCONFIGURED,
  };
  return throughTunnel(plain, question);
}

function agentSocket(configured: string | undefined, io: Io, expand: (path: string) => string): string | undefined {
  if (configured === 'none') return undefined;
  const named = configured === undefined || configured === '' || configured === 'SSH_AUTH_SOCK';
  const socket = named ? io.environment.get('SSH_AUTH_SOCK') : expand(configured);
  return socket === '' ? undefined : socket;
}

/** `~`, `%d`, `%h` and the like, `${NAME}`, as ssh_config(5) has them for paths. An unknown token stays as it is. */
function expander(io: Io, tokens: { readonly [token: string]: string }): (path: string) => string {
  const home = io.environment.get('HOME') ?? '/';
  const known: { readonly [token: string]: string } = { ...tokens, d: home, u: localUser(io), '%': '%' };
  return (path) =>
    path
      .replace(/^~(?=\/|$)/, home)
      .replace(/%(.)/g, (whole, token: string) => known[token] ?? whole)
      .replace(/\$\{(\w+)\}|^\$(\w+)$/g, (whole, braced?: string, bare?: string) => io.environment.get(braced ?? bare ?? '') ?? whole);
}

function temporary(io: Io): string {
  return io.environment.get('TMPDIR') || '/tmp';
}

function localUser(io: Io): string {
  return io.environment.get('USER') ?? io.environment.get('LOGNAME') ?? 'root';
}
