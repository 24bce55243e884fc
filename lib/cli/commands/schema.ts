import { TASK } from '../../../tasks/index.ts';
import { realFiles } from '../../io/io.ts';
import { EXIT } from '../../run/exit-code.ts';
import type { Call } from '../call.ts';
import { open, sayFaulty } from '../open.ts';
import { schemaText } from '../schema-text.ts';
import { findSandboxfile, searchFrom } from '../search.ts';

/** Prints the schema: of the project with the tasks of its extensions, whatever else is wrong with its file, and anywhere else the plain one. */
export async function schema(call: Call): Promise<number> {
  const { options, surroundings, out } = call;
  const isProject = options.file !== undefined || findSandboxfile(searchFrom(call), realFiles).ok;
  const opening = isProject ? await open(call, { named: [] }) : undefined;
  if (opening?.is === 'refused') return opening.code;
  if (opening?.is === 'faulty') {
    const faulty = opening.faulty.diagnostics.filter(({ code }) => code.startsWith('extension-'));
    if (faulty.length > 0) return await sayFaulty(call, faulty);
  }
  const { tasks } = opening?.is === 'open' ? opening.opened : (opening?.faulty ?? { tasks: TASK });
  out.write(await schemaText(tasks, surroundings.home));
  return EXIT.done;
}
