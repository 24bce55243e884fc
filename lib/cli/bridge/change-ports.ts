import { err, ok } from '../../base/result.ts';
import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { rows } from '../../view/rows.ts';
import { type Call, complain, refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { stoppable } from '../stoppable.ts';
import type { BridgeCall } from './part.ts';
import { AVAILABLE, allPorts, isTaken, type PortEntry, portFor, portToRelease, RESERVED } from './ports.ts';
import { changeRegistry, REGISTRY_NAME } from './registry-file.ts';

/** `ports [list]`, `ports assign VM [PORT]`, `ports release VM|PORT`. */
export async function changePorts({ call, operands, file, entries }: BridgeCall): Promise<number> {
  const { surroundings, options } = call;
  const [what = 'list', name = '', third] = operands;
  if (what === 'list') return name === '' ? list(call, entries) : refuse(call, `sbx bridge ports list does not take "${name}"`);
  if (what !== 'assign' && what !== 'release')
    return refuse(call, `sbx bridge ports does not know "${what}"`, 'it lists, or: assign, release');
  if (name === '') return refuse(call, `sbx bridge ports ${what} needs a VM${what === 'release' ? ' or a PORT' : ''}`);
  if (what === 'release' && third !== undefined) return refuse(call, `sbx bridge ports release does not take "${third}"`);
  if (what === 'assign' && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    return refuse(call, `"${name}" cannot be the name of a VM`, 'letters, digits, dots, dashes and underscores');
  if (what === 'assign' && /^\d+$/.test(name))
    return refuse(call, `"${name}" would be taken for a port`, `the VM comes first: sbx bridge ports assign VM ${name}`);
  if (third !== undefined && !/^\d{1,5}$/.test(third)) return refuse(call, `"${third}" is no port`);
  if (file === undefined) return refuse(call, `there is no ${REGISTRY_NAME} here or above`, `name one: --registry ${REGISTRY_NAME}`);
  const io = effectsOf(surroundings);
  const { state } = foldersOf(surroundings.environment, '/');
  const decide = (seen: readonly PortEntry[]) => {
    const port = what === 'assign' ? portFor(name, third === undefined ? undefined : Number(third), seen) : portToRelease(name, seen);
    if (!port.ok) return err(port.error);
    if (what === 'release') return ok({ port: port.value, vm: '', host: '', status: AVAILABLE });
    const has = seen.find((entry) => entry.port === port.value && isTaken(entry));
    return ok({ port: port.value, vm: name, host: options.on ?? has?.host ?? '', status: has?.status ?? RESERVED });
  };
  return await stoppable(surroundings, async (signal) => {
    const changed = await changeRegistry(io, file, state, decide, signal);
    if (!changed.ok) {
      complain(call, changed.error);
      return EXIT.failed;
    }
    const { port, vm } = changed.value;
    if (options.json) call.out.write(documentOf('bridge-port', 1, { ...changed.value }));
    else call.out.write(what === 'assign' ? `${vm} has port ${port}\n` : `port ${port} is available\n`);
    return EXIT.done;
  });
}

function list(call: Call, entries: readonly PortEntry[]): number {
  const ports = allPorts(entries);
  if (call.options.json) call.out.write(documentOf('bridge-ports', 1, { ports }));
  else {
    const lines = rows(
      ports.map(({ port, vm, host, status }) => [String(port), status, vm, host]),
      call.columns,
    );
    call.out.write(`${lines.join('\n')}\n`);
  }
  return EXIT.done;
}
