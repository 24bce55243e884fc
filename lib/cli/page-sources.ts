import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageSources } from '../view/page/page.ts';

/** `home`: the folder of the package; the build puts them beside the program. */
export function pageSources(home: string): PageSources {
  const read = (name: string): string => readFileSync(join(home, 'dist/page', name), 'utf8');
  return { style: read('page.css'), script: read('page.js') };
}
