import { digestOf } from '../../base/digest.ts';
import type { Seed } from '../../model/machine.ts';
import type { MachineKeys } from '../../model/machine-spec.ts';
import type { HostKey, Material } from './ground.ts';

// What is given to a guest, in the words of whoever takes it there. Pure.

/** A file in the guest. */
interface GuestFile {
  /** Its name in a shared folder; recipes/haskell-build/files/first-boot takes it from there. */
  readonly name: string;
  readonly path: string;
  readonly mode: '0600' | '0644';
  readonly owner: string;
  readonly content: Uint8Array;
}

/** The account has its home where useradd makes it. */
export function filesOf({ user, authorized, identity, relay, agent }: Material, host: HostKey | undefined): readonly GuestFile[] {
  const ssh = `${homeOf(user)}/.ssh`;
  const text = (content: string): Uint8Array => Buffer.from(content);
  const mine = { mode: '0600', owner: user } as const;
  return [
    { name: 'authorized_keys', path: `${ssh}/authorized_keys`, ...mine, content: text(authorized) },
    ...(identity === undefined
      ? []
      : [
          { name: 'id_build', path: `${ssh}/id_build`, ...mine, content: text(identity.private) },
          { name: 'id_build.pub', path: `${ssh}/id_build.pub`, ...mine, content: text(identity.public) },
        ]),
    ...(relay === undefined ? [] : [{ name: 'known_hosts', path: `${ssh}/known_hosts`, ...mine, content: relay }]),
    ...(host === undefined
      ? []
      : [
          { name: 'ssh_host_ed25519_key', path: HOST_KEY, mode: '0600', owner: 'root', content: text(host.private) } as const,
          {
            name: 'ssh_host_ed25519_key.pub',
            path: `${HOST_KEY}.pub`,
            mode: '0644',
            owner: 'root',
            content: text(`${host.public}\n`),
          } as const,
        ]),
    ...(agent === undefined
      ? []
      : [{ name: 'build-agent.env', path: '/etc/build-agent.env', mode: '0600', owner: 'root', content: agent } as const]),
  ];
}

const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key';

function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}

/** The same for equal material, whatever the host key. */
export function materialDigest(material: Material): string {
  return digestOf(
    JSON.stringify(filesOf(material, undefined).map(({ path, owner, content }) => [path, owner, Buffer.from(content).toString('base64')])),
  );
}

/** How it gets there: what is wanted, else the first that the driver has. */
export function wayOf(by: MachineKeys['by'], has: readonly Seed['is'][]): Seed['is'] | 'ssh' | undefined {
  if (by === 'ssh') return 'ssh';
  const ways = by === 'auto' ? (['credentials', 'folder', 'nocloud'] as const) : [by];
  return ways.find((way) => has.includes(way));
}

/** `instance`: another one each time, by which the guest sees that it is given its keys anew. */
export function seedOf(way: Seed['is'], user: string, files: readonly GuestFile[], instance: string): Seed {
  switch (way) {
    case 'credentials':
      return { is: way, values: new Map([['tmpfiles.extra', Buffer.from(tmpfiles(user, files))]]) };
    case 'nocloud':
      return { is: way, userData: Buffer.from(cloudConfig(files)), metaData: Buffer.from(`instance-id: sbx-${instance}\n`) };
    case 'folder':
      return {
        is: way,
        name: 'build-init',
        files: new Map([['instance', Buffer.from(`${instance}\n`)], ...files.map(({ name, content }) => [name, content] as const)]),
      };
  }
}

/** Lines of tmpfiles.d(5): `f+` writes anew what is there, `~` says that the content is base64. systemd 252 reads them from `tmpfiles.extra`. */
function tmpfiles(user: string, files: readonly GuestFile[]): string {
  const folder = `d ${homeOf(user)}/.ssh 0700 ${user} ${user} -\n`;
  return (
    folder +
    files
      .map(({ path, mode, owner, content }) => `f+~ ${path} ${mode} ${owner} ${owner} - ${Buffer.from(content).toString('base64')}\n`)
      .join('')
  );
}

/** cloud-init's user data, which is YAML and so may be JSON. Its own making of host keys and locales is switched off: ours are there, and the other costs half a minute. */
function cloudConfig(files: readonly GuestFile[]): string {
  const own = files.filter(({ path }) => !path.startsWith(HOST_KEY));
  const host = (suffix: string): string | undefined => {
    const file = files.find(({ path }) => path === HOST_KEY + suffix);
    return file && Buffer.from(file.content).toString('utf8');
  };
  const settings = {
    locale: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: host(''), ed25519_public: host('.pub')?.trim() },
    write_files: own.map(({ path, mode, owner, content }) => ({
      path,
      owner: `${owner}:${owner}`,
      permissions: mode,
      encoding: 'b64',
      content: Buffer.from(content).toString('base64'),
    })),
  };
  return `#cloud-config\n${JSON.stringify(settings)}\n`;
}
