import { readRegular } from '../io/read-regular.ts';
import type { Files } from '../model/io.ts';
import type { Beyond, HostSettings } from './host.ts';
import { hasAuthority } from './hostkeys.ts';

/** What `ssh -G` said. */
interface Said {
  /** Values of a keyword, in order. */
  all(key: string): readonly string[];
  /** The value of a keyword; undefined where that is nothing or `none`. */
  set(key: string): string | undefined;
}

/** Words of ssh_config that ssh2 has no counterpart of. */
const WORDS = ['CertificateFile', 'PKCS11Provider', 'KnownHostsCommand'];

/** What ssh2 offers by itself, and what of it the user may have left: the lists of ssh_config without one of these leave it nothing. */
const OFFERED: readonly (readonly [word: string, algorithms: RegExp])[] = [
  [
    'KexAlgorithms',
    /^(curve25519-sha256(@libssh\.org)?|ecdh-sha2-nistp\d+|diffie-hellman-group(-exchange-sha256|14-sha256|1[5678]-sha512))$/,
  ],
  ['Ciphers', /^(aes(128|192|256)-ctr|aes(128|256)-gcm@openssh\.com|chacha20-poly1305@openssh\.com)$/],
  ['MACs', /^hmac-sha(1|2-256|2-512)(-etm@openssh\.com)?$/],
  ['HostKeyAlgorithms', /^(ssh-ed25519|ecdsa-sha2-nistp\d+|rsa-sha2-(256|512))$/],
];

/**
 * Why ssh2 cannot carry a link to this host, as far as its configuration and the files that this names tell.
 * Undefined: it can, or only the host knows.
 */
export function beyondSsh2({ all, set }: Said, settings: HostSettings, files: Files): Beyond | undefined {
  if (set('proxycommand') !== undefined && settings.tunnel === undefined)
    return { why: 'ssh_config has a ProxyCommand for it', wholly: true };
  const why = configured({ all, set }) ?? found(settings, files);
  return why === undefined ? undefined : { why };
}

function configured({ all, set }: Said): string | undefined {
  const word = WORDS.find((one) => set(one.toLowerCase()) !== undefined);
  if (word !== undefined) return `ssh_config has a ${word} for it`;
  const without = OFFERED.find(([word, algorithms]) => {
    const wanted = all(word.toLowerCase()).flatMap((value) => value.split(','));
    return wanted.length > 0 && !wanted.some((name) => algorithms.test(name));
  });
  return without && `${without[0]} of ssh_config has none that is built into sbx`;
}

function found(settings: HostSettings, files: Files): string | undefined {
  const { identityFiles } = settings;
  const certified = identityFiles.find((file) => files.existsSync(`${file}-cert.pub`));
  if (certified !== undefined) return `its key ${certified} has a certificate`;
  const token = identityFiles.find((file) => isOnToken(file, files));
  if (token !== undefined) return `its key ${token} is on a token`;
  return hasAuthority(settings, files) ? 'a @cert-authority of known_hosts is for it' : undefined;
}

/** Whether what lies in the file only points to a key on a FIDO token. */
export function isOnToken(file: string, files: Files): boolean {
  try {
    return /^sk-/.test(readRegular(files, `${file}.pub`).toString('latin1'));
  } catch {
    return false;
  }
}
