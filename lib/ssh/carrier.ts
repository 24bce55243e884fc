import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Refusal } from './failures.ts';
import type { HostSettings } from './host.ts';
import { isKnownHost } from './hostkeys.ts';

// What carries a link: ssh2 in this process, which is quicker and says more, or the system's ssh where only that can.

/** Nothing of this: ssh2. */
interface Carrier {
  /** The socket of an ssh of the user: if that still shares its connection, this is taken. */
  readonly shared?: string;
  /** Why the system's ssh has to: the end of a sentence. */
  readonly system?: string;
}

/** `SBX_SSH` decides, else what is known of the hosts on the way, the last one first. */
export function carrierOf(
  [settings, ...jumps]: readonly [HostSettings, ...HostSettings[]],
  state: string,
  { environment, files }: Pick<Io, 'environment' | 'files'>,
): Result<Carrier, Failure> {
  const forced = environment.get('SBX_SSH') || undefined;
  const beyond = settings.beyond ?? jumps.find((jump) => jump.beyond !== undefined)?.beyond;
  if (forced !== undefined && forced !== 'system' && forced !== 'builtin') {
    return err({ code: 'ssh-config', message: `SBX_SSH is ${JSON.stringify(forced)}`, hint: 'it is `system` or `builtin`' });
  }
  if (settings.configFiles.length === 0) return ok({}); // a guest of ours, or there is no ssh here
  if (forced === 'system') return ok({ system: 'SBX_SSH says so' });
  if (forced === 'builtin' && beyond?.wholly) {
    const message = `${settings.named}: ${beyond.why}, which only the system's ssh can use`;
    return err({ code: 'ssh-config', message, hint: 'SBX_SSH is `builtin`: unset it' });
  }
  if (forced === 'builtin') return ok({});
  const { shared } = settings;
  // Whoever made that connection was shown the key of the host; it counts where that is one that is known.
  const isShared = shared !== undefined && isSocket(shared, files) && isKnownHost(settings, state, files);
  return ok({ ...(isShared ? { shared } : {}), ...(beyond === undefined ? {} : { system: beyond.why }) });
}

/** Why the system's ssh may get to a host to which ssh2 did not. */
export async function secondTry(lacks: Refusal['lacks'], settings: HostSettings, io: Io, signal: AbortSignal): Promise<string | undefined> {
  if (io.environment.get('SBX_SSH') === 'builtin' || settings.configFiles.length === 0) return undefined;
  if (lacks === 'algorithms') return 'its server has no algorithm that is built into sbx';
  if (lacks !== 'login' || settings.agent === undefined) return undefined;
  const listed: Uint8Array[] = [];
  await io.spawn(
    { file: 'ssh-add', args: ['-L'], cwd: '/', env: [...io.environment, ['SSH_AUTH_SOCK', settings.agent]], killGrace: 1000 },
    { signal, stdout: (chunk) => listed.push(chunk), stderr: () => {} },
  );
  const keys = Buffer.concat(listed).toString('latin1');
  return /^(sk-\S+|\S+-cert-v01@openssh\.com) /m.test(keys) ? 'the agent has certificates, or keys on tokens' : undefined;
}

function isSocket(path: string, files: Io['files']): boolean {
  return files.lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}
