import { err, ok, type Result } from '../../base/result.ts';
import { atMost, limitOf } from '../../io/limit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import { CANCELLED, lateFailure } from '../failures.ts';
import type { HostSettings } from '../host.ts';
import type { Link } from '../link.ts';
import { deadlineOf, keepaliveOf, type Route, timeToConnect } from '../route.ts';
import { startMaster } from './master.ts';
import { joinMaster, type Shared } from './mux.ts';
import { configText } from './options.ts';
import { endOf } from './said.ts';
import { SystemLink } from './system-link.ts';

/** How long the user's own master may take to answer: one that does not may hang on a dead connection. Milliseconds. */
const KNOCK = 2000;

/** A link through an ssh of ours, which judges keys and logs in as the user's would, but never takes an unknown host key. */
export async function systemLink(
  route: Route,
  settings: HostSettings,
  why: string,
  io: Io,
  signal: AbortSignal,
): Promise<Result<Link, Failure>> {
  const keepalive = keepaliveOf(route, settings.keepalive);
  const patience = timeToConnect(route, settings);
  const time = deadlineOf(patience);
  const { ask, note } = route;
  const config = configText(settings, route.state, { files: settings.configFiles, user: settings.user, asks: ask !== undefined });
  try {
    const master = await startMaster({ settings, config, keepalive, patience, time, ask, note }, io, signal);
    if (!master.ok) return master;
    const { path, said, ended, stop } = master.value;
    const label = `${settings.user}@${settings.hostname}:${settings.port}`;
    const shared = await joinMaster(path, AbortSignal.any([signal, time.deadline]));
    if (!shared.ok) {
      await stop();
      if (signal.aborted) return err(CANCELLED);
      if (time.deadline.aborted) return err(lateFailure(label, 'login', patience));
      return err({ code: 'ssh-config', message: `${label}: the ssh here does not share its connection (${shared.error})` });
    }
    // Once it has ended it has said why; where it goes on without us, nothing more is to be heard.
    const end = async (): Promise<Failure> => {
      await atMost(KNOCK, ended);
      return endOf(said(), label);
    };
    return ok(new SystemLink({ ...shared.value, label, carrier: `the system's ssh, since ${why}`, keepalive, end, stop }, io.clock));
  } finally {
    time.stop();
  }
}

/** A link in the connection that the user's own ssh keeps open; undefined where none answers. */
export async function borrowedLink(
  route: Route,
  settings: HostSettings,
  path: string,
  io: Io,
  signal: AbortSignal,
): Promise<Link | undefined> {
  using limit = limitOf(signal, KNOCK);
  const shared = await joinMaster(path, limit.signal);
  if (!shared.ok) return undefined;
  if (!(await answers(shared.value, limit.signal))) {
    shared.value.socket.destroy();
    return undefined;
  }
  const label = `${settings.user}@${settings.hostname}:${settings.port}`;
  const end = async (): Promise<Failure> => endOf('the ssh that shares its connection has ended', label);
  const keepalive = keepaliveOf(route, settings.keepalive);
  return new SystemLink({ ...shared.value, label, carrier: 'an ssh of yours, since it shares its connection', keepalive, end }, io.clock);
}

/** Whether the far side opens a channel: a connection may be dead without its master knowing. */
async function answers({ connection }: Shared, until: AbortSignal): Promise<boolean> {
  const late = new Promise<undefined>((resolve) => until.addEventListener('abort', () => resolve(undefined), { once: true }));
  const opened = await Promise.race([connection.open('session'), late]);
  if (opened?.ok) opened.value.close();
  return opened !== undefined;
}
