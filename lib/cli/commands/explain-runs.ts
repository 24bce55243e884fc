import { dirname } from 'node:path';
import type { PastRun } from '../../model/past-run.ts';
import type { StepId } from '../../model/project.ts';
import { expressionsOf } from '../../model/script.ts';
import { EXIT } from '../../run/exit-code.ts';
import { openMemory } from '../../run/memory.ts';
import { openPast } from '../../run/past.ts';
import { pastRun } from '../../run/past-run.ts';
import { runChanges } from '../../run/run-changes.ts';
import { timeOfRun } from '../../run/run-name.ts';
import { runChangesJson, runChangesText } from '../../view/run-changes.ts';
import { SILENT } from '../../view/sink.ts';
import { type Call, refuse } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';
import { oneRun, sayTorn } from '../one-run.ts';
import { open } from '../open.ts';

/** How two runs differ, whatever the Sandboxfile says by now. */
export async function explainRuns(call: Call): Promise<number> {
  const folders = projectFolders(call);
  if (typeof folders === 'number') return folders;
  const { surroundings, words, options, out, err } = call;
  const io = effectsOf(surroundings);
  const runs: PastRun[] = [];
  const other = words.operands.find((name) => timeOfRun(name) === undefined);
  if (other !== undefined) return refuse(call, `${other} is no run`, 'sbx explain takes a step, or two runs');
  for (const name of words.operands) {
    const found = oneRun(call, io.files, folders, name);
    if (typeof found === 'number') return found;
    sayTorn(call, found);
    runs.push(pastRun(found.run, found.journal));
  }
  const [former, latter] = runs as [PastRun, PastRun];
  const { os, arch } = surroundings;
  const warn = (text: string): void => err.write(`warning: ${text}\n`);
  const memory = openMemory({
    io,
    project: { root: dirname(folders.project), sandboxes: new Map() },
    folders,
    here: { os, arch },
    warn,
    mode: 'read',
  });
  const expressions = await expressionsNow(call);
  const changes = runChanges(former, latter, openPast(io.files, folders.project, memory), expressions);
  const explained = { former, latter, ...changes, expressions, now: io.clock.now() };
  out.write(options.json ? runChangesJson(explained) : runChangesText(explained, await call.paint()));
  return EXIT.done;
}

/** What the variables of commands stand for, as far as the file that is there now tells. */
async function expressionsNow(call: Call): Promise<(step: StepId) => ReadonlyMap<string, string>> {
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  const steps = opening.is === 'open' ? opening.opened.project.steps : undefined;
  return (step) => expressionsOf(steps?.get(step)?.script);
}
