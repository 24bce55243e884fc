import { dirname, resolve } from 'node:path';
import { TASK } from '../../../tasks/index.ts';
import { nonce, realFiles } from '../../io/io.ts';
import { EXIT } from '../../run/exit-code.ts';
import { type Call, refuse } from '../call.ts';
import { planInit, writeInit } from '../init/init.ts';
import { keepSchema } from '../init/modeline.ts';
import { schemaText } from '../schema-text.ts';

/** Writes a Sandboxfile for the project in the folder, or with `-n` shows it, and says why it is this one. */
export async function init(call: Call): Promise<number> {
  const { options, surroundings } = call;
  const planned = planInit(resolve(surroundings.cwd, options.directory ?? '.'), realFiles);
  if (!planned.ok) return refuse(call, planned.error.message, planned.error.hint);
  const { file, text, why } = planned.value;
  if (options.dryRun) {
    call.out.write(text);
    return EXIT.done;
  }
  const written = writeInit(planned.value, realFiles);
  if (!written.ok) return refuse(call, written.error.message, written.error.hint);
  await keepSchema({ files: realFiles, nonce }, { root: dirname(file), file }, () => schemaText(TASK, surroundings.home));
  const reasons = options.level === 'quiet' ? '' : why.map((sentence) => `${sentence}\n`).join('');
  call.out.write(`${reasons}wrote ${file}\n`);
  if (options.level !== 'quiet') call.out.write('next: sbx list\n');
  return EXIT.done;
}
