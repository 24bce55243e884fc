import { err } from '../base/result.ts';
import type { Io } from '../model/io.ts';
import type { Sandbox } from '../model/sandbox.ts';
import { connectRoute } from './connect.ts';
import { type PatienceSettings, patienceOf } from './patience.ts';
import type { Route } from './route.ts';
import { openSession } from './session.ts';

export interface SshSettings extends Route, PatienceSettings {
  /** Name of the sandbox. */
  readonly name: string;
}

/** A host reached by SSH. Nothing is read and nothing is dialled before `connect`. */
export function sshSandbox(settings: SshSettings, io: Io): Sandbox {
  return {
    name: settings.name,
    kind: 'ssh',
    target: settings.named,
    connect: async (signal, note, _known, news) => {
      const dial = (stop: AbortSignal) => connectRoute({ ...settings, note }, io, stop);
      const link = await dial(signal);
      const session = link.ok ? await openSession(link.value, { io, patience: patienceOf(settings), signal, dial, news }) : link;
      return session.ok ? session : err({ ...session.error, sandbox: settings.name });
    },
  };
}
