import { err, ok } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Hypervisor, Ran } from '../model/machine.ts';
import type { Session } from '../model/sandbox.ts';

// Knows nothing of machines, nor whether the place is here or far: the port of sandboxes hides it.

/** $1 path. What is there stays whole until the new one is, and nobody else can read either. */
const WRITE = 'umask 077; t="$1.$$.tmp"; cat >"$t" && mv -f -- "$t" "$1" || { rm -f -- "$t"; exit 1; }';
/** $1 path. */
const READ = '[ -e "$1" ] || exit 44; cat -- "$1"';
const ABSENT = 44;

/** The hypervisor of the computer that a session is on: `local`, or a host reached by SSH. */
export function hypervisorIn(name: string, session: Pick<Session, 'program'>): Hypervisor {
  const run: Hypervisor['run'] = async (words, { signal, stdin }) => {
    const end = await session.program('exec "$@"', words, { signal, ...(stdin === undefined ? {} : { stdin: once(stdin) }) });
    return end.ok ? ok(end.value) : end;
  };
  return {
    name,
    run,
    write: async (path, content, signal) => {
      const ran = await run(['sh', '-c', WRITE, 'sh', path], { signal, stdin: content });
      if (!ran.ok) return ran;
      return succeeded(ran.value) ? ok(undefined) : err(failed(name, 'write', path, ran.value));
    },
    read: async (path, signal) => {
      const ran = await run(['sh', '-c', READ, 'sh', path], { signal });
      if (!ran.ok) return ran;
      if (succeeded(ran.value)) return ok(ran.value.stdout);
      return exitCode(ran.value) === ABSENT ? ok(undefined) : err(failed(name, 'read', path, ran.value));
    },
  };
}

/** Only an exit of 0 is success, an end by signal never. */
export function succeeded({ exit }: Ran): boolean {
  return 'code' in exit && exit.code === 0;
}

/** Undefined: ended by a signal. */
export function exitCode({ exit }: Ran): number | undefined {
  return 'code' in exit ? exit.code : undefined;
}

/** What a program said last, for a failure. */
export function lastLines(text: string, most = 10): readonly string[] {
  return text.trim() === '' ? [] : text.trim().split(/\r?\n/).slice(-most);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function failed(name: string, verb: string, path: string, ran: Ran): Failure {
  const full = /No space left|quota exceeded/.test(ran.stderr);
  const where = name === 'local' ? '' : ` on ${name}`;
  const said: Pick<Failure, 'message' | 'lastLines'> = { message: `cannot ${verb} ${path}${where}`, lastLines: lastLines(ran.stderr) };
  return { code: full && name !== 'local' ? 'far-side-full' : name === 'local' ? 'local-io' : 'hypervisor-failed', ...said };
}
