import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Bridge, MachineSettings, Network, SettingsNow } from '../../model/machine.ts';
import { natRules } from './output.ts';

/** What a machine has, of its lines. */
export function settingsOf(info: ReadonlyMap<string, string>): SettingsNow {
  const network = networkOf(info);
  return { cpus: Number(info.get('cpus')), memory: Number(info.get('memory')), ...(network === undefined ? {} : { network }) };
}

function networkOf(info: ReadonlyMap<string, string>): Network | undefined {
  switch (info.get('nic1')) {
    case 'nat': {
      const chosen = natRules(info).filter(({ name }) => !name.startsWith(ANY));
      const any = (info.get('sbxForwards') ?? '').split(' ').filter((guest) => guest !== '');
      return {
        is: 'nat',
        forwards: [...chosen.map(({ host, guest }) => ({ host, guest })), ...any.map((guest) => ({ guest: Number(guest) }))],
      };
    }
    case 'bridged':
      return { is: 'bridged', adapter: info.get('bridgeadapter1') ?? '' };
    case 'none':
      return { is: 'none' };
    default:
      return undefined;
  }
}

/** How rules are called whose port is found at each start. */
const ANY = 'sbx-any-';

/** Forwards that find their port at each start, and the words of modifyvm; undefined: all is so already. */
interface Change {
  readonly any: string;
  readonly words: readonly string[];
}

/** What modifyvm is told so that a machine has these settings. */
export function changeOf(info: ReadonlyMap<string, string>, { cpus, memory, network }: MachineSettings): Change | undefined {
  const number = (key: string, value: number | undefined): readonly string[] =>
    value === undefined || info.get(key) === String(value) ? [] : [`--${key}`, String(value)];
  const before = info.get('sbxForwards') ?? '';
  const any = network?.is === 'nat' ? network.forwards.flatMap(({ host, guest }) => (host === undefined ? [guest] : [])).join(' ') : '';
  const words = [...number('cpus', cpus), ...number('memory', memory), ...(network === undefined ? [] : networkWords(info, network))];
  const isSame = words.length === 0 && (network === undefined || any === before);
  return isSame ? undefined : { any: network === undefined ? before : any, words };
}

function networkWords(info: ReadonlyMap<string, string>, network: Network): readonly string[] {
  const rules = natRules(info);
  const drop = (names: readonly string[]): readonly string[] => names.flatMap((name) => ['--natpf1', 'delete', name]);
  const nic = (kind: string): readonly string[] => (info.get('nic1') === kind ? [] : ['--nic1', kind]);
  if (network.is !== 'nat') {
    const adapter = network.is === 'bridged' && info.get('bridgeadapter1') !== network.adapter ? ['--bridgeadapter1', network.adapter] : [];
    return [...drop(rules.map(({ name }) => name)), ...nic(network.is), ...adapter];
  }
  const wanted = network.forwards.flatMap(({ host, guest }) =>
    host === undefined ? [] : [{ name: `sbx-${guest}`, host, guest, rule: `sbx-${guest},tcp,127.0.0.1,${host},,${guest}` }],
  );
  const has = ({ name, host, guest }: { name: string; host: number; guest: number }): boolean =>
    rules.some((rule) => rule.name === name && rule.host === host && rule.guest === guest);
  const stale = rules.filter(({ name }) => !name.startsWith(ANY) && !wanted.some((one) => one.name === name && has(one)));
  const fresh = wanted.filter((one) => !has(one));
  return [...nic('nat'), ...drop(stale.map(({ name }) => name)), ...fresh.flatMap(({ rule }) => ['--natpf1', rule])];
}

/** A name that VirtualBox does not know is a warning when it is set, and a failure only at the start: it is compared before. */
export function knownAdapter(adapter: string, bridges: readonly Bridge[]): Result<void, Failure> {
  if (bridges.some(({ name }) => name === adapter)) return ok(undefined);
  const names = bridges.map(({ name }) => JSON.stringify(name)).join(', ');
  const message = `there is no adapter ${JSON.stringify(adapter)} to be bridged to`;
  return err({ code: 'machine-state', message, hint: names === '' ? 'there are none at all' : `there are: ${names}` });
}
