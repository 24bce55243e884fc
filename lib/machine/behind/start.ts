import { formatDuration } from '../../base/duration.ts';
import { ok } from '../../base/result.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { bring } from '../bring.ts';
import { lacksCapability } from '../checks.ts';
import { type MachineGround, type MachineLeft, theMachine } from './ground.ts';

/** Lets it run, from its saved state where it has one. */
export async function start(ground: MachineGround, scope: DeedScope) {
  const { driver, clock, owner, patiences, spec } = ground;
  const { signal } = scope;
  const id = await theMachine(ground, signal);
  if (!id.ok) return id;
  const seen = await driver.state(id.value, signal);
  if (!seen.ok) return seen;
  const did: string[] = [];
  if (seen.value === 'off' && spec.snapshot !== undefined) {
    const { snapshots } = driver;
    if (snapshots === undefined) return lacksCapability(driver.name, 'snapshots', 'take `snapshot` away');
    const names = await snapshots.list(id.value, signal);
    if (!names.ok) return names;
    if (names.value.includes(spec.snapshot)) {
      const restored = await snapshots.restore(id.value, spec.snapshot, signal);
      if (!restored.ok) return restored;
      did.push(`restored ${spec.snapshot}`);
    }
  }
  const up = await bring({ driver, clock, owner, patiences, doing: (deed) => scope.note(SAID[deed]) }, id.value, 'running', signal);
  if (!up.ok) return up;
  return ok({ id: id.value, did: [...did, ...(up.value.did.length === 0 ? [] : ['started'])] });
}

const SAID = {
  import: 'is made',
  start: 'starts',
  requestShutdown: 'is asked to shut down',
  powerOff: 'is powered off',
  destroy: 'is removed',
} as const;

/** Lets it stop: it is asked to, and cut off when it does not hear. */
export async function stop(ground: MachineLeft, scope: DeedScope) {
  const { driver, clock, owner, patiences } = ground;
  const id = await theMachine(ground, scope.signal);
  if (!id.ok) return id.error.code === 'machine-absent' ? ok({ id: undefined, did: [] }) : id;
  // It may take its time, and who pressed Ctrl-C wonders.
  const saying = (deed: keyof typeof SAID) =>
    deed === 'requestShutdown' ? `${SAID[deed]}, within ${formatDuration(patiences[deed])}` : SAID[deed];
  const off = await bring({ driver, clock, owner, patiences, doing: (deed) => scope.note(saying(deed)) }, id.value, 'off', scope.signal);
  return off.ok ? ok({ id: id.value, did: off.value.did.length === 0 ? [] : ['stopped'] }) : off;
}
