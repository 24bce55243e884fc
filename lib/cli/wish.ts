import type { Wish } from '../run/prepare.ts';
import type { Options } from './options.ts';

/** What the words and the flags ask to be run. */
export function wishOf(options: Options, names: readonly string[]): Wish {
  const { only, noCache, force } = options;
  return { names, only, noCache, force: force !== 'named' ? force : names.length === 0 ? true : names };
}
