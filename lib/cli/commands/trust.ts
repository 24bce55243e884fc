import type { Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { StopCause } from '../../run/control.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { trust as accept, fetchHostKey, type OfferedKey } from '../../ssh/trust.ts';
import { confirm } from '../ask.ts';
import { type Call, complain } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { routeOf } from '../sandboxes.ts';

/** Needs no Sandboxfile: HOST is what `host:` of a sandbox says. */
export async function trust(call: Call): Promise<number> {
  const { surroundings, options, words } = call;
  const [host = ''] = words.operands;
  const io = effectsOf(surroundings);
  const route = routeOf({ name: host, host }, { surroundings, folders: foldersOf(surroundings.environment, '/') });
  const stop = new AbortController();
  let cause: StopCause | undefined;
  const deaf = surroundings.onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    cause ??= name as StopCause;
    stop.abort(new Error(name));
  });
  try {
    let { fingerprint } = options;
    if (fingerprint === undefined) {
      const offered = await fetchHostKey(route, io, stop.signal);
      if (!offered.ok) return failed(call, offered, cause);
      const { name, type, fingerprint: shown, known } = offered.value;
      if (known) {
        call.out.write(`${name} is trusted already: ${type} ${shown}\n`);
        return EXIT.done;
      }
      call.err.write(`${name} shows ${type} ${shown}\n`);
      // `-y` is no answer to this question: nobody compared anything.
      const isSame = await confirm(surroundings, 'Is that the fingerprint that the console of the host shows?');
      if (cause !== undefined) return exitCode([], cause);
      if (!isSame) {
        call.err.write(`not trusted; once compared: sbx trust ${host} --fingerprint ${shown}\n`);
        return EXIT.failed;
      }
      fingerprint = shown;
    }
    const accepted = await accept(route, fingerprint, io, stop.signal);
    if (!accepted.ok) return failed(call, accepted, cause);
    call.out.write(`${accepted.value.name} is trusted: ${accepted.value.type} ${accepted.value.fingerprint}\n`);
    return EXIT.done;
  } finally {
    deaf();
  }
}

function failed(call: Call, result: Extract<Result<OfferedKey, Failure>, { readonly ok: false }>, cause: StopCause | undefined): number {
  if (cause === undefined) complain(call, result.error);
  return exitCode([{ is: 'failed', failure: result.error }], cause);
}
