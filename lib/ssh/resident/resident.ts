import type { Link } from '../link.ts';
import type { LentRoute } from './words.ts';

/** The resident agent, as a run sees it. Without it all goes the same way, and longer. */
export interface Resident {
  /** A link that it holds; undefined: it has none now, or there is no agent. `note` is told of one that does not work. */
  borrow(route: LentRoute, signal: AbortSignal, note: (text: string) => void): Promise<Link | undefined>;
  /** That host was reached without it: where none runs, one is started, and holds a link for the next run. */
  offer(route: LentRoute): void;
}
