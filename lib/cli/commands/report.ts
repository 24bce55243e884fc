import { relative } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import { type Call, complain } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';
import { oneRun, sayTorn } from '../one-run.ts';
import { FILE_OF, isReport, reportIn } from '../reports.ts';
import { writeOut } from '../write-out.ts';

export async function report(call: Call): Promise<number> {
  const { options, surroundings } = call;
  const folders = projectFolders(call);
  if (typeof folders === 'number') return folders;
  const io = effectsOf(surroundings);
  const found = oneRun(call, io.files, folders);
  if (typeof found === 'number') return found;
  const { run, journal } = found;
  const format = options.json ? 'json' : isReport(options.format) ? options.format : 'html';
  const text = await reportIn(format, journal.events, { io, folder: folders.project, home: surroundings.home });
  if (text === undefined) {
    complain(call, { message: `the run ${run} ended before it began: there is nothing to report` });
    return EXIT.failed;
  }
  sayTorn(call, found);
  const own = `${folders.project}/runs/${run}/${FILE_OF[format]}`;
  const trouble = writeOut(call, text, options.to ?? (options.json ? '-' : own), options.to === undefined ? 0o600 : undefined);
  if (trouble !== undefined) return trouble;
  if (options.to === undefined && !options.json) call.out.write(`${relative(surroundings.cwd, own)}\n`);
  return EXIT.done;
}
