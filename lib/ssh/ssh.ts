import { err } from '../base/result.ts';
import type { Io } from '../model/io.ts';
import type { Sandbox } from '../model/sandbox.ts';
import { connectRoute, type Route } from './connect.ts';
import { BEAT, ownerTag, SILENCE } from './patience.ts';
import { openSession } from './session.ts';

export interface SshSettings extends Route {
  /** Name of the sandbox. */
  readonly name: string;
  /** Milliseconds that supervised work goes on after the link was lost. */
  readonly grace: number;
  /** Whose remote work it is, the same in every run of one checkout: what its dead runs left is ended on the next connect. */
  readonly owner: string;
  /** Milliseconds between heartbeats, and without one until the far side counts the link as lost. */
  readonly beat?: number;
  readonly silence?: number;
}

/** A host reached by SSH. Nothing is read and nothing is dialled before `connect`. */
export function sshSandbox(settings: SshSettings, io: Io): Sandbox {
  return {
    name: settings.name,
    kind: 'ssh',
    target: settings.named,
    connect: async (signal) => {
      const patience = {
        grace: settings.grace,
        beat: settings.beat ?? BEAT,
        silence: settings.silence ?? SILENCE,
        owner: ownerTag(settings.owner),
      };
      const link = await connectRoute(settings, io, signal);
      const session = link.ok ? await openSession(link.value, io, patience, signal) : link;
      return session.ok ? session : err({ ...session.error, sandbox: settings.name });
    },
  };
}
