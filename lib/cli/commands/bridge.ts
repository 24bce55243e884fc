import { resolve } from 'node:path';
import { nearestFile } from '../../io/nearest.ts';
import { EXIT } from '../../run/exit-code.ts';
import { catalogText } from '../bridge/catalog.ts';
import type { BridgeCall, Part } from '../bridge/part.ts';
import { loadRegistry, REGISTRY_NAME } from '../bridge/registry-file.ts';
import { type Call, refuse } from '../call.ts';
import { effectsOf } from '../ground.ts';
import { writeOut } from '../write-out.ts';

interface PartRule {
  readonly most: number;
  /** Flags of the command that it takes beside those of all parts. */
  readonly flags: readonly string[];
  readonly load: () => Promise<Part>;
}

const PARTS: { readonly [name: string]: PartRule } = {
  status: { most: 1000, flags: ['user', 'json'], load: async () => (await import('../bridge/show-status.ts')).showStatus },
  ports: { most: 3, flags: ['on', 'json'], load: async () => (await import('../bridge/change-ports.ts')).changePorts },
  'ssh-config': {
    most: 1000,
    flags: ['user', 'identity', 'remove', 'dry-run'],
    load: async () => (await import('../bridge/write-ssh-config.ts')).writeSshConfig,
  },
  catalog: { most: 1, flags: ['to'], load: async () => catalog },
};
const ALWAYS: ReadonlySet<string> = new Set(['directory', 'registry', 'quiet', 'verbose', 'color', 'help']);

/** Needs no Sandboxfile. */
export async function bridge(call: Call): Promise<number> {
  const { surroundings, options, words } = call;
  const [name = '', ...operands] = words.operands;
  const part = PARTS[name] as PartRule;
  const foreign = [...words.given.keys()].find((flag) => !ALWAYS.has(flag) && !part.flags.includes(flag));
  if (foreign !== undefined) return refuse(call, `sbx bridge ${name} has no flag --${foreign}`);
  const beyond = operands[part.most];
  if (beyond !== undefined) return refuse(call, `sbx bridge ${name} does not take "${beyond}"`);
  const { files } = effectsOf(surroundings);
  const cwd = resolve(surroundings.cwd, options.directory ?? '.');
  const file = options.registry === undefined ? nearestFile(files, cwd, REGISTRY_NAME) : resolve(cwd, options.registry);
  const registry = file === undefined ? undefined : loadRegistry(files, file);
  if (registry?.ok === false) return refuse(call, registry.error.message, registry.error.hint);
  const run = await part.load();
  return await run({ call, operands, file, entries: registry?.value.entries ?? [] });
}

async function catalog({ call, operands, entries }: BridgeCall): Promise<number> {
  const [vm] = operands;
  if (vm === undefined) return refuse(call, 'sbx bridge catalog needs a VM');
  const entry = entries.find((one) => one.vm === vm && one.status !== 'available');
  if (entry === undefined) return refuse(call, `${vm} has no port`, `sbx bridge ports assign ${vm}`);
  return writeOut(call, catalogText(entry), call.options.to ?? '-') ?? EXIT.done;
}
