import { dirname, join } from 'node:path';
import { digestOf } from '../../base/digest.ts';
import { type Answers, answersOf, saysTheSame } from '../../io/answers.ts';
import { type Attested, attestable } from '../../io/attested.ts';
import { nonce, realClock, realFiles } from '../../io/io.ts';
import { makeWitness } from '../../io/witness.ts';
import { type Evidence, readEvidence } from '../../run/evidence.ts';
import { runAgain } from '../../run/run-again.ts';
import type { RunWitness } from '../../run/run-request.ts';
import { isWatching } from '../agent/resident.ts';
import type { Call } from '../call.ts';
import { findSandboxfile, searchFrom } from '../search.ts';
import { openView } from '../views.ts';

/** Bytes of a memo, of some 1,500 files. */
const MUCH = 150_000;

export async function run(call: Call): Promise<number> {
  if (call.options.dryRun) return await (await import('./plan.ts')).plan(call);
  if (call.options.watch) return await (await import('./watch.ts')).watch(call);
  const { environment } = call.surroundings;
  const attested = attestable(realFiles);
  const witness: RunWitness = {
    ...makeWitness(attested.files),
    key: keyOf(call),
    began: realClock.now(),
    answers: () => answersOf(environment),
    attest: attesting(call, attested),
    drop: attested.drop,
  };
  const began = realClock.monotonic();
  const found = await standing(call, witness, attested);
  if (found === undefined) return await (await import('../run-anew.ts')).runAnew(call, witness);
  const view = await openView(call);
  const io = { files: realFiles, clock: realClock, nonce };
  const { folder } = found;
  const { run, exit } = runAgain(found.evidence, { io, folder, began, tell: (event) => view.event(event) });
  await view.end();
  return call.options.reports.length === 0 ? exit : await (await import('../reports.ts')).writeReports(call, run, { io, folder }, exit);
}

/** Evidence that this very invocation would find everything fresh, as the last one did. */
async function standing(
  call: Call,
  { files, key, attest }: RunWitness,
  attested: Attested,
): Promise<{ readonly evidence: Evidence; readonly folder: string } | undefined> {
  const { environment } = call.surroundings;
  const found = findSandboxfile(searchFrom(call), files);
  if (!found.ok) return undefined;
  try {
    const root = realFiles.realpathSync(dirname(found.value.file));
    const folder = join(root, '.sbx');
    const says = (answers: Answers): boolean => saysTheSame(environment, answers);
    const evidence = await readEvidence(attested.files, folder, { key, now: realClock.now(), says, attest: () => attest(root) });
    attested.drop();
    return evidence && { evidence, folder };
  } catch {
    return undefined; // the reader of the file says what is wrong with it
  }
}

/** Asks the resident agent, where that is quicker than a look at each file; one that does not answer, once. */
function attesting({ surroundings }: Call, attested: Attested): RunWitness['attest'] {
  let isMute = false;
  return async (root) => {
    attested.drop();
    const memo = realFiles.lstatSync(join(root, '.sbx/memo'), { throwIfNoEntry: false });
    if (isMute || (memo?.size ?? 0) < MUCH || !isWatching(surroundings)) return;
    const { askTree } = await import('../agent/ask-tree.ts');
    const attest = await askTree(surroundings, { files: realFiles, nonce }, root);
    if (attest === 'mute') isMute = true;
    else if (attest !== undefined) attested.hold(attest);
  };
}

/** All that an invocation is given, but the environment. */
function keyOf({ surroundings, words, options }: Call): string {
  const { cwd, home, os, arch, cpus, node } = surroundings;
  const given = { operands: words.operands, rest: words.rest ?? [], options };
  return digestOf(JSON.stringify([surroundings.version(), given, cwd, home, os, arch, cpus, node]));
}
