import { dirname, join, relative, resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Files } from '../../model/io.ts';
import { SANDBOXFILES } from '../../model/project.ts';
import type { UsageError } from '../args.ts';
import { readSandboxfile } from '../read-file.ts';
import { listingOf } from './listing.ts';
import type { Note } from './makefile.ts';
import { translate } from './translate.ts';
import { sandboxfileText } from './write.ts';

/** Where make looks, in its order. */
const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'] as const;

export interface Import {
  /** The Makefile, absolute, and the file that will be written. */
  readonly source: string;
  readonly file: string;
  readonly text: string;
  readonly notes: readonly Note[];
  /** How many steps there are. */
  readonly steps: number;
}

/** What is to be imported. All absolute. */
export interface ImportWish {
  /** The folder to act in. */
  readonly folder: string;
  /** A Makefile, or a folder that has one. */
  readonly named?: string;
  /** The file to write, if it is not Sandboxfile.yaml beside the Makefile. */
  readonly target?: string;
}

/** What `sbx import` will write; an error if there is a Sandboxfile already, or no Makefile that can be read. Reads only. */
export function planImport({ folder, named, target }: ImportWish, files: Files): Result<Import, UsageError> {
  const source = makefileAt(named ?? folder, files);
  if (source === undefined) {
    const message = `there is no ${MAKEFILES.join(', ')} in ${named ?? folder}`;
    return err({ message, hint: 'name one: sbx import FILE' });
  }
  const root = dirname(source);
  const file = target ?? join(root, SANDBOXFILES[0]);
  if (dirname(file) !== root)
    return err({ message: `${file} would not lie beside ${source}`, hint: 'paths of a Makefile are those of its folder: write to that' });
  const there =
    target === undefined
      ? SANDBOXFILES.map((name) => join(root, name)).find((name) => files.existsSync(name))
      : files.existsSync(file)
        ? file
        : undefined;
  if (there !== undefined)
    return err({ message: `${there} is there already`, hint: 'sbx import never overwrites: -o FILE writes another, -n prints' });
  const read = textOf(source, relative(folder, source) || source, files);
  if (!read.ok) return read;
  const included = (name: string): string | undefined => {
    const found = textOf(resolve(root, name), name, files);
    return found.ok ? found.value : undefined;
  };
  const translated = translate(relative(root, source), read.value, listingOf(root, files), included);
  if (!translated.ok) {
    const { file: at, line, message, hint } = translated.error;
    return err({ message: `${at}:${line}: ${message}`, ...(hint === undefined ? {} : { hint }) });
  }
  const { notes, steps } = translated.value;
  return ok({ source, file, text: sandboxfileText(translated.value), notes, steps: steps.length });
}

function makefileAt(path: string, files: Files): string | undefined {
  const isFolder = files.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) return path;
  return MAKEFILES.map((name) => join(path, name)).find((name) => files.existsSync(name));
}

function textOf(path: string, shown: string, files: Files): Result<string, UsageError> {
  const bytes = readSandboxfile(path, shown, files);
  if ('code' in bytes) return err({ message: bytes.message });
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return err({ message: `${shown} is not UTF-8`, hint: 'Save it as UTF-8.' });
  }
}
