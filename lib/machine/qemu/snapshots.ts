import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, MachineId, Snapshots } from '../../model/machine.ts';
import { checkSnapshotName } from '../checks.ts';
import { monitor, type QemuPlace, understood } from './place.ts';
import { ASK_ALONE, DISK, POWER_OFF, RESTORE_OFF, SNAPSHOT_OFF, STATE } from './programs.ts';

/** Writing and reading the memory of a large machine. */
const SECONDS = 600;

interface Kept {
  readonly name: string;
  readonly hasMemory: boolean;
}

/** Snapshots lie within the disks: with the memory if it ran, without if it was off; then what runs is cut off and started again. */
export function snapshots(place: QemuPlace, start: Driver['start']): Snapshots {
  const kept = async (id: MachineId, signal: AbortSignal): Promise<Result<readonly Kept[], Failure>> => {
    const said = await place.ask(DISK, id, [], signal);
    return understood(said, (text) => {
      const { snapshots: all = [] } = JSON.parse(text) as { snapshots?: readonly { name: string; 'vm-state-size': number }[] };
      return all.map((one) => ({ name: one.name, hasMemory: one['vm-state-size'] > 0 }));
    });
  };
  /** By QEMU if it runs, else by the program; each sees for itself whether it still is so. */
  const tell = async (
    id: MachineId,
    line: string,
    [program, ...words]: readonly [program: string, ...words: string[]],
    signal: AbortSignal,
  ): Promise<Result<void, Failure>> => {
    const state = await place.ask(STATE, id, [], signal);
    if (!state.ok) return state;
    if (state.value.trim() === 'off') {
      const done = await place.ask(program, id, words, signal);
      return done.ok ? ok(undefined) : done;
    }
    const said = await place.converse(id, { program: ASK_ALONE, seconds: SECONDS, commands: [monitor(line)] }, signal);
    if (!said.ok) return said;
    const complaint = String(said.value[0]).trim();
    return complaint === '' ? ok(undefined) : err({ code: 'hypervisor-failed', message: `QEMU refused ${line}: ${complaint}` });
  };
  return {
    take: async (id, name, signal) => {
      const checked = checkSnapshotName(name);
      const before = checked.ok ? await kept(id, signal) : checked;
      if (!before.ok) return before;
      if (before.value.some((one) => one.name === name))
        return err({ code: 'machine-state', message: `machine ${id} has a snapshot ${name} already` });
      return tell(id, `savevm ${name}`, [SNAPSHOT_OFF, name], signal);
    },
    restore: async (id, name, signal) => {
      const all = await kept(id, signal);
      if (!all.ok) return all;
      const found = all.value.find((one) => one.name === name);
      if (found === undefined) return err({ code: 'machine-state', message: `machine ${id} has no snapshot ${JSON.stringify(name)}` });
      if (found.hasMemory) return tell(id, `loadvm ${name}`, [RESTORE_OFF, name, 'memory'], signal);
      const state = await place.ask(STATE, id, [], signal);
      const off = state.ok ? await place.ask(POWER_OFF, id, [], signal) : state;
      const restored = off.ok ? await place.ask(RESTORE_OFF, id, [name, ''], signal) : off;
      if (!restored.ok) return restored;
      return state.ok && state.value.trim() !== 'off' ? start(id, signal) : ok(undefined);
    },
    list: async (id, signal) => {
      const all = await kept(id, signal);
      return all.ok ? ok(all.value.map(({ name }) => name)) : all;
    },
  };
}
