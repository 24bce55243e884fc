import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASK } from '../../tasks/index.ts';
import type { Task } from '../task.ts';

/** What the schema is called, in the package and in `.sbx`. */
export const SCHEMA = 'sandboxfile.schema.json';

/** The schema of a Sandboxfile whose steps can be of these tasks. `home`: the folder of the package, which holds it as it is without extensions. */
export async function schemaText(tasks: ReadonlyMap<string, Task>, home: string): Promise<string> {
  if (tasks.size === TASK.size) return readFileSync(join(home, SCHEMA), 'utf8');
  const { jsonSchemaOf } = await import('../schema/json-schema.ts');
  return `${JSON.stringify(jsonSchemaOf([...tasks.values()]), undefined, 2)}\n`;
}
