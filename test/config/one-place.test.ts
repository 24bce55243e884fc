import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ask } from '../../lib/config/ask.ts';
import { type Files, loadText } from './loading.ts';

const STEPS = 'steps: { a: { run: make, in: vm } }\n';
const MACHINE = 'version: 1\nsandboxes: { vm: { machine: { driver: qemu, name: built } } }\n';
const HOST = 'version: 1\nsandboxes: { vm: { host: there, tunnel: "12222", workspace: /build/a } }\n';

/** Where `vm` is, or what is wrong. */
async function place(text: string, files: Files = {}, ask: Partial<Ask> = {}): Promise<string> {
  const { value, diagnostics } = await loadText(`${text}${STEPS}`, { ...ask, provenance: true }, files);
  const [wrong] = diagnostics;
  if (wrong !== undefined) return `${wrong.code}: ${wrong.span?.file}:${wrong.span?.start.line}:${wrong.span?.start.column}`;
  const fields = value?.provenance?.filter(({ of, name }) => of === 'sandbox' && name === 'vm').map(({ field }) => field);
  const spec = value?.project.sandboxes.get('vm');
  return [
    spec?.kind,
    spec?.host ?? spec?.hosts ?? spec?.machine?.name,
    spec?.workspace,
    fields?.filter((field) => !field.startsWith('machine.')),
  ].join(' ');
}

test('a machine stands instead of the host of a recipe, in whatever order they are used', async () => {
  const recipes = { made: MACHINE, worked: HOST };
  for (const use of ['[made, worked]', '[worked, made]'])
    assert.is(await place(`version: 1\nuse: ${use}\n`, { recipes }), 'machine built /build/a workspace', use);
  assert.is(await place(`${MACHINE}use: worked\n`, { recipes }), 'machine built /build/a workspace');
  assert.is(await place('version: 1\nuse: worked\n', { recipes }), 'ssh there /build/a host,tunnel,workspace');
});

test('it stands instead of the host of the sandbox’s own profile, and of a layer below', async () => {
  const profiles = { vm: HOST, made: MACHINE };
  const own = 'version: 1\nsandboxes: { vm: { profile: vm, machine: { driver: qemu, name: built } } }\n';
  assert.is(await place(own, { profiles }), 'machine built /build/a profile,workspace');
  assert.is(await place(HOST, { profiles }, { profiles: ['made'] }), 'machine built /build/a workspace');
  const inside = `${HOST}profiles: { made: { sandboxes: { vm: { machine: { driver: qemu, name: built } } } } }\n`;
  assert.is(await place(inside, {}, { profiles: ['made'] }), 'machine built /build/a workspace');
});

test('several hosts stand instead of one of a recipe, a profile or a layer below, and one instead of several', async () => {
  const several = 'version: 1\nsandboxes: { vm: { hosts: [a, b] } }\n';
  assert.is(await place(`${several}use: worked\n`, { recipes: { worked: HOST } }), 'ssh a,b /build/a workspace,hosts');
  assert.is(await place(`${HOST}use: several\n`, { recipes: { several } }), 'ssh there /build/a host,tunnel,workspace');
  assert.is(await place(`${MACHINE}use: several\n`, { recipes: { several } }), 'machine built  ');
  const own = 'version: 1\nsandboxes: { vm: { profile: vm, host: there } }\n';
  assert.is(await place(own, { profiles: { vm: several } }), 'ssh there  profile,host');
});

test('a host beside a machine, or above it, is refused', async () => {
  const both = MACHINE.replace('machine:', 'host: there, machine:');
  assert.is(await place(both), 'conflicting-keys: Sandboxfile.yaml:2:20');
  assert.is(await place('version: 1\nuse: both\n', { recipes: { both } }), 'conflicting-keys: recipes/both.yaml:2:20');
  assert.is(await place(`${HOST}use: made\n`, { recipes: { made: MACHINE } }), 'conflicting-keys: Sandboxfile.yaml:2:20');
});

test.run();
