import type { Clock } from '../../model/io.ts';
import type { Progress as Tell } from '../../sync/progress.ts';
import { type Progress, progressed, progressText } from '../../view/progress.ts';
import type { Call } from '../call.ts';

/** How far a fetch is, as one line on a terminal that goes away when it is over; elsewhere nothing. */
export function progressLine({ err, options, surroundings }: Call, clock: Clock): { readonly tell: Tell; readonly end: () => void } {
  if (surroundings.stderr.isTTY !== true || options.level === 'quiet') return { tell: () => {}, end: () => {} };
  let before: Progress | undefined;
  return {
    tell({ bytes, ofBytes, files, ofFiles }) {
      const word = { type: 'step-progress', step: '', done: bytes, total: ofBytes, unit: 'bytes', at: clock.now() } as const;
      before = progressed(before, { ...word, files: { done: files, total: ofFiles } });
      err.write(`\r\x1b[K${progressText(before)}`.slice(0, (surroundings.stderr.columns ?? 80) + 3));
    },
    end: () => before && err.write('\r\x1b[K'),
  };
}
