import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PageSources } from '../view/page/page.ts';

/** `home`: the folder of the package. */
export function pageSources(home: string): PageSources {
  const read = (name: string): string => readFileSync(join(home, 'page', name), 'utf8');
  return { style: read('page.css'), script: read('page.js') };
}
