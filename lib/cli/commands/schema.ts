import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import type { Call } from '../call.ts';

export async function schema(call: Call): Promise<number> {
  call.out.write(readFileSync(join(call.surroundings.home, 'sandboxfile.schema.json'), 'utf8'));
  return EXIT.done;
}
