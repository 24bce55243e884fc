import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { LinkNews, Sandbox, Session } from '../model/sandbox.ts';
import { AheadLink } from './ahead.ts';
import { connectRoute } from './connect.ts';
import { Early } from './early.ts';
import type { AskPassphrase } from './identities.ts';
import { type PatienceSettings, patienceOf } from './patience.ts';
import type { Resident } from './resident/resident.ts';
import type { LentRoute } from './resident/words.ts';
import type { Route } from './route.ts';
import { openSession } from './session.ts';

export interface SshSettings extends Route, PatienceSettings {
  /** Name of the sandbox. */
  readonly name: string;
}

/** A link, and whether it is the agent's. */
interface Way extends AsyncDisposable {
  readonly link: AheadLink;
  readonly isLent: boolean;
}

/** The first program over a borrowed link, where a shell waits for it: the computer may have slept, or changed its network, since the link was used. Milliseconds. */
const LENT_ARRIVAL = 5000;

type Note = (text: string) => void;

/** A host reached by SSH, over a link of the resident agent if it has one. Nothing is read and nothing is dialled before `connect`, or `ahead`. */
export function sshSandbox(settings: SshSettings, io: Io, resident?: Resident): Sandbox {
  const { named, user, tunnel, from, state, at } = settings;
  const route: LentRoute = { named, user, tunnel, from, state, ...(at === undefined ? {} : { at }) };
  let early: Early<Way> | undefined;
  const dial = async (signal: AbortSignal, note: Note, ask?: AskPassphrase): Promise<Result<Way, Failure>> => {
    const link = await connectRoute({ ...settings, note, ask: ask ?? settings.ask }, io, signal);
    return link.ok ? ok(wayOver(new AheadLink(link.value), false)) : link;
  };
  const find = async (signal: AbortSignal, note: Note, ask?: AskPassphrase): Promise<Result<Way, Failure>> => {
    const lent = await resident?.borrow(route, signal, note);
    return lent === undefined ? await dial(signal, note, ask) : ok(wayOver(new AheadLink(lent), true));
  };
  const reach = async (signal: AbortSignal, note: Note, news?: (news: LinkNews) => void): Promise<Result<Session, Failure>> => {
    const again = (stop: AbortSignal) => connectRoute({ ...settings, note }, io, stop);
    const over = { io, patience: patienceOf(settings), signal, dial: again, news };
    const begun = await early?.take(signal, note);
    early = undefined;
    const isLost = begun?.ok && begun.value.link.lost.aborted;
    const found = begun === undefined || isLost ? await find(signal, note) : begun;
    if (!found.ok) return found;
    const { link, isLent } = found.value;
    const lent = isLent ? await openSession(link, { ...over, arrival: LENT_ARRIVAL }) : undefined;
    if (lent?.ok) return lent; // whatever it was otherwise, the way without it says it better
    if (lent?.error.code === 'unreachable') note('a connection of the resident agent of sbx does not answer: going on without it');
    const own = isLent ? await dial(signal, note) : found;
    if (!own.ok) return own;
    resident?.offer(route);
    return await openSession(own.value.link, over);
  };
  return {
    name: settings.name,
    kind: 'ssh',
    target: settings.named,
    ahead: (drop) => {
      early = new Early(drop, ({ signal, note, wanted }) => {
        const ask = settings.ask && (async (...question: Parameters<AskPassphrase>) => wanted.then(() => settings.ask?.(...question)));
        return find(signal, note, ask);
      });
    },
    connect: async (signal, note = () => {}, _known, news) => {
      const session = await reach(signal, note, news);
      return session.ok ? session : err({ ...session.error, sandbox: settings.name });
    },
  };
}

function wayOver(link: AheadLink, isLent: boolean): Way {
  return { link, isLent, [Symbol.asyncDispose]: () => Promise.resolve(link[Symbol.asyncDispose]()) };
}
