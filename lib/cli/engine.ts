import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Tells V8 that the work ahead is wide and short: thousands of steps are looked at once each. By itself it optimizes what has run a few hundred times, which
 * costs more CPU on its other threads than it saves, and lets the nursery grow, which costs memory that every fork then copies. What runs very
 * often is still optimized. docs/decisions/0037 has the figures. Other versions know other flags, and say so on standard error: they are left alone.
 */
export function spareEngine(node: string): void {
  for (const flag of FLAGS.get(Number.parseInt(node, 10)) ?? []) setFlagsFromString(flag);
}

/** One full collection, for which V8 has no call but this. */
export function tidyEngine(node: string): void {
  if (!FLAGS.has(Number.parseInt(node, 10))) return;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const NURSERY = '--semi-space-growth-factor=1';
const BY_COUNT = ['--invocation-count-for-turbofan=30000', '--invocation-count-for-maglev=4000', NURSERY];

/** By the major version of Node. */
const FLAGS: ReadonlyMap<number, readonly string[]> = new Map([
  [20, ['--interrupt-budget=1000000', NURSERY]],
  [22, BY_COUNT],
  [24, BY_COUNT],
]);
