import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { neutral } from '../../view/neutral.ts';
import type { Paint } from '../../view/paint.ts';
import { type Cell, rows } from '../../view/rows.ts';
import { refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { routeOf } from '../sandboxes.ts';
import { stoppable } from '../stoppable.ts';
import type { BridgeCall } from './part.ts';
import { allPorts, DEFAULT_USER } from './ports.ts';
import { lookAt, PATIENCE, type PortSeen } from './status.ts';

/** Asks all ports, or the named ones, at once. */
export async function showStatus({ call, operands, entries }: BridgeCall): Promise<number> {
  const { surroundings, options } = call;
  const ports = allPorts(entries);
  const isNamed = (port: number, vm: string): boolean => operands.some((one) => one === vm || one === String(port));
  const unknown = operands.find((one) => one === '' || !ports.some(({ port, vm }) => one === vm || one === String(port)));
  if (unknown !== undefined) return refuse(call, `no port of the bridge is ${JSON.stringify(unknown)}`, 'sbx bridge ports lists them');
  const chosen = ports.filter(({ port, vm }) => operands.length === 0 || isNamed(port, vm));
  const io = effectsOf(surroundings);
  const folders = foldersOf(surroundings.environment, '/');
  const { named: _, ...route } = routeOf({ name: '', user: options.user ?? DEFAULT_USER }, { surroundings, folders });
  return await stoppable(surroundings, async (signal) => {
    const seen = await Promise.all(chosen.map((entry) => lookAt(entry, route, io, PATIENCE, signal)));
    call.out.write(options.json ? documentOf('bridge-status', 1, { ports: seen }) : textOf(seen, await call.paint(), call.columns));
    return EXIT.done;
  });
}

function textOf(seen: readonly PortSeen[], paint: Paint, columns: number | undefined): string {
  const lines = rows(
    seen.map((one) => [String(one.port), one.vm, ...cellsOf(one, paint)]),
    columns,
  );
  const hints = new Set(seen.flatMap((one) => (one.is === 'refused' && one.failure.hint ? [one.failure.hint] : [])));
  return `${lines.join('\n')}\n${[...hints].map((hint) => `hint: ${neutral(hint)}\n`).join('')}`;
}

function cellsOf(seen: PortSeen, paint: Paint): readonly (string | Cell)[] {
  switch (seen.is) {
    case 'no-tunnel':
      return [{ text: 'no tunnel', paint: paint.dim }];
    case 'refused':
      return [{ text: 'refused', paint: paint.bad }, seen.failure.message];
    case 'up':
      return [{ text: 'up', paint: paint.good }, `${seen.hostname}, ${seen.ghc === '' ? 'no GHC' : `GHC ${seen.ghc}`}, ${seen.latency} ms`];
  }
}
