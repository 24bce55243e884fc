import type { MachineSpec } from '../model/machine-spec.ts';
import { DRIVERS, type machineFields } from '../schema/machine.ts';
import { membersOf, type ReadMap } from './read-map.ts';
import type { Report } from './report.ts';

/** Keys of a machine that do not go together. */
export function checkMachine(spec: MachineSpec, { has, at, faulty }: ReadMap<typeof machineFields>, report: Report): void {
  const refuse = (key: keyof typeof machineFields, message: string, hint: string): void =>
    report.add('conflicting-keys', message, { ...at(key), part: 'key' }, hint);
  const { driver, network } = spec;
  const mayJudge = !faulty.has('network');
  if (mayJudge && has('adapter') && network !== 'bridged')
    refuse('adapter', '`adapter` is for machines that are bridged', 'Write `network: bridged` beside it.');
  if (mayJudge && has('forwards') && network !== 'nat')
    refuse('forwards', `\`forwards\` are of \`nat\`, and the network is \`${network}\``, 'Take one of both away.');
  if (spec.endpoint.is === 'tunnel' && network === 'none')
    refuse('endpoint', 'a guest without a network opens no tunnel', 'Take `network: none` away.');
  if (has('accelerator') && driver !== 'qemu' && driver !== '')
    refuse('accelerator', '`accelerator` is of the driver `qemu`', 'Take it away.');
  for (const key of ['snapshot', 'idle'] as const) {
    if (spec.clone && has(key))
      refuse(key, `\`${key}\` and \`clone\` cannot stand together`, 'A clone is made for a run, and goes with it: take one of both away.');
  }
  const ways: readonly string[] | undefined = Object.hasOwn(DRIVERS, driver) ? DRIVERS[driver as keyof typeof DRIVERS] : undefined;
  const by = membersOf(at('keys')).get('by');
  if (ways !== undefined && by !== undefined && !ways.includes(spec.keys.by))
    report.add('bad-value', `the driver \`${driver}\` gives no keys by \`${spec.keys.by}\``, by, `It can: ${ways.join(', ')}.`);
}
