import { realFiles } from '../../io/io.ts';
import { SILENT } from '../../view/sink.ts';
import { canAsk } from '../ask.ts';
import { type Call, refuse } from '../call.ts';
import { openGiven } from '../given.ts';
import { isNarrowed } from '../narrow.ts';
import { open } from '../open.ts';
import { wrongVariable } from '../run-anew.ts';
import { findSandboxfile, searchFrom } from '../search.ts';

/** Runs, and runs again whenever something changes, until it is told to end. */
export async function watch(call: Call): Promise<number> {
  const wrong = wrongVariable(call);
  if (wrong !== undefined) return wrong;
  if (isNarrowed(call.options)) return refuse(call, '--watch runs what is affected anyway: --affected and --failed do not go with it');
  if (call.options.audit) return refuse(call, '--audit looks at one run: it does not go with --watch');
  const found = findSandboxfile(searchFrom(call), realFiles);
  if (!found.ok) return refuse(call, found.error.message, found.error.hint);
  const { file, folder } = found.value;
  const named: Call = { ...call, found: file };
  const wish = { named: call.words.operands, args: call.words.rest ?? [], keeps: true } as const;
  const opening = canAsk(call.surroundings) ? await open({ ...named, err: SILENT }, wish) : undefined;
  // What is missing is asked for once. All else that is wrong is said by whoever waits for it to be mended.
  const lacks = opening?.is === 'open' && opening.opened.project.lacking.size > 0;
  const given = lacks ? await openGiven(named, { ...wish, asks: true }) : undefined;
  if (typeof given === 'number') return given;
  const { Watch } = await import('../watch/watch.ts');
  return await new Watch(given?.call ?? named, realFiles.realpathSync(folder)).go();
}
