import { createHmac } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freshKey } from '../../lib/ssh/keys.ts';
import { fingerprintOf, isFor, keyType, parseKnownHosts } from '../../lib/ssh/known-hosts.ts';

const key = freshKey().public.toString('base64');
const hosts = (line: string, name: string): boolean => parseKnownHosts(line).some((entry) => isFor(entry, name));

test('names, ports, patterns and negation', () => {
  const cases: readonly (readonly [names: string, name: string, expected: boolean])[] = [
    ['far', 'far', true],
    ['far', 'farther', false],
    ['Far', 'far', true],
    ['a,far,b', 'far', true],
    ['[far]:2222', '[far]:2222', true],
    ['[far]:2222', 'far', false],
    ['far', '[far]:2222', false],
    ['*.lan', 'far.lan', true],
    ['*.lan', 'lan', false],
    ['f?r', 'far', true],
    ['*', 'anything', true],
    ['*,!far', 'far', false],
    ['*,!far', 'near', true],
    ['!far', 'near', false],
    ['[*]:22*', '[far]:2222', true],
    ['a.b', 'axb', false],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(60), false], // must not take for ever
  ];
  for (const [names, name, expected] of cases) assert.is(hosts(`${names} ssh-ed25519 ${key}`, name), expected, `${names} for ${name}`);
});

test('hashed names', () => {
  const salt = Buffer.from('12345678901234567890');
  const hashed = `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update('[far]:2222').digest('base64')}`;
  assert.ok(hosts(`${hashed} ssh-ed25519 ${key}`, '[far]:2222'));
  assert.not(hosts(`${hashed} ssh-ed25519 ${key}`, 'far'));
  assert.not(hosts(`|2|x|y ssh-ed25519 ${key}`, 'far'));
});

test('markers, comments, blanks, and lines that are no entry', () => {
  const text = `# comment\n\n \t@revoked  far ssh-ed25519 ${key} comment\r\n@cert-authority *.lan ssh-ed25519 ${key}\n@other far ssh-ed25519 ${key}
far ssh-rsa ${key}\nfar ssh-ed25519 not!base64\nfar ssh-ed25519\nfar 1024 35 1234567\nfar\tssh-ed25519\t${key}`;
  assert.equal(
    parseKnownHosts(text).map((entry) => [entry.marker, entry.names]),
    [
      ['revoked', 'far'],
      ['cert-authority', '*.lan'],
      [undefined, 'far'],
    ],
  );
});

test('type and fingerprint of a key', () => {
  const known = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  assert.is(keyType(Buffer.from(known, 'base64')), 'ssh-ed25519');
  assert.is(fingerprintOf(Buffer.from(known, 'base64')), 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'); // GitHub's, as it publishes it
  assert.is(keyType(Buffer.from('zz')), '');
  assert.is(keyType(Buffer.alloc(8, 0xff)), '');
});

test.run();
