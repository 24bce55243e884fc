import { generateKeyPairSync } from 'node:crypto';

/** An ed25519 key in the forms that SSH wants. */
interface SshKey {
  /** Unencrypted OpenSSH private key, PEM. */
  readonly private: string;
  /** Public key in wire format. */
  readonly public: Buffer;
}

/**
 * A fresh ed25519 key. Not ssh2's own generator: it drops a leading zero byte of the key, so one pair in some hundred cannot be read back.
 * `check` is the 4-byte number that the format repeats; it need not be secret.
 *
 * The key leaves Node as DER, of which its 32 bytes are the last ones (RFC 8410), never as a KeyObject to be exported as JWK: that export holds the lock
 * of the key while it allocates, and a collection then that ends the job which made the key waits for the same lock for ever (seen on Node 20).
 */
export function freshKey(): SshKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  const seed = privateKey.subarray(-32);
  const point = publicKey.subarray(-32);
  const wire = Buffer.concat([text('ssh-ed25519'), field(point)]);
  const check = Buffer.from([0x73, 0x62, 0x78, 0x21]);
  const half = Buffer.concat([check, check, wire, field(Buffer.concat([seed, point])), text('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (half.length % 8)) % 8 }, (_, n) => n + 1));
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    text('none'),
    text('none'),
    text(''),
    Buffer.from([0, 0, 0, 1]),
    field(wire),
    field(Buffer.concat([half, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return { private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`, public: wire };
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function text(value: string): Buffer {
  return field(Buffer.from(value, 'latin1'));
}
