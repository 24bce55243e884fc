import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { carrierOf, secondTry } from './carrier.ts';
import { resolveHost } from './config.ts';
import { CANCELLED, type Refusal } from './failures.ts';
import { greet, type JudgeKeys } from './greet.ts';
import type { HostSettings } from './host.ts';
import type { Link } from './link.ts';
import type { Hop, Route } from './route.ts';

const MOST_HOPS = 8;

/** Connects to a host through its jumps, by ssh2 or by the system's ssh where only that can; each hop's key is verified. */
export async function connectRoute(route: Route, io: Io, signal: AbortSignal, judge?: JudgeKeys): Promise<Result<Link, Failure>> {
  return reach(route, io, signal, judge, 0);
}

async function reach(
  route: Route,
  io: Io,
  signal: AbortSignal,
  judge: JudgeKeys | undefined,
  depth: number,
): Promise<Result<Link, Failure>> {
  if (depth > MOST_HOPS)
    return err({ code: 'ssh-config', message: `ProxyJump of ${route.named} goes through more than ${MOST_HOPS} hosts` });
  const asked = route.at === undefined ? resolveHost(route, io, signal) : ok(route.at);
  const [resolved] = await Promise.all([asked, import('./ssh2.ts')]); // either takes as long as the other
  if (signal.aborted) return err(CANCELLED);
  if (!resolved.ok) return resolved;
  const settings = resolved.value;
  // A hop beyond the first: its own ProxyJump is not followed, as with ssh.
  const later: HostSettings[] = [];
  const hops = hopsOf(route, settings);
  for (const [index, hop] of hops.entries()) {
    if (index === 0) continue;
    const found = await resolveHost(hop, io, signal);
    if (!found.ok) return err(atJump(index, route, found.error));
    later.push(found.value);
  }
  const carrier: ReturnType<typeof carrierOf> = route.from === undefined ? carrierOf([settings, ...later], route.state, io) : ok({});
  if (!carrier.ok) return carrier;
  const system = async (why: string): Promise<Result<Link, Failure>> => {
    if (judge !== undefined) {
      const { offeredKey } = await import('./system/offered-key.ts');
      const key = await offeredKey(route, settings, io, signal);
      const judged = key.ok ? judge(settings).check(key.value) : key;
      // Whoever judges otherwise than known_hosts only looks at the key.
      return err(judged.ok ? CANCELLED : judged.error);
    }
    const { systemLink } = await import('./system/system.ts');
    return systemLink(route, settings, why, io, signal);
  };
  const { shared, system: beyond } = carrier.value;
  if (shared !== undefined && judge === undefined) {
    const { borrowedLink } = await import('./system/system.ts');
    const link = await borrowedLink(route, settings, shared, io, signal);
    if (link !== undefined) return ok(link);
  }
  if (beyond !== undefined) return system(beyond);
  const greeted = await hopByHop(route, settings, hops, later, io, signal, judge, depth);
  if (greeted.ok) return greeted;
  const { lacks, ...failure } = greeted.error;
  const why = route.from === undefined ? await secondTry(lacks, settings, io, signal) : undefined;
  if (why === undefined) return err(failure);
  const link = await system(why);
  // What ssh2 says of a refused login is more than ssh does.
  return link.ok || link.error.code !== failure.code ? link : err(failure);
}

async function hopByHop(
  route: Route,
  settings: HostSettings,
  hops: readonly Hop[],
  later: readonly HostSettings[],
  io: Io,
  signal: AbortSignal,
  judge: JudgeKeys | undefined,
  depth: number,
): Promise<Result<Link, Refusal>> {
  const { user: _, at: __, tunnel: ___, from: ____, ...rest } = route;
  let under: Link | undefined;
  for (const [index, hop] of hops.entries()) {
    const next = { ...rest, ...hop };
    const at = later[index - 1];
    const reached: Result<Link, Refusal> =
      at === undefined ? await reach(next, io, signal, undefined, depth + 1) : await greet(next, at, under, io, signal, undefined);
    if (!reached.ok) {
      await under?.[Symbol.asyncDispose]();
      return err(atJump(index, route, reached.error));
    }
    under = reached.value;
  }
  const greeted = await greet(route, settings, under, io, signal, judge);
  if (!greeted.ok) await under?.[Symbol.asyncDispose]();
  return greeted;
}

function hopsOf({ from }: Route, { jumps }: HostSettings): readonly Hop[] {
  return from === undefined ? jumps.map((hop) => ({ named: hop.replace(/^ssh:\/\//, '') })) : [from];
}

function atJump<F extends Failure>(index: number, { named }: Route, failure: F): F {
  return { ...failure, message: `jump host ${index + 1} of ${named}: ${failure.message}` };
}
