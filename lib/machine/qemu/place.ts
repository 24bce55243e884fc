import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Hypervisor, MachineId, Ran } from '../../model/machine.ts';
import { checkId } from '../checks.ts';
import { exitCode, lastLines, succeeded } from '../hypervisor.ts';
import { EXITS } from './programs.ts';

/** Runs our programs on the folders of machines. */
export interface QemuPlace {
  readonly hypervisor: Hypervisor;
  /** What a program said; how it ended otherwise is a failure of its own. */
  ask(
    program: string,
    id: MachineId | undefined,
    words: readonly string[],
    signal: AbortSignal,
    stdin?: Uint8Array,
  ): Promise<Result<string, Failure>>;
  /** Answers of QEMU, in order; seconds to wait for each. */
  converse(id: MachineId, talk: Talk, signal: AbortSignal): Promise<Result<readonly unknown[], Failure>>;
}

interface Talk {
  readonly program: string;
  readonly seconds: number;
  readonly commands: readonly object[];
}

/** `folder` holds all machines, absolute; absent: `$XDG_STATE_HOME/sbx/machines` there. */
export function qemuPlace(hypervisor: Hypervisor, folder = ''): QemuPlace {
  const ask: QemuPlace['ask'] = async (program, id, words, signal, stdin) => {
    const checked = id === undefined ? ok(undefined) : checkId(id);
    if (!checked.ok) return checked;
    const streams = { signal, ...(stdin === undefined ? {} : { stdin }) };
    const ran = await hypervisor.run(['sh', '-c', program, 'sh', folder, id ?? '', ...words], streams);
    if (!ran.ok) return ran;
    return succeeded(ran.value) ? ok(Buffer.from(ran.value.stdout).toString()) : err(failureOf(id, ran.value));
  };
  return {
    hypervisor,
    ask,
    converse: async (id, { program, seconds, commands }, signal) => {
      const said = await ask(program, id, [String(seconds), ...commands.map((one) => JSON.stringify(one))], signal);
      return understood(said, (text) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map(answerIn),
      );
    },
  };
}

/** What was said, read by who may throw where it is not what it should be: the other computer, or QEMU dying, may say anything. */
export function understood<T>(said: Result<string, Failure>, read: (text: string) => T): Result<T, Failure> {
  if (!said.ok) return said;
  try {
    return ok(read(said.value));
  } catch {
    return err({ code: 'hypervisor-failed', message: 'QEMU says what cannot be understood', lastLines: lastLines(said.value, 3) });
  }
}

/** What QEMU answered, of a line that it did so in. */
export function answerIn(line: string): unknown {
  return (JSON.parse(line) as { readonly return: unknown }).return;
}

/** A command of QEMU's own monitor: what it says is an error, and nothing is success. */
export function monitor(line: string): object {
  return { execute: 'human-monitor-command', arguments: { 'command-line': line } };
}

function failureOf(id: MachineId | undefined, ran: Ran): Failure {
  const said = lastLines(ran.stderr);
  switch (exitCode(ran)) {
    case EXITS.absent:
      return { code: 'machine-absent', message: `there is no machine ${id}` };
    case EXITS.foreign:
      return { code: 'machine-foreign', message: `machine ${id} belongs to somebody else: nothing was done to it` };
    case EXITS.running:
      return { code: 'machine-state', message: `machine ${id} is not off` };
    case EXITS.off:
      return { code: 'machine-state', message: `machine ${id} does not run` };
    case EXITS.half:
      return { code: 'machine-state', message: `the import of machine ${id} was not finished`, hint: 'import it again, or destroy it' };
    case EXITS.taken:
      return { code: 'machine-state', message: `machine ${id} has snapshots: its disks cannot be shared` };
    case EXITS.busy:
      return { code: 'machine-busy', message: `another process changes machine ${id} at this moment` };
    default: {
      const full = said.find((line) => /No space left|quota exceeded/i.test(line));
      const message = `QEMU did not do what it was told${id === undefined ? '' : ` with machine ${id}`}${full === undefined ? '' : ': the disk is full'}`;
      return { code: 'hypervisor-failed', message, lastLines: said };
    }
  }
}
