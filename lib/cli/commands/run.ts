import { dirname, join } from 'node:path';
import { digestOf } from '../../base/digest.ts';
import { nonce, realClock, realFiles } from '../../io/io.ts';
import { makeWitness, type Witness } from '../../io/witness.ts';
import { type Evidence, readEvidence } from '../../run/evidence.ts';
import { runAgain } from '../../run/run-again.ts';
import type { Call } from '../call.ts';
import { findSandboxfile, searchFrom } from '../search.ts';
import { openView } from '../views.ts';

export async function run(call: Call): Promise<number> {
  if (call.options.dryRun) return await (await import('./plan.ts')).plan(call);
  const witness = { ...makeWitness(realFiles), key: keyOf(call), began: realClock.now() };
  const began = realClock.monotonic();
  const found = standing(call, witness, witness.key);
  if (found === undefined) return await (await import('../run-anew.ts')).runAnew(call, witness);
  const view = await openView(call);
  const io = { files: realFiles, clock: realClock, nonce };
  const exit = runAgain(found.evidence, { io, folder: found.folder, began, tell: (event) => view.event(event) });
  await view.end();
  return exit;
}

/** Evidence that this very invocation would find everything fresh, as the last one did. */
function standing(call: Call, { files }: Witness, key: string): { readonly evidence: Evidence; readonly folder: string } | undefined {
  const found = findSandboxfile(searchFrom(call), files);
  if (!found.ok) return undefined;
  try {
    const folder = join(realFiles.realpathSync(dirname(found.value.file)), '.sbx');
    const evidence = readEvidence(realFiles, folder, key, realClock.now());
    return evidence && { evidence, folder };
  } catch {
    return undefined; // the reader of the file says what is wrong with it
  }
}

/** All that an invocation is given. Of the environment only this digest is kept. */
function keyOf({ surroundings, words, options }: Call): string {
  const { environment, cwd, home, os, arch, cpus, node } = surroundings;
  const given = { operands: words.operands, rest: words.rest ?? [], options };
  const variables = [...environment].sort(([a], [b]) => (a < b ? -1 : 1));
  return digestOf(JSON.stringify([surroundings.version(), given, cwd, home, os, arch, cpus, node, variables]));
}
