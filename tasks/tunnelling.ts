import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../lib/base/result.ts';
import { joinStreams } from '../lib/io/join-streams.ts';
import { limitOf } from '../lib/io/limit.ts';
import { listenerAt } from '../lib/io/listener.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Ports, Session } from '../lib/model/sandbox.ts';
import type { Produced, RunScope } from '../lib/task.ts';

/** So long a port that our own lost link held may be in use there yet, and one try to reach its end may take. Milliseconds. */
const LETTING_GO = 60_000;
const TRY = 5000;

/** The port that is listened on, on which side, and where it leads on the other. */
export interface Way {
  readonly there: boolean;
  readonly port: number;
  readonly to: { readonly host: string; readonly port: number };
}

interface Ends {
  /** Where it is listened. */
  readonly from: Session;
  readonly to: Ports;
}

/** Nothing has to be done for it. */
export async function stayReady({ ready, signal }: RunScope): Promise<Result<Produced, Failure>> {
  ready({ is: 'ready' });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return ok({});
}

/** From when it listens until nobody needs it; over one link after the other. */
export async function keepUp(way: Way, { from, to }: Ends, scope: RunScope, interval: number): Promise<Result<Produced, Failure>> {
  const { io, signal } = scope;
  const carrier = newCarrier(way, to, scope);
  let lostAt: number | undefined;
  for (;;) {
    const listening = await from.listen(way.port, carrier.take, signal);
    if (signal.aborted) return ok({});
    if (listening.ok) {
      if (lostAt === undefined) await untilReady(way, to, carrier, scope, interval);
      const why = await listening.value.ended;
      if (signal.aborted) return ok({});
      if (why !== undefined && why.code !== 'link-lost') return err(why);
      lostAt = io.clock.monotonic();
    } else {
      const mayPass = lostAt !== undefined && io.clock.monotonic() - lostAt < LETTING_GO;
      if (listening.error.code !== 'port-in-use' || !mayPass) return err(await withHolder(listening.error, way, from, scope));
      await io.clock.sleep(interval, signal).catch(() => {});
    }
  }
}

/** One that listens here leads somewhere once something answers there. What one of the place leads to may be started by the steps that need it. */
async function untilReady(
  { there, to }: Way,
  end: Ports,
  carrier: Carrier,
  { ready, io, signal }: RunScope,
  interval: number,
): Promise<void> {
  while (!there && !signal.aborted) {
    using limit = limitOf(signal, TRY);
    const tried = await end.forward(to.host, to.port, limit.signal);
    if (tried.ok) {
      // What has a word for us first would be told that nobody is there, were it cut off in the middle of it.
      carrier.hold(tried.value).resume().end();
      break;
    }
    if (!signal.aborted) ready({ is: 'not-yet', why: limit.deadline.aborted ? 'no answer' : tried.error.message });
    await io.clock.sleep(interval, signal).catch(() => {});
  }
  if (!signal.aborted) ready({ is: 'ready' });
}

interface Carrier {
  /** Leads what connected to the other side. */
  readonly take: (stream: Duplex) => void;
  /** It ends with the tunnel, if it has not before. */
  readonly hold: (stream: Duplex) => Duplex;
}

/** Takes what connects to where the tunnel leads, as long as it is needed. What nothing answers to is dropped, and why is said once. */
function newCarrier({ to }: Way, end: Ports, { note, signal }: RunScope): Carrier {
  const held = new Set<Duplex>();
  const over = new AbortController();
  setMaxListeners(0, over.signal); // one for each connection under way is no leak
  let said = '';
  signal.addEventListener('abort', () => {
    over.abort();
    for (const stream of held) stream.destroy();
  });
  const hold = (stream: Duplex): Duplex => {
    held.add(stream);
    return stream.on('error', () => {}).once('close', () => held.delete(stream));
  };
  const take = async (stream: Duplex): Promise<void> => {
    hold(stream);
    const led = await end.forward(to.host, to.port, over.signal);
    if (led.ok && !stream.destroyed) return joinStreams(stream, hold(led.value));
    if (led.ok) return void led.value.destroy();
    stream.destroy();
    if (signal.aborted || said === led.error.message) return;
    said = led.error.message;
    note(`a connection was dropped: ${said}`);
  };
  return { take: (stream) => void take(stream), hold };
}

async function withHolder(failure: Failure, { port, there }: Way, from: Session, { signal, sandbox }: RunScope): Promise<Failure> {
  const who = failure.code === 'port-in-use' ? await listenerAt(from, port, signal) : undefined;
  if (who === undefined) return failure;
  const message = `port ${port} is in use ${there ? `in ${sandbox.name}` : 'here'}${who}`;
  return { code: 'port-in-use', message, hint: 'end what listens there, or let the tunnel `listen` on another port' };
}
