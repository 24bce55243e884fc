import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program. `home` is the folder of the package: recipes, profiles and the schema lie in it. */
export async function main(process: NodeJS.Process, home: string): Promise<void> {
  if (process.argv[2] === '--version') {
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { readonly version: string };
    process.stdout.write(`sbx ${version}\n`);
    return;
  }
  process.stderr.write('sbx: not yet\n');
  process.exitCode = 2;
}
