import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Hypervisor, MachineId, Ran } from '../../model/machine.ts';
import { checkId } from '../checks.ts';
import { exitCode, lastLines, succeeded } from '../hypervisor.ts';
import { readInfo } from './output.ts';
import { EXITS, INFO, LOCK_TRIES } from './programs.ts';

export interface VirtualBoxOptions {
  /** VBoxManage as it is found on the hypervisor's computer: a name on its PATH, or a path. */
  readonly program?: string;
  /** For what sbx keeps of machines there, absolute; absent: `$XDG_STATE_HOME/sbx/virtualbox`. */
  readonly folder?: string;
  /** How often a lock is asked for, each time after a tenth of a second. */
  readonly lockTries?: number;
}

type Words = readonly (string | number)[];

/** Runs our programs around VBoxManage. */
export interface VirtualBoxPlace {
  readonly hypervisor: Hypervisor;
  ask(program: string, id: MachineId | undefined, words: Words, signal: AbortSignal, stdin?: Uint8Array): Promise<Result<string, Failure>>;
  info(id: MachineId, signal: AbortSignal): Promise<Result<ReadonlyMap<string, string>, Failure>>;
}

export function virtualBoxPlace(hypervisor: Hypervisor, options: VirtualBoxOptions): VirtualBoxPlace {
  const { program: tool = 'VBoxManage', folder = '', lockTries = LOCK_TRIES } = options;
  const ask: VirtualBoxPlace['ask'] = async (program, id, words, signal, stdin) => {
    const checked = id === undefined ? ok(undefined) : checkId(id);
    if (!checked.ok) return checked;
    const streams = { signal, ...(stdin === undefined ? {} : { stdin }) };
    const all = ['sh', '-c', program, 'sh', tool, folder, String(lockTries), id ?? '', ...words.map(String)];
    const ran = await hypervisor.run(all, streams);
    if (!ran.ok) return ran;
    return succeeded(ran.value) ? ok(Buffer.from(ran.value.stdout).toString()) : err(failureOf(tool, id, ran.value));
  };
  return {
    hypervisor,
    ask,
    info: async (id, signal) => {
      const said = await ask(INFO, id, [], signal);
      return said.ok ? ok(readInfo(said.value)) : said;
    },
  };
}

/** Contents of files for a program that reads each as a line of base64. */
export function inLines(contents: Iterable<Uint8Array>): Uint8Array {
  return Buffer.from([...contents].map((one) => `${Buffer.from(one).toString('base64')}\n`).join(''));
}

function failureOf(tool: string, id: MachineId | undefined, ran: Ran): Failure {
  const machine = `machine ${id}`;
  switch (exitCode(ran)) {
    case EXITS.absent:
      return { code: 'machine-absent', message: `there is no ${machine}` };
    case EXITS.foreign:
      return { code: 'machine-foreign', message: `${machine} belongs to somebody else: nothing was done to it` };
    case EXITS.running:
      return { code: 'machine-state', message: `${machine} is not off` };
    case EXITS.half:
      return { code: 'machine-state', message: `${machine} was not finished`, hint: 'import it again, or destroy it' };
    case EXITS.children:
      return { code: 'machine-state', message: `linked clones hang on ${machine}`, hint: 'destroy them first' };
    case EXITS.taken:
      return { code: 'machine-foreign', message: 'VirtualBox has a machine of that name already', hint: 'choose another name' };
    case EXITS.unfit:
      return { code: 'hypervisor-unfit', message: `there is no ${tool} where the machines are`, hint: 'install VirtualBox there' };
    case EXITS.busy:
      return { code: 'machine-busy', message: `something else has ${machine}: another sbx, or a window of VirtualBox` };
    default:
      return { code: 'hypervisor-failed', message: 'VirtualBox did not do what it was told', lastLines: lastLines(ran.stderr) };
  }
}
