import { join } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { Project } from '../../model/project.ts';
import { entriesIn } from '../../run/entries.ts';
import { EXIT } from '../../run/exit-code.ts';
import type { Call } from '../call.ts';
import type { OpenedProfile } from './profile.ts';

/** Runs the steps that the profile has as its default, in the project here, as `sbx run` would; gives the files that they made, which stay. */
export async function build(call: Call, { project, tasks, drivers }: OpenedProfile, io: Io): Promise<Result<readonly string[], Failure>> {
  const { runProject } = await import('../run-anew.ts');
  // What the run shows is no answer of this command.
  const { format: _, ...options } = call.options;
  const shown: Call = { ...call, out: call.err, options: { ...options, json: false, reports: [] } };
  const { exit } = await runProject(shown, { project, tasks, drivers }, project.default, {});
  if (exit !== EXIT.done) return err({ code: 'command-failed', message: `the steps of the profile ended with exit code ${exit}` });
  return ok(madeBy(project, io));
}

/** What lies in the folders that the steps put their products into. */
function madeBy({ root, steps, default: names }: Project, { files }: Io): readonly string[] {
  const folders = names.flatMap((name) => {
    const step = steps.get(name);
    return typeof step?.fields.to === 'string' ? [join(root, step.dir, step.fields.to)] : [];
  });
  return folders.flatMap((folder) => entriesIn(files, folder).map(({ path }) => path)).sort();
}
