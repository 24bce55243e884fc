import { dirname, join, relative, resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Files } from '../../model/io.ts';
import { SANDBOXFILES } from '../../model/project.ts';
import type { UsageError } from '../args.ts';
import { modelineOf } from '../init/modeline.ts';
import { readSandboxfile } from '../read-file.ts';
import type { Surroundings } from '../surroundings.ts';
import { faultsOf, stepAt } from './check.ts';
import { listingOf } from './listing.ts';
import type { Listing, Note } from './makefile.ts';
import type { Unreadable } from './reading.ts';
import { translate } from './translate.ts';
import { sandboxfileText } from './write.ts';

/** Where make looks, in its order. */
const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'] as const;

export interface Import {
  /** The folder of the Makefile, and the file that will be written. Absolute. */
  readonly root: string;
  readonly file: string;
  readonly text: string;
  readonly notes: readonly Note[];
  /** How many steps there are. */
  readonly steps: number;
}

/** What is to be imported. All absolute. */
interface ImportWish {
  /** The folder to act in. */
  readonly folder: string;
  /** A Makefile, or a folder that has one. */
  readonly named?: string;
  /** The file to write, if it is not Sandboxfile.yaml beside the Makefile; a file that is there is no trouble where none is written. */
  readonly target?: string;
  readonly writes: boolean;
}

/** How often targets are left to make because of what is wrong with their steps. */
const MOST_TRIES = 3;

/**
 * What `sbx import` will write; an error if there is a Sandboxfile already, or no Makefile that can be read. Reads only. What comes of it is always
 * valid: a target whose step would not be is left to make.
 */
export async function planImport(wish: ImportWish, surroundings: Surroundings, files: Files): Promise<Result<Import, UsageError>> {
  const { folder, named, target, writes } = wish;
  const source = makefileAt(named ?? folder, files);
  if (source === undefined) {
    return err({ message: `there is no ${MAKEFILES.join(', ')} in ${named ?? folder}`, hint: 'name one: sbx import FILE' });
  }
  const root = dirname(source);
  const file = target ?? join(root, SANDBOXFILES[0]);
  if (dirname(file) !== root) {
    return err({
      message: `${file} would not lie beside ${source}`,
      hint: 'the paths of a Makefile are those of its folder: write to that',
    });
  }
  const names = target === undefined ? SANDBOXFILES.map((name) => join(root, name)) : [file];
  const there = writes ? names.find((name) => files.existsSync(name)) : undefined;
  if (there !== undefined)
    return err({ message: `${there} is there already`, hint: 'sbx import never overwrites: -o FILE writes another, -n prints' });
  const read = textOf(source, relative(folder, source) || source, files);
  if (!read.ok) return read;
  const listing = listingOf(root, unameOf(surroundings), files);
  const readFile = (name: string): string | undefined => {
    const found = textOf(resolve(root, name), name, files);
    return found.ok ? found.value : undefined;
  };
  const modeline = modelineOf(root, files);
  const leave = new Map<string, string>();
  for (let tries = MOST_TRIES; ; tries--) {
    const translated = translate(relative(root, source), read.value, { files: listing, readFile, leave });
    if (!translated.ok) return err(whyNot(translated.error));
    const { notes, steps } = translated.value;
    const text = modeline + sandboxfileText(translated.value);
    const faults = await faultsOf(text, { file, root }, surroundings);
    if (faults.length === 0) return ok({ root, file, text, notes, steps: steps.length });
    for (const { span, message } of faults) {
      const id = span === undefined ? undefined : stepAt(text, span.start.line);
      const step = steps.find((one) => one.id === id);
      if (step !== undefined) leave.set(step.target, `the step would not be valid: ${message}`);
    }
    if (tries === 0 || leave.size === 0) return err({ message: `what comes of it is no valid Sandboxfile: ${faults[0]?.message}` });
  }
}

function whyNot({ file, line, message, hint }: Unreadable): UsageError {
  return { message: `${file}:${line}: ${message}`, ...(hint === undefined ? {} : { hint }) };
}

/** What `uname` prints on this computer. */
function unameOf({ os, arch }: Surroundings): Listing['uname'] {
  const m = arch === 'x64' ? 'x86_64' : arch === 'arm64' && os !== 'darwin' ? 'aarch64' : arch;
  return { s: os === 'darwin' ? 'Darwin' : 'Linux', m };
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
