import { isDeepStrictEqual } from 'node:util';
import type { Io } from '../../model/io.ts';
import { AheadLink } from '../ahead.ts';
import { resolveHost } from '../config.ts';
import { connectRoute } from '../connect.ts';
import type { HostSettings } from '../host.ts';
import type { LentRoute, LinkStatus } from './words.ts';

/** Two programs one after the other find a shell each; the next ones are opened meanwhile. */
const AHEAD = 2;

interface Kept {
  readonly route: LentRoute;
  /** What the user's configuration says of the host; the link leads there. */
  settings?: HostSettings;
  link?: AheadLink;
  isLent: boolean;
  /** Of its last use, milliseconds that never jump, and since 1970. */
  used: number;
  usedAt: number;
}

/** A link that is lent; `giveBack` says whether it may be lent again. */
interface Lent {
  readonly link: AheadLink;
  readonly giveBack: (isClean: boolean) => void;
}

/**
 * Links to hosts that runs used lately, each lent to one run at a time: two runs on one connection would wait for each other's channels. Whoever asks for one that
 * is not up gets none and goes his own way; it is made meanwhile, for the next one.
 */
export class KeptLinks {
  readonly #io: Io;
  readonly #over = new AbortController();
  readonly #kept = new Map<string, Kept>();

  constructor(io: Io) {
    this.#io = io;
  }

  /** `io` is that of whoever asks: his variables say how the host is reached. */
  async lend(route: LentRoute, io: Io): Promise<Lent | undefined> {
    const key = JSON.stringify([route, [...io.environment].sort()]);
    const kept = this.#kept.get(key);
    if (kept === undefined) {
      void this.#connect(key, route, io);
      return undefined;
    }
    if (kept.isLent || kept.link === undefined) return undefined;
    kept.isLent = true;
    // What his configuration says counts now, and not when the link was made.
    const settings = await resolveHost(route, io, this.#over.signal);
    const { link } = kept;
    if (link.lost.aborted || !settings.ok || !isDeepStrictEqual(settings.value, kept.settings)) {
      await this.#drop(key, kept);
      void this.#connect(key, route, io);
      return undefined;
    }
    return {
      link,
      giveBack: (isClean) => {
        kept.isLent = false;
        this.#touch(kept);
        if (!isClean) void this.#drop(key, kept);
      },
    };
  }

  /** Those that nobody used for so long, in milliseconds, are closed. True if none is left. */
  async sweep(idle: number): Promise<boolean> {
    for (const [key, kept] of this.#kept) {
      if (!kept.isLent && this.#io.clock.monotonic() - kept.used >= idle) await this.#drop(key, kept);
    }
    return this.#kept.size === 0;
  }

  status(): readonly LinkStatus[] {
    return [...this.#kept.values()].map(({ route, link, isLent, usedAt }) => ({
      target: link?.label ?? route.named,
      state: link === undefined ? 'connecting' : isLent ? 'lent' : 'ready',
      used: usedAt,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.all([...this.#kept].map(([key, kept]) => this.#drop(key, kept)));
  }

  async #connect(key: string, route: LentRoute, io: Io): Promise<void> {
    const kept: Kept = { route, isLent: false, used: 0, usedAt: 0 };
    this.#touch(kept);
    this.#kept.set(key, kept);
    const { signal } = this.#over;
    const settings = await resolveHost(route, io, signal);
    // What the system's ssh has to carry may want a token to be touched: nobody would know what for.
    const isQuiet = settings.ok && settings.value.beyond === undefined && io.environment.get('SBX_SSH') !== 'system';
    const made = isQuiet ? await connectRoute({ ...route, at: settings.value }, alone(io), signal) : undefined;
    // The run that asked says why it is not reached, if it is not.
    if (!settings.ok || !made?.ok) return void this.#kept.delete(key);
    kept.settings = settings.value;
    kept.link = new AheadLink(made.value, AHEAD);
    kept.link.lost.addEventListener('abort', () => void this.#drop(key, kept), { once: true });
    if (signal.aborted) return this.#drop(key, kept);
    this.#touch(kept);
  }

  async #drop(key: string, kept: Kept): Promise<void> {
    if (this.#kept.get(key) === kept) this.#kept.delete(key);
    await kept.link?.[Symbol.asyncDispose]();
  }

  #touch(kept: Kept): void {
    kept.used = this.#io.clock.monotonic();
    kept.usedAt = this.#io.clock.now();
  }
}

/** Nothing but ssh2 carries its links. */
function alone(io: Io): Io {
  return { ...io, environment: new Map([...io.environment, ['SBX_SSH', 'builtin']]) };
}
