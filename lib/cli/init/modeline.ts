import { dirname, join, relative } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Files } from '../../model/io.ts';
import type { UsageError } from '../args.ts';

/** What the schema is called, in the package and beside a Sandboxfile. */
const SCHEMA = 'sandboxfile.schema.json';

/** How the editors of a whole team come to the schema. */
export interface Modeline {
  /** The first line of the Sandboxfile, which names the schema by a path from there: such a path holds on every computer. */
  readonly line: string;
  /** Where a copy of the schema is wanted, absolute; nothing where there is one. */
  readonly copy?: string;
}

/** The schema of the sbx that npm installed for the checkout, where there is one: it always fits. Else a copy beside the Sandboxfile. Reads only. */
export function modelineOf(folder: string, files: Pick<Files, 'existsSync'>): Modeline {
  const installed = installedFor(folder, files);
  if (installed !== undefined) return { line: lineOf(relative(folder, installed)) };
  const copy = join(folder, SCHEMA);
  return { line: lineOf(SCHEMA), ...(files.existsSync(copy) ? {} : { copy }) };
}

/** Writes the copy that is wanted; `home` is the folder of the package. */
export function writeCopy(
  { copy }: Modeline,
  home: string,
  files: Pick<Files, 'readFileSync' | 'writeFileSync'>,
): Result<string, UsageError> {
  if (copy === undefined) return ok('');
  try {
    files.writeFileSync(copy, files.readFileSync(join(home, SCHEMA), 'utf8'));
    return ok(`wrote ${copy}, for editors\n`);
  } catch (error) {
    return err({ message: `cannot write ${copy}: ${(error as Error).message}` });
  }
}

/** Looked for upward, no further than the checkout: what lies above is not the same for all who work on it. */
function installedFor(folder: string, files: Pick<Files, 'existsSync'>): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const schema = join(at, 'node_modules/sandboxfile', SCHEMA);
    if (files.existsSync(schema)) return schema;
    if (files.existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

function lineOf(path: string): string {
  return `# yaml-language-server: $schema=${path.startsWith('.') ? path : `./${path}`}\n`;
}
