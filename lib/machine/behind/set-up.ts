import { err, ok, type Result } from '../../base/result.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, MachineSettings, Network, SettingsNow } from '../../model/machine.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { bring } from '../bring.ts';
import { lacksCapability } from '../checks.ts';
import { hasSettings, networkText } from '../has-settings.ts';
import { type MachineGround, theMachine } from './ground.ts';

/** Processors, memory and network, as the Sandboxfile wants them. */
export async function setUp(ground: MachineGround, scope: DeedScope) {
  const { driver, clock, owner, patiences } = ground;
  const { signal } = scope;
  const id = await theMachine(ground, signal);
  if (!id.ok) return id;
  const has = await driver.settings(id.value, signal);
  if (!has.ok) return has;
  const network = await networkOf(ground, has.value.network, signal);
  if (!network.ok) return network;
  const { cpus, memory } = ground.spec;
  const wanted = { cpus: cpus ?? has.value.cpus, memory: memory ?? has.value.memory, network: network.value };
  if (hasSettings(has.value, wanted)) return ok({ id: id.value, did: [] });
  const alone = ground.alone();
  if (!alone.ok) return alone;
  const off = await bring(
    { driver, clock, owner, patiences, doing: () => scope.note('shuts down, to be changed') },
    id.value,
    'off',
    signal,
  );
  if (!off.ok) return off;
  const changed = await driver.configure(id.value, wanted, signal);
  return changed.ok ? ok({ id: id.value, did: differences(has.value, wanted) }) : changed;
}

/** Its sshd is always forwarded, so that `endpoint: direct` finds it. A bridge that nobody named is the one that it has, else the first that is up. */
async function networkOf(
  { spec, driver }: MachineGround,
  has: Network | undefined,
  signal: AbortSignal,
): Promise<Result<Network, Failure>> {
  switch (spec.network) {
    case 'none':
      return ok({ is: 'none' });
    case 'nat': {
      const forwards = [...spec.forwards];
      return ok({ is: 'nat', forwards: forwards.some(({ guest }) => guest === SSH_PORT) ? forwards : [{ guest: SSH_PORT }, ...forwards] });
    }
    case 'bridged':
      if (has?.is === 'bridged' && (spec.adapter === undefined || spec.adapter === has.adapter)) return ok(has);
      return await bridgeOf(driver, spec.adapter, signal);
    default:
      return unreachable(spec.network);
  }
}

async function bridgeOf(driver: Driver, named: string | undefined, signal: AbortSignal): Promise<Result<Network, Failure>> {
  const facts = await driver.probe(signal);
  if (!facts.ok) return facts;
  if (!facts.value.networks.includes('bridged'))
    return lacksCapability(driver.name, 'network bridged', `it has ${facts.value.networks.join(', ')}`);
  const bridges = await driver.bridges(signal);
  if (!bridges.ok) return bridges;
  if (named !== undefined && bridges.value.some(({ name }) => name === named)) return ok({ is: 'bridged', adapter: named });
  const names = bridges.value.map(({ name }) => JSON.stringify(name));
  const hint = names.length === 0 ? 'its computer has none that could be bridged to' : `it has ${names.join(', ')}`;
  if (named !== undefined)
    return err({ code: 'machine-state', message: `there is no adapter ${JSON.stringify(named)} to bridge to`, hint });
  // A cable before radio: few access points take a second computer behind one card.
  const [first] = bridges.value.filter(({ up }) => up).toSorted((a, b) => Number(a.wireless) - Number(b.wireless));
  if (first !== undefined) return ok({ is: 'bridged', adapter: first.name });
  return err({ code: 'machine-state', message: 'no adapter that could be bridged to is up', hint });
}

export const SSH_PORT = 22;

/** In words. */
function differences(has: SettingsNow, wanted: Required<MachineSettings>): readonly string[] {
  const said: string[] = [];
  if (has.cpus !== wanted.cpus) said.push(`cpus ${has.cpus} -> ${wanted.cpus}`);
  if (has.memory !== wanted.memory) said.push(`memory ${has.memory} -> ${wanted.memory} MiB`);
  const [before, after] = [describe(has.network), describe(wanted.network)];
  if (before !== after) said.push(`network ${before} -> ${after}`);
  return said;
}

function describe(network: Network | undefined): string {
  return network === undefined ? 'of another kind' : networkText(network);
}
