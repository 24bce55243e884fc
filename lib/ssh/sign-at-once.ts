import type { Client, ParsedKey } from './ssh2.ts';

type Sign = (bytes: Buffer, give: (signature: Buffer) => void) => void;

interface Inside {
  readonly _protocol?: { authPK?(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void };
}

const HASHES: { readonly [algorithm: string]: string } = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

/**
 * A key that we have is sent with its signature at once: ssh2 by itself asks the server first whether it would take the key, a round trip that is of use
 * where signing asks the user for something, as an agent may. To be called when the client is connecting.
 */
export function signAtOnce(client: Client): void {
  const protocol = (client as unknown as Inside)._protocol;
  const request = protocol?.authPK?.bind(protocol);
  if (protocol === undefined || request === undefined) return;
  protocol.authPK = (user, key, algorithm, sign) => {
    const signing: Sign = (bytes, give) => {
      const signature: Buffer | Error = key.sign(bytes, HASHES[algorithm ?? '']);
      if (signature instanceof Error) request(user, key, algorithm);
      else give(signature);
    };
    request(user, key, algorithm, sign ?? (key.isPrivateKey() ? signing : undefined));
  };
}
