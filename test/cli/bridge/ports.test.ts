import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allPorts, type PortEntry, portFor, portToRelease } from '../../../lib/cli/bridge/ports.ts';
import { readRegistry, withEntry } from '../../../lib/cli/bridge/registry.ts';

const OLD = `# Ports of the build VMs, one each.
ports: # 12221-12230
  12221: { vm_name: alpha, host_machine: "the laptop", status: reserved } # flow
  # the second
  12223:
      vm_name: beta   # who
      status: in-use

  "12225":
    vm_name: gone
    status: available
owner: me # kept
`;

function registryOf(text: string) {
  const read = readRegistry('port-registry.yml', text);
  if (!('text' in read)) throw new Error(JSON.stringify(read));
  return read;
}

function wrongOf(text: string): readonly string[] {
  const read = readRegistry('port-registry.yml', text);
  if ('text' in read) return [];
  return read.map(({ message, span }) => `${span?.start.line}:${span?.start.column} ${message}`);
}

const comments = (text: string): readonly string[] => text.match(/#.*/g) ?? [];

test('comments are kept, and what an entry does not change', () => {
  const before = registryOf(OLD);
  const entry: PortEntry = { port: 12_222, vm: 'new', host: 'box', status: 'reserved' };
  const text = withEntry(before, entry);
  assert.equal(comments(text), comments(OLD));
  const after = registryOf(text);
  assert.equal(
    after.entries.map(({ port, vm, host, status }) => [port, vm, host, status]),
    [
      [12_221, 'alpha', 'the laptop', 'reserved'],
      [12_222, 'new', 'box', 'reserved'],
      [12_223, 'beta', '', 'in-use'],
      [12_225, 'gone', '', 'available'],
    ],
  );
  assert.match(text, /^owner: me # kept$/m);
  const released = withEntry(after, { port: 12_223, vm: '', host: '', status: 'available' });
  assert.equal(comments(released), comments(OLD));
  assert.equal(registryOf(released).entries[2], { port: 12_223, vm: '', host: '', status: 'available' });
});

test('a registry that is empty, or comments alone, gets its first entry', () => {
  const entry: PortEntry = { port: 12_221, vm: '007', host: 'on', status: 'reserved' };
  for (const text of ['', '\n', '# ports\n', 'ports:\n', 'ports: {} # none\n', 'owner: me\n', 'ports:\r\n']) {
    const written = withEntry(registryOf(text), entry);
    assert.equal(registryOf(written).entries, [entry], JSON.stringify(text));
    assert.equal(comments(written), comments(text));
  }
});

test('what is wrong in a registry is told with its place', () => {
  // However many empty lines stand before it.
  assert.equal(wrongOf(`${'\n'.repeat(100)}ports: 7\n`), ['101:8 `ports` is a map from port to entry']);
  assert.equal(wrongOf('ports: [1]\n'), ['1:8 `ports` is a map from port to entry']);
  assert.equal(wrongOf('ports:\n  x: {}\n  12221: 7\n'), [
    '2:3 `x` is no port',
    '3:10 an entry is a map with vm_name, host_machine and status',
  ]);
  assert.equal(wrongOf('ports:\n  12221: { vm_name: 7 }\n'), ['2:21 `vm_name` is text']);
  assert.equal(wrongOf('ports:\n  1: { vm_name: a }\n  2: { vm_name: a }\n'), ['3:17 a has port 1 already']);
  assert.is(wrongOf('ports:\n  1: { vm_name: a\n').length, 1);
});

test('a VM gets the first free port, the wished one, or the one it has', () => {
  const { entries } = registryOf(OLD);
  const asked = (vm: string, port?: number) => {
    const found = portFor(vm, port, entries);
    return found.ok ? found.value : found.error.message;
  };
  assert.is(asked('new'), 12_222);
  assert.is(asked('new', 12_225), 12_225);
  assert.is(asked('alpha'), 12_221);
  assert.is(asked('alpha', 12_221), 12_221);
  assert.is(asked('alpha', 12_230), 'alpha has port 12221 already');
  assert.is(asked('new', 12_223), 'port 12223 is taken by beta (in-use)');
  assert.is(asked('new', 12_220), 'port 12220 is out of range');
  assert.is(asked('gone'), 12_222);
});

test('nobody gets a port when all are taken', () => {
  const entries = allPorts([]).map((entry) => ({ ...entry, vm: `vm${entry.port}`, status: 'reserved' }));
  const found = portFor('new', undefined, entries);
  assert.is(found.ok, false);
  assert.is(entries.length, 10);
});

test('a port is released by its number or its VM, and a near name is offered', () => {
  const { entries } = registryOf(OLD);
  assert.equal(portToRelease('beta', entries), { ok: true, value: 12_223 });
  assert.equal(portToRelease('12221', entries), { ok: true, value: 12_221 });
  const near = portToRelease('alhpa', entries);
  assert.ok(!near.ok && near.error.hint === 'did you mean alpha?');
  assert.is(portToRelease('gone', entries).ok, false);
  assert.is(portToRelease('', entries).ok, false);
});

test.run();
