import { join } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Files } from '../../model/io.ts';
import { SANDBOXFILES } from '../../model/project.ts';
import type { UsageError } from '../args.ts';
import { modelineOf } from './modeline.ts';
import { recognise } from './recognise.ts';
import type { Recognised } from './recognised.ts';

/** Largest file that is read to recognise a project. */
const LARGEST = 256 * 1024;

interface Init extends Recognised {
  /** Absolute. */
  readonly file: string;
}

/** What `sbx init` will write in a folder; an error if there is a Sandboxfile already. Reads only. */
export function planInit(
  folder: string,
  files: Pick<Files, 'existsSync' | 'readdirSync' | 'readFileSync' | 'statSync'>,
): Result<Init, UsageError> {
  const names = files.readdirSync(folder);
  const there = SANDBOXFILES.find((name) => names.includes(name));
  if (there !== undefined)
    return err({ message: `${join(folder, there)} is there already`, hint: 'sbx init never overwrites; sbx validate checks it' });
  const read = (name: string): string | undefined => {
    try {
      const path = join(folder, name);
      const found = files.statSync(path);
      return found.isFile() && found.size <= LARGEST ? files.readFileSync(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  };
  const { text, why } = recognise(names, read);
  return ok({ file: join(folder, SANDBOXFILES[0]), text: modelineOf(folder, files) + text, why });
}

/** Writes the file; if it came to be meanwhile, it is left as it is. */
export function writeInit({ file, text }: Pick<Init, 'file' | 'text'>, files: Pick<Files, 'writeFileSync'>): Result<void, UsageError> {
  try {
    files.writeFileSync(file, text, { flag: 'wx' });
    return ok(undefined);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return err({ message: code === 'EEXIST' ? `${file} is there already` : `cannot write ${file}: ${message}` });
  }
}
