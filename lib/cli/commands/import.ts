import { relative, resolve } from 'node:path';
import { TASK } from '../../../tasks/index.ts';
import { nonce, realFiles } from '../../io/io.ts';
import { EXIT } from '../../run/exit-code.ts';
import { type Call, refuse } from '../call.ts';
import { planImport } from '../import/import.ts';
import { noteLine } from '../import/write.ts';
import { writeInit } from '../init/init.ts';
import { keepSchema } from '../init/modeline.ts';
import { schemaText } from '../schema-text.ts';

/** Writes a Sandboxfile that does what a Makefile does, or with `-n` shows it, and says of each line that it could not translate why. */
export async function importMakefile(call: Call): Promise<number> {
  const { options, surroundings, words } = call;
  const folder = resolve(surroundings.cwd, options.directory ?? '.');
  const [named] = words.operands;
  const wish = {
    folder,
    writes: !options.dryRun,
    ...(named === undefined ? {} : { named: resolve(folder, named) }),
    ...(options.to === undefined ? {} : { target: resolve(folder, options.to) }),
  };
  const planned = await planImport(wish, surroundings, realFiles);
  if (!planned.ok) return refuse(call, planned.error.message, planned.error.hint);
  const { root, file, text, notes, steps } = planned.value;
  const told = options.level === 'quiet' ? notes.filter(({ left }) => left) : notes;
  const shown = (name: string): string => relative(surroundings.cwd, resolve(root, name));
  const said = told.map((note) => `${noteLine({ ...note, at: { ...note.at, file: shown(note.at.file) } })}\n`).join('');
  if (options.dryRun) {
    call.out.write(text);
    call.err.write(said);
    return EXIT.done;
  }
  const written = writeInit({ file, text }, realFiles);
  if (!written.ok) return refuse(call, written.error.message, written.error.hint);
  await keepSchema({ files: realFiles, nonce }, { root, file }, () => schemaText(TASK, surroundings.home));
  const left = notes.filter(({ left }) => left).length;
  call.out.write(
    `${said}wrote ${file}: ${steps} step${steps === 1 ? '' : 's'}${left === 0 ? '' : `, ${left} line${left === 1 ? '' : 's'} not translated`}\n`,
  );
  if (options.level !== 'quiet') call.out.write('next: sbx list\n');
  return EXIT.done;
}
