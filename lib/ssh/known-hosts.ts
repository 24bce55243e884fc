import { createHash, createHmac } from 'node:crypto';

// Reads the text of known_hosts files. Pure: knows no files and no network.

export interface KnownKey {
  readonly marker?: 'revoked' | 'cert-authority';
  /** Patterns as written, or one hashed name. */
  readonly names: string;
  /** `ssh-ed25519`, `ssh-rsa`, ... */
  readonly type: string;
  /** The key in SSH wire format. */
  readonly key: Buffer;
}

/** Lines that are no entry are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownKey[] {
  const found: KnownKey[] = [];
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0] === '@revoked' ? 'revoked' : words[0] === '@cert-authority' ? 'cert-authority' : undefined;
    if (marker !== undefined) words.shift();
    const [names, type, base64] = words;
    if (!names || names.startsWith('#') || names.startsWith('@') || !type || !base64 || !/^[A-Za-z0-9+/]+=*$/.test(base64)) continue;
    const key = Buffer.from(base64, 'base64');
    if (keyType(key) !== type) continue;
    found.push({ ...(marker === undefined ? {} : { marker }), names, type, key });
  }
  return found;
}

/** Whether the entry is for `name`, which is `host` or `[host]:port`, lower case. */
export function isFor(entry: KnownKey, name: string): boolean {
  if (entry.names.startsWith('|')) return isHashOf(entry.names, name);
  let matched = false;
  for (const pattern of entry.names.split(',')) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern((negated ? pattern.slice(1) : pattern).toLowerCase(), name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** The type that a key in wire format says it has; empty if it is no key. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || length + 4 > key.length ? '' : key.toString('latin1', 4, 4 + length);
}

/** `SHA256:...` as ssh-keygen prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function isHashOf(hashed: string, name: string): boolean {
  const [, scheme, salt, hash] = hashed.split('|');
  if (scheme !== '1' || !salt || !hash) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` and `?` alone have a meaning; a bracket is itself, as in `[host]:port`. Linear: no pattern makes it slow. */
function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let n = 0; n < name.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
