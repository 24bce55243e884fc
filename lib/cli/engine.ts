import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Major versions of Node whose flags were tried; others are left alone. What else V8 is told stands in the launcher. */
const TRIED: ReadonlySet<number> = new Set([20, 22, 24]);

/** One full collection, for which V8 has no call but this. docs/decisions/0037 has the figures. */
export function tidyEngine(node: string): void {
  if (!TRIED.has(Number.parseInt(node, 10))) return;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-expose-gc'); // V8 takes no code that was kept under other flags
}
