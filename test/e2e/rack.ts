import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestProject, withProject } from '../rig/project.ts';
import { namesIn } from './created.ts';

/** Its machines are files that say whose they are; nobody gets into one. */
export const RACK = `import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
const RACK = new URL('./rack/', import.meta.url);
const HALF = new URL('./half', import.meta.url);
const ok = (value) => ({ ok: true, value });
const done = async () => ok(undefined);
const blade = (id) => new URL(id, RACK);
const owned = (owns) => ok(readdirSync(RACK).map((id) => ({ ...JSON.parse(readFileSync(blade(id), 'utf8')), id, whole: true })).filter(({ owner }) => owns(owner)));
const open = () => ({
  probe: async () => ok({ version: '1', accelerators: [], networks: ['nat'], seeds: ['nocloud'] }),
  inspectAppliance: async () => ok({ name: 'a', cpus: 1, memory: 16, disks: [], verified: true }),
  importAppliance: async ({ id, owner, name }) => (writeFileSync(HALF, JSON.stringify({ wish: id, owner, name })), renameSync(HALF, blade(id)), ok(id)),
  listOwned: async (owner) => owned((one) => one === owner),
  listAll: async (prefix) => owned((one) => one.startsWith(prefix)),
  destroy: async (id) => (rmSync(blade(id), { force: true }), ok('destroyed')),
  state: async (id) => ok(existsSync(blade(id)) ? 'off' : 'absent'),
  settings: async () => ok({ cpus: 1, memory: 16, network: { is: 'nat', forwards: [{ guest: 22 }] } }),
  start: async () => ({ ok: false, error: { code: 'hypervisor-unfit', message: 'the rack has no power' } }),
  notes: async () => ok(new Map()),
  waitOff: async () => ok(true),
  note: done, seed: done, configure: done, powerOff: done, requestShutdown: done,
});
export default { api: 1, name: 'x', drivers: [{ name: 'rack', summary: 'Moves blades.', open }] };
`;
const FILES = {
  'Sandboxfile.yaml': `version: 1
extensions: ./x.mjs
sandboxes: { vm: { machine: { driver: rack, image: a.ova } } }
steps: { import: { task: import, provides: vm } }
`,
  'profiles/blade.yaml': 'version: 1\nextensions: ./x.mjs\nsandboxes: { created: { machine: { driver: rack, image: a.ova } } }\n',
  'a.ova': '',
  'x.mjs': RACK,
  'rack/.keep': '',
};

export function withRack(use: (project: TestProject, blades: () => readonly string[]) => Promise<void>): Promise<void> {
  return withProject(FILES, (project) => {
    rmSync(join(project.root, 'rack/.keep'));
    return use(project, () => namesIn(join(project.root, 'rack')));
  });
}
