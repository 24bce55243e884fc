import type { Terminal } from '../model/sandbox.ts';
import type { Surroundings } from './surroundings.ts';

/** The user's terminal; undefined where standard input or output is none. */
export function terminalOf({ stdin, stdout, environment }: Surroundings): Terminal | undefined {
  if (!stdin.isTTY || !stdout.isTTY) return undefined;
  return {
    columns: () => stdout.columns,
    rows: () => stdout.rows,
    onResize(changed, signal) {
      stdout.on('resize', changed);
      signal.addEventListener('abort', () => stdout.off('resize', changed), { once: true });
    },
    input: stdin,
    output: stdout,
    type: environment.get('TERM') ?? 'dumb',
  };
}
