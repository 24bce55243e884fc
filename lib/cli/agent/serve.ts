import { TreeWatches } from '../../io/tree-watches.ts';
import type { Io } from '../../model/io.ts';
import { KeptLinks } from '../../ssh/resident/kept-links.ts';
import { lenderOf } from '../../ssh/resident/lender.ts';
import type { LentRoute, ResidentStatus } from '../../ssh/resident/words.ts';

interface ServeOf {
  readonly io: Io;
  /** Of the socket. */
  readonly path: string;
  readonly version: string;
  readonly pid: number;
  /** Milliseconds. */
  readonly idle: number;
  /** A host of which somebody wants a link soon. */
  readonly first: { readonly route: LentRoute; readonly io: Io } | undefined;
  readonly signal: AbortSignal;
}

/** The most between two looks whether it is still wanted, milliseconds. */
const LOOK = 15_000;

/** The resident agent: listens until it is stopped, idle for long enough, or another one stands in its place. */
export async function serve({ io, path, version, pid, idle, first, signal }: ServeOf): Promise<void> {
  await using links = new KeptLinks(io);
  const trees = new TreeWatches(io.files, io.clock);
  const since = io.clock.now();
  const over = new AbortController();
  let isBusy = false;
  let used = io.clock.monotonic();
  const status = (): ResidentStatus => ({ pid, version, since, idle, links: links.status(), trees: trees.status() });
  const busy = (is: boolean): void => {
    isBusy = is;
    used = io.clock.monotonic();
  };
  const server = lenderOf({ links, trees, io, status, busy, stop: () => over.abort() });
  // Put in place whole: who finds the socket finds somebody who listens on it, and an older one leaves when it sees that it is not its own any more.
  const making = `${path}.${pid}`;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(making, resolve));
  io.files.renameSync(making, path);
  const inode = io.files.lstatSync(path).ino;
  const isOwn = (): boolean => io.files.lstatSync(path, { throwIfNoEntry: false })?.ino === inode;
  if (first !== undefined) await links.lend(first.route, first.io);
  const until = AbortSignal.any([signal, over.signal]);
  while (!until.aborted) {
    await io.clock.sleep(Math.min(LOOK, Math.max(idle / 4, 10)), until).catch(() => {});
    await links.sweep(idle);
    trees.sweep(idle);
    const isIdle = !isBusy && io.clock.monotonic() - used >= idle;
    if (isIdle || (!isBusy && !isOwn())) break;
  }
  if (isOwn()) io.files.unlinkSync(path);
  server.close();
  trees.close();
}
