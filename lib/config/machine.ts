import { defined } from '../base/defined.ts';
import { parseDuration } from '../base/duration.ts';
import { isList, isMap } from '../base/plain.ts';
import { parseSize } from '../base/size.ts';
import { hintOf } from '../base/suggest.ts';
import type { MachineSpec } from '../model/machine-spec.ts';
import { MEMORY, machineFields, machineShape } from '../schema/machine.ts';
import type { Field } from './field.ts';
import { checkMachine } from './machine-conflicts.ts';
import { pathHere } from './path-here.ts';
import { type ReadMap, readMap } from './read-map.ts';
import { below, type Origin, type Report } from './report.ts';
import type { LateNames, Scope } from './scope.ts';

// The machine behind a sandbox, key by key. What is wrong with one is reported, and then it has what it would have without.

type ScopeOf = (layer: number) => Scope;

const { hypervisor, endpoint, network, accelerator, clone, boot, keys } = machineFields;

/** `drivers`: those that there are; undefined where that cannot be known. Its image stands as it is written. */
export function readMachine(field: Field, inLayer: ScopeOf, drivers: readonly string[] | undefined, report: Report): MachineSpec {
  const scopeOf: ScopeOf = (layer) => ({ ...inLayer(layer), outputs: NOT_YET });
  const machine = readMap(field, machineShape, 'a machine', scopeOf, report);
  const { read, at } = machine;
  const spec: MachineSpec = {
    driver: readDriver(machine, field, drivers, report),
    hypervisor: read('hypervisor') ?? hypervisor.default,
    endpoint: endpointOf(read('endpoint') ?? endpoint.default, at('endpoint'), report),
    ...defined({
      image: read('image'),
      name: read('name'),
      memory: memoryOf(read('memory'), at('memory'), report),
      cpus: read('cpus'),
      adapter: read('adapter'),
      snapshot: read('snapshot'),
      idle: durationOf(read('idle')),
    }),
    network: read('network') ?? network.default,
    forwards: forwardsOf(read('forwards') ?? [], at('forwards'), report),
    accelerator: read('accelerator') ?? accelerator.default,
    clone: read('clone') ?? clone.default,
    boot: durationOf(read('boot') ?? boot.default) ?? 0,
    keys: machine.has('keys') ? readKeys(at('keys'), scopeOf, report) : { authorize: [], by: keys.fields.by.default },
  };
  checkMachine(spec, machine, report);
  return spec;
}

/** No step has run when a machine is read. */
const NOT_YET: LateNames = {
  sample: () => undefined,
  faulty: () => false,
  refused: () => ({
    code: 'output-too-late',
    message: 'an output is known only when its step has run, and a machine is known before',
    hint: 'For its image: leave `image` out, and write it in the step of the task `import` that provides the sandbox.',
  }),
  leave: (_text, _expression, value) => value,
  kindOf: () => undefined,
};

function readDriver(
  { has, read, at }: ReadMap<typeof machineFields>,
  field: Field,
  drivers: readonly string[] | undefined,
  report: Report,
): string {
  if (!has('driver') && isMap(field.value))
    report.add('missing-key', '`driver` is missing', { ...field, part: 'key' }, 'Write for example `driver: qemu`.');
  const driver = read('driver');
  if (driver !== undefined && drivers?.includes(driver) === false)
    report.add('unknown-driver', `there is no driver \`${driver}\``, at('driver'), () => hintOf(driver, drivers));
  return driver ?? '';
}

function readKeys(field: Field, scopeOf: ScopeOf, report: Report): MachineSpec['keys'] {
  const { read, at } = readMap(field, keys, '`keys` of a machine', scopeOf, report);
  const here = (path: string | undefined, key: 'authorize' | 'identity' | 'relay' | 'agent'): string | undefined =>
    path === undefined ? undefined : pathHere(path, scopeOf(at(key).layer));
  return {
    authorize: (read('authorize') ?? []).flatMap((path) => here(path, 'authorize') ?? []),
    ...defined({ identity: here(read('identity'), 'identity'), relay: here(read('relay'), 'relay'), agent: here(read('agent'), 'agent') }),
    by: read('by') ?? keys.fields.by.default,
  };
}

function durationOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

function endpointOf(text: string, at: Origin, report: Report): MachineSpec['endpoint'] {
  if (text === 'direct') return { is: 'direct' };
  const port = Number(text.slice('tunnel:'.length));
  return isPort(port, at, report) ? { is: 'tunnel', port } : { is: 'direct' };
}

function isPort(port: number, at: Origin, report: Report): boolean {
  if (port >= 1 && port <= 65_535) return true;
  report.add('bad-value', `there is no port ${port}`, at, 'Ports are numbers from 1 to 65535.');
  return false;
}

function memoryOf(written: string | number | undefined, at: Origin, report: Report): number | undefined {
  if (written === undefined) return undefined;
  if (typeof written === 'number') return written;
  const memory = Math.floor((parseSize(written) ?? 0) / 2 ** 20);
  if (memory >= MEMORY.least && memory <= MEMORY.most) return memory;
  const bad = memory < MEMORY.least ? 'too little memory for a machine' : 'more memory than a machine can have';
  report.add('bad-value', `\`${written}\` is ${bad}`, at, 'Write for example `8GiB`.');
  return undefined;
}

function forwardsOf(pairs: readonly string[], field: Field, report: Report): MachineSpec['forwards'] {
  const forwards = new Map<number, MachineSpec['forwards'][number]>();
  for (const [nth, pair] of pairs.entries()) {
    const at = isList(field.value) ? below(field, nth) : field;
    const [host = 0, guest = 0] = pair.split(':').map(Number);
    if (!isPort(host, at, report) || !isPort(guest, at, report)) continue;
    if (forwards.has(host)) report.add('conflicting-keys', `port ${host} is forwarded twice`, at, 'Give one of them another port.');
    forwards.set(host, { host, guest });
  }
  return [...forwards.values()];
}
