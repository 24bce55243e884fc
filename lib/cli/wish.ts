import type { Wish } from '../run/prepare.ts';
import type { Options } from './options.ts';

/** What the words and the flags ask to be run. */
export function wishOf(options: Options, names: readonly string[]): Wish {
  const { only, noCache, force, audit } = options;
  if (force !== 'named' && !audit) return { names, only, noCache, force };
  if (names.length === 0) return { names, only, noCache, force: true };
  return { names, only, noCache, force: force === 'named' ? names : [...names, ...force] };
}
