import { err, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { LinkNews, Sandbox, Session } from '../model/sandbox.ts';
import { connectRoute } from './connect.ts';
import { type PatienceSettings, patienceOf } from './patience.ts';
import type { Resident } from './resident/resident.ts';
import type { LentRoute } from './resident/words.ts';
import type { Route } from './route.ts';
import { openSession } from './session.ts';

export interface SshSettings extends Route, PatienceSettings {
  /** Name of the sandbox. */
  readonly name: string;
}

/** The first program over a borrowed link, where a shell waits for it: the computer may have slept, or changed its network, since the link was used. Milliseconds. */
const LENT_ARRIVAL = 5000;

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
    const over = { io, patience: patienceOf(settings), signal, dial, news };
    const lent = await resident?.borrow(route, signal, note);
    const session = lent && (await openSession(lent, { ...over, arrival: LENT_ARRIVAL }));
    if (session?.ok) return session; // whatever it was otherwise, the way without it says it better
    if (session?.error.code === 'unreachable') note('a connection of the resident agent of sbx does not answer: going on without it');
    const link = await dial(signal);
    if (!link.ok) return link;
    resident?.offer(route);
    return await openSession(link.value, over);
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
