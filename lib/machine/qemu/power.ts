import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, Endpoint, MachineState } from '../../model/machine.ts';
import { lastLines } from '../hypervisor.ts';
import { type Accelerator, acceleratorAt } from './accelerator.ts';
import { answerIn, monitor, type QemuPlace, understood } from './place.ts';
import { ASK, DIAGNOSTICS, POWER_OFF, SEEDS, SETTINGS, START, STATE, WAIT_OFF } from './programs.ts';
import { qemuWords, readMachine } from './settings.ts';

// What a machine does, and how that is changed.

type Power = Pick<Driver, 'start' | 'state' | 'endpoint' | 'requestShutdown' | 'powerOff' | 'waitOff' | 'diagnostics'>;

/** Words of QEMU for what a machine does; what else it says is `paused`: it does not go on by itself. */
const STATES: ReadonlyMap<string, MachineState> = new Map([
  ['running', 'running'],
  ['shutdown', 'stopping'],
  ['inmigrate', 'starting'],
  ['restore-vm', 'starting'],
  ['save-vm', 'running'],
]);

export function power(place: QemuPlace, wanted: Accelerator | 'auto'): Power {
  const state: Driver['state'] = async (id, signal) => {
    const said = await place.ask(STATE, id, [], signal);
    if (!said.ok && said.error.code === 'machine-absent') return ok('absent');
    return understood(said, (lines) => {
      const text = lines.trim();
      if (text === 'off') return 'off';
      return text === '' ? 'unknown' : (STATES.get((answerIn(text) as { readonly status: string }).status) ?? 'paused');
    });
  };
  return {
    state,
    start: async (id, signal) => {
      const text = await place.ask(SETTINGS, id, [], signal);
      if (!text.ok) return text;
      const machine = readMachine(text.value, id);
      if (!machine.ok) return machine;
      const seeds = await place.ask(SEEDS, id, [], signal);
      if (!seeds.ok) return seeds;
      const accelerator = await acceleratorAt(place, wanted, signal);
      if (!accelerator.ok) return accelerator;
      const [credentials = '0', disk] = seeds.value.trim().split(' ');
      const words = qemuWords(machine.value, accelerator.value, { credentials: Number(credentials), disk: disk !== undefined });
      const started = await place.ask(START, id, words, signal);
      return started.ok ? ok(undefined) : err(portTaken(started.error));
    },
    endpoint: async (id, guestPort, signal) => {
      const said = await place.converse(id, { program: ASK, seconds: 10, commands: [monitor('info usernet')] }, signal);
      if (said.ok) return ok(endpointIn(String(said.value[0]), guestPort));
      return said.error.code === 'machine-state' ? ok(undefined) : said;
    },
    requestShutdown: async (id, signal) => {
      const said = await place.converse(id, { program: ASK, seconds: 10, commands: [{ execute: 'system_powerdown' }] }, signal);
      return said.ok || said.error.code === 'machine-state' ? ok(undefined) : said;
    },
    powerOff: async (id, signal) => done(await place.ask(POWER_OFF, id, [], signal)),
    waitOff: async (id, patience, signal) => {
      const said = await place.ask(WAIT_OFF, id, [String(Math.ceil(patience / 100))], signal);
      return said.ok ? ok(said.value.trim() === 'yes') : said;
    },
    diagnostics: async (id, signal) => {
      const seen = await state(id, signal);
      if (!seen.ok) return seen;
      const text = await place.ask(DIAGNOSTICS, id, [], signal);
      if (!text.ok) return text.error.code === 'machine-absent' ? ok({ state: seen.value, serial: [], said: [] }) : text;
      const [serial = '', said = ''] = text.value.split('\0');
      return ok({ state: seen.value, serial: lastLines(serial, 40), said: lastLines(said) });
    },
  };
}

function done(result: Result<unknown, Failure>): Result<void, Failure> {
  return result.ok ? ok(undefined) : result;
}

/** From the table of QEMU's own network: a port that the system gave stands only there. */
function endpointIn(table: string, guestPort: number): Endpoint | undefined {
  const row = table
    .split('\n')
    .map((line) => /TCP\[HOST_FORWARD\]\s+\d+\s+(\S+)\s+(\d+)\s+\S+\s+(\d+)/.exec(line))
    .find((found) => Number(found?.[3]) === guestPort);
  return row ? { address: row[1] as string, port: Number(row[2]) } : undefined;
}

function portTaken(failure: Failure): Failure {
  const line = failure.lastLines?.find((one) => one.includes('Could not set up host forwarding rule'));
  return line === undefined ? failure : { ...failure, code: 'port-in-use', message: `a port of the machine is in use: ${line}` };
}
