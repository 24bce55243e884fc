import type { Duplex } from 'node:stream';

/** What comes out of either goes into the other, its end as well. What breaks on one side breaks the other. */
export function joinStreams(one: Duplex, other: Duplex): void {
  lead(one, other);
  lead(other, one);
}

function lead(from: Duplex, to: Duplex): void {
  from.on('error', () => {});
  from.pipe(to);
  from.once('close', () => {
    // What it ended with is on its way yet.
    if (from.readableEnded && !to.writableFinished) to.once('finish', () => to.destroy());
    else to.destroy();
  });
}
