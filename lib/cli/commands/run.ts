import { dirname, join } from 'node:path';
import { digestOf } from '../../base/digest.ts';
import { answersOf, saysTheSame } from '../../io/answers.ts';
import { nonce, realClock, realFiles } from '../../io/io.ts';
import { makeWitness, type Witness } from '../../io/witness.ts';
import { type Evidence, readEvidence } from '../../run/evidence.ts';
import { runAgain } from '../../run/run-again.ts';
import type { Call } from '../call.ts';
import { findSandboxfile, searchFrom } from '../search.ts';
import { openView } from '../views.ts';

export async function run(call: Call): Promise<number> {
  if (call.options.dryRun) return await (await import('./plan.ts')).plan(call);
  if (call.options.watch) return await (await import('./watch.ts')).watch(call);
  const { environment } = call.surroundings;
  const witness = { ...makeWitness(realFiles), key: keyOf(call), began: realClock.now(), answers: () => answersOf(environment) };
  const began = realClock.monotonic();
  const found = standing(call, witness, witness.key);
  if (found === undefined) return await (await import('../run-anew.ts')).runAnew(call, witness);
  const view = await openView(call);
  const io = { files: realFiles, clock: realClock, nonce };
  const { folder } = found;
  const { run, exit } = runAgain(found.evidence, { io, folder, began, tell: (event) => view.event(event) });
  await view.end();
  return call.options.reports.length === 0 ? exit : await (await import('../reports.ts')).writeReports(call, run, { io, folder }, exit);
}

/** Evidence that this very invocation would find everything fresh, as the last one did. */
function standing(call: Call, { files }: Witness, key: string): { readonly evidence: Evidence; readonly folder: string } | undefined {
  const { environment } = call.surroundings;
  const found = findSandboxfile(searchFrom(call), files);
  if (!found.ok) return undefined;
  try {
    const folder = join(realFiles.realpathSync(dirname(found.value.file)), '.sbx');
    const evidence = readEvidence(realFiles, folder, { key, now: realClock.now(), says: (answers) => saysTheSame(environment, answers) });
    return evidence && { evidence, folder };
  } catch {
    return undefined; // the reader of the file says what is wrong with it
  }
}

/** All that an invocation is given, but the environment. */
function keyOf({ surroundings, words, options }: Call): string {
  const { cwd, home, os, arch, cpus, node } = surroundings;
  const given = { operands: words.operands, rest: words.rest ?? [], options };
  return digestOf(JSON.stringify([surroundings.version(), given, cwd, home, os, arch, cpus, node]));
}
