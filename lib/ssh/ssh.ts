import { err, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { LinkNews, Sandbox, Session } from '../model/sandbox.ts';
import { connectRoute } from './connect.ts';
import type { Link } from './link.ts';
import { type PatienceSettings, patienceOf } from './patience.ts';
import type { Resident } from './resident/resident.ts';
import type { LentRoute } from './resident/words.ts';
import type { Route } from './route.ts';
import { openSession } from './session.ts';

export interface SshSettings extends Route, PatienceSettings {
  /** Name of the sandbox. */
  readonly name: string;
}

/** A host reached by SSH, over a link of the resident agent if it has one. Nothing is read and nothing is dialled before `connect`. */
export function sshSandbox(settings: SshSettings, io: Io, resident?: Resident): Sandbox {
  const { named, user, tunnel, from, state, at } = settings;
  const route: LentRoute = { named, user, tunnel, from, state, ...(at === undefined ? {} : { at }) };
  const reach = async (
    signal: AbortSignal,
    note: (text: string) => void,
    news?: (news: LinkNews) => void,
  ): Promise<Result<Session, Failure>> => {
    const dial = (stop: AbortSignal) => connectRoute({ ...settings, note }, io, stop);
    const sessionOver = (link: Link) => openSession(link, { io, patience: patienceOf(settings), signal, dial, news });
    const lent = await resident?.borrow(route, signal, note);
    const session = lent && (await sessionOver(lent));
    if (session?.ok) return session; // whatever it was otherwise, the way without it says it better
    const link = await dial(signal);
    if (!link.ok) return link;
    resident?.offer(route);
    return await sessionOver(link.value);
  };
  return {
    name: settings.name,
    kind: 'ssh',
    target: settings.named,
    connect: async (signal, note = () => {}, _known, news) => {
      const session = await reach(signal, note, news);
      return session.ok ? session : err({ ...session.error, sandbox: settings.name });
    },
  };
}
