import type { Random } from '../random.ts';
import type { Fate } from './survivors.ts';

/** Ways in which a power cut goes, by what they leave. The last one is another one each time. */
export const FATES: { readonly [name: string]: (random: Random) => Fate } = {
  'nothing that was not forced out': () => ({ named: () => false, data: () => 'none' }),
  'all names, no data': () => ({ named: () => true, data: () => 'none' }),
  'all names, zeros for data': () => ({ named: () => true, data: () => 'zeros' }),
  'all names, half the data': () => ({ named: () => true, data: () => 'half' }),
  'all names, zeros in large files': () => ({ named: () => true, data: (size) => (size > 20_000 ? 'zeros' : 'all') }),
  'all names, zeros in small files': () => ({ named: () => true, data: (size) => (size > 20_000 ? 'all' : 'zeros') }),
  'the last names, all data': () => ({ named: (nth, all) => nth >= all - 3, data: () => 'all' }),
  'all names but the last, all data': () => ({ named: (nth, all) => nth < all - 1, data: () => 'all' }),
  'all but names in the trash': () => ({
    named: (_nth, _all, paths) => !paths.some((path) => path.includes('/trash/')),
    data: () => 'all',
  }),
  'this and that': (random) => ({ named: () => random.oneIn(2), data: () => random.pick(['none', 'half', 'zeros', 'all', 'all']) }),
};
