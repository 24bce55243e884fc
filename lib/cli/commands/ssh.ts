import { constants } from 'node:os';
import type { Result } from '../../base/result.ts';
import type { Exit } from '../../model/exit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Job } from '../../model/sandbox.ts';
import type { Script } from '../../model/script.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { type Call, complain, refuse } from '../call.ts';
import { type Visit, visit } from '../place.ts';
import { terminalOf } from '../terminal.ts';

const SHELL: Script = { shell: 'sh', text: 'exec "${SHELL:-/bin/sh}" -l', variables: [], source: 'a shell' };

/** A shell in the workspace, or one command: a single word is shell text, several words are taken as they are. */
export async function ssh(call: Call): Promise<number> {
  const words = call.words.rest ?? [];
  const terminal = terminalOf(call.surroundings);
  const unfit = (name: string): number | undefined =>
    words.length === 0 && terminal === undefined
      ? refuse(call, 'a shell needs a terminal', `give a command: sbx ssh ${name} -- CMD`)
      : undefined;
  const enter = async (place: Visit): Promise<number> => {
    const { arrival, session, signal } = place;
    const there = arrival.found.is === 'ours';
    if (!there) call.err.write(`there is no workspace in ${place.spec.name} yet: this is the home folder\n`);
    const job = jobOf(words, there ? arrival.workspace : '.', place);
    const ended =
      words.length === 0 && terminal !== undefined
        ? await session.terminal(job, terminal, signal)
        : await session.supervise(job, { signal, output: (chunk) => call.surroundings.stdout.write(chunk) });
    return codeOf(ended, call);
  };
  return await visit(call, call.words.operands[0], enter, unfit);
}

function jobOf(words: readonly string[], cwd: string, { spec, ground }: Visit): Job {
  const [only = ''] = words;
  const script: Script =
    words.length === 0
      ? SHELL
      : words.length === 1
        ? { shell: 'sh', text: only, variables: [], source: only }
        : { shell: 'argv', words, source: words.join(' ') };
  const nonce = ground.io.nonce();
  return { script, cwd, env: spec.env, killGrace: 2000, attempt: nonce, run: nonce };
}

/** As a shell says it: 128 and the number of the signal. */
function codeOf(ended: Result<Exit, Failure>, call: Call): number {
  if (!ended.ok) {
    if (ended.error.code === 'cancelled') return EXIT.interrupted;
    complain(call, ended.error);
    return exitCode([{ is: 'failed', failure: ended.error }], undefined);
  }
  const exit = ended.value;
  if ('code' in exit) return exit.code;
  return 128 + (constants.signals[exit.signal as NodeJS.Signals] ?? constants.signals[`SIG${exit.signal}` as NodeJS.Signals] ?? 0);
}
