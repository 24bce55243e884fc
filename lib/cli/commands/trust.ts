import type { Failure } from '../../model/failure.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { trust as accept, fetchHostKey } from '../../ssh/trust.ts';
import { confirm } from '../ask.ts';
import { type Call, complain } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { routeOf } from '../sandboxes.ts';
import { stoppable } from '../stoppable.ts';

/** Needs no Sandboxfile: HOST is what `host:` of a sandbox says. */
export async function trust(call: Call): Promise<number> {
  const { surroundings, options, words } = call;
  const [host = ''] = words.operands;
  const { tunnel } = options;
  const io = effectsOf(surroundings);
  const route = routeOf(
    { name: host, host, ...(tunnel === undefined ? {} : { tunnel }) },
    { surroundings, folders: foldersOf(surroundings.environment, '/') },
  );
  return await stoppable(surroundings, async (signal) => {
    const failed = ({ error }: { readonly error: Failure }): number => {
      if (!signal.aborted) complain(call, error);
      return exitCode([{ is: 'failed', failure: error }], undefined);
    };
    let { fingerprint } = options;
    if (fingerprint === undefined) {
      const offered = await fetchHostKey(route, io, signal);
      if (!offered.ok) return failed(offered);
      const { name, type, fingerprint: shown, known } = offered.value;
      if (known) {
        call.out.write(`${name} is trusted already: ${type} ${shown}\n`);
        return EXIT.done;
      }
      call.err.write(`${name} shows ${type} ${shown}\n`);
      // `-y` is no answer to this question: nobody compared anything.
      const isSame = await confirm(surroundings, 'Is that the fingerprint that the console of the host shows?');
      if (!isSame) {
        if (!signal.aborted)
          call.err.write(
            `not trusted; once compared: sbx trust ${host}${tunnel === undefined ? '' : ` --tunnel ${tunnel}`} --fingerprint ${shown}\n`,
          );
        return EXIT.failed;
      }
      fingerprint = shown;
    }
    const accepted = await accept(route, fingerprint, io, signal);
    if (!accepted.ok) return failed(accepted);
    call.out.write(`${accepted.value.name} is trusted: ${accepted.value.type} ${accepted.value.fingerprint}\n`);
    return EXIT.done;
  });
}
