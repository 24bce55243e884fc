import { type Driver, type DriverDefinition, defineDriver, type Failure, type Hypervisor, type Result } from 'sandboxfile';

/** What a driver begins as: it says what its hypervisor is, and refuses each deed until that is written. */
export const skeleton: DriverDefinition = defineDriver({
  name: 'skeleton',
  summary: 'A driver for a hypervisor whose deeds are still to be written.',
  open: (hypervisor) => driverOn(hypervisor),
});

function driverOn(hypervisor: Hypervisor): Driver {
  const refuse = async (): Promise<Result<never, Failure>> => ({
    ok: false,
    error: { code: 'capability-missing', message: 'the driver skeleton cannot do this yet' },
  });
  return {
    name: 'skeleton',
    async probe(signal) {
      // Programs run where the machines are: here, or on the far side of an SSH connection.
      const ran = await hypervisor.run(['uname', '-r'], { signal });
      if (!ran.ok) return ran;
      const version = new TextDecoder().decode(ran.value.stdout).trim();
      return { ok: true, value: { version, accelerators: [], networks: [], seeds: [] } };
    },
    bridges: async () => ({ ok: true, value: [] }),
    listOwned: async () => ({ ok: true, value: [] }),
    listAll: async () => ({ ok: true, value: [] }),
    state: async () => ({ ok: true, value: 'absent' }),
    destroy: async () => ({ ok: true, value: 'absent' }),
    waitOff: async () => ({ ok: true, value: true }),
    inspectAppliance: refuse,
    importAppliance: refuse,
    configure: refuse,
    settings: refuse,
    notes: refuse,
    note: refuse,
    seed: refuse,
    start: refuse,
    endpoint: refuse,
    requestShutdown: refuse,
    powerOff: refuse,
    diagnostics: async () => ({ ok: true, value: { state: 'absent', serial: [], said: [] } }),
  };
}
