import type { MachinePlace } from './open.ts';
import type { MachineSandbox } from './sandbox.ts';

interface Kept {
  readonly text: string;
  readonly sandbox: MachineSandbox;
  /** As rounds see it. */
  readonly shown: MachineSandbox;
}

/** The machines of a watch. What one round brings up is there for the next; they are left when the watch ends, or when the file says something else of them. */
export class KeptMachines {
  readonly #kept = new Map<string, Kept>();

  of(spec: MachinePlace['spec'], make: () => MachineSandbox): MachineSandbox {
    const text = JSON.stringify(spec);
    const before = this.#kept.get(spec.name);
    if (before?.text === text) return before.shown;
    const sandbox = make();
    const { leave: _, ...stays } = sandbox;
    const changed = async (): Promise<void> => before?.sandbox.leave?.(() => {});
    const shown: MachineSandbox = {
      ...stays,
      machine: async (signal) => {
        await changed();
        return sandbox.machine(signal);
      },
      connect: async (signal, note, known, link) => {
        await changed();
        return sandbox.connect(signal, note, known, link);
      },
    };
    this.#kept.set(spec.name, { text, sandbox, shown });
    return shown;
  }

  async end(note: (text: string) => void): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ sandbox }) => sandbox.leave?.((text) => note(`${sandbox.name}: ${text}`))));
    this.#kept.clear();
  }
}
