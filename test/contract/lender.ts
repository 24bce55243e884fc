import { join } from 'node:path';
import type { Io } from '../../lib/model/io.ts';
import type { Keepalive } from '../../lib/ssh/handshake.ts';
import type { Link } from '../../lib/ssh/link.ts';
import { BorrowedLink } from '../../lib/ssh/resident/borrowed-link.ts';
import { call } from '../../lib/ssh/resident/call.ts';
import { KeptLinks } from '../../lib/ssh/resident/kept-links.ts';
import { lenderOf } from '../../lib/ssh/resident/lender.ts';
import type { LentRoute, ResidentStatus } from '../../lib/ssh/resident/words.ts';
import { until } from '../rig/patience.ts';

interface Lending {
  readonly links: KeptLinks;
  /** Of its socket. */
  readonly path: string;
  /** Asks until it has one. */
  borrow(route: LentRoute, beat?: Keepalive): Promise<Link>;
  /** Asks once. */
  ask(route: LentRoute): Promise<Link | undefined>;
}

/** The server of a resident agent within this process. */
export async function withLender<T>(io: Io, folder: string, use: (lending: Lending) => Promise<T>): Promise<T> {
  await using links = new KeptLinks(io);
  const path = join(folder, 'agent.sock');
  const status = (): ResidentStatus => ({ pid: process.pid, version: 'test', since: 0, idle: 0, links: links.status(), trees: [] });
  const server = lenderOf({ links, trees: { changed: async () => undefined }, io, status, stop: () => {}, busy: () => {} });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const ask = async (route: LentRoute, beat?: Keepalive): Promise<Link | undefined> => {
    const called = await call(path, { ask: 'link', route, env: [...io.environment] }, new AbortController().signal);
    if (called.is !== 'answered') throw new Error(called.is);
    if (called.answer.is === 'lent') return new BorrowedLink(path, called.answer, called.connection, beat);
    called.connection.socket.destroy();
    return undefined;
  };
  try {
    return await use({
      ...{ links, path, ask },
      async borrow(route, beat) {
        const lent: Link[] = [];
        await until('a link is lent', async () => {
          const link = await ask(route, beat);
          if (link !== undefined) lent.push(link);
          return link !== undefined;
        });
        return lent[0] as Link;
      },
    });
  } finally {
    server.close();
  }
}
