import { newBlocks } from './blocks.ts';
import { fold, newBoard } from './board.ts';
import { neutral } from './neutral.ts';
import { lineOf } from './plain.ts';
import { closingLines } from './summary.ts';
import type { View, ViewOptions } from './view.ts';

/** The output of a step at once when it ends, so that parallel steps do not mix: for logs. */
export function groupedView({ write, paint, level }: ViewOptions): View {
  const board = newBoard();
  const blocks = newBlocks();
  const show = (head: string, output: readonly string[]): void => {
    const lines = output.map((line) => `  ${paint.dim('|')} ${neutral(line, paint.level > 0)}`.trimEnd());
    write(`${[output.length > 0 ? `${head}, its output:` : head, ...lines].join('\n')}\n`);
  };

  return {
    event(e) {
      // What was said to run is said to be fresh, too: a sync that found nothing to send.
      const announced = e.type === 'step-finished' && board.running.has(e.step);
      fold(board, e);
      if (e.type === 'run-finished') {
        const closing = closingLines(board, paint);
        if (closing.length > 0) write(`${closing.join('\n')}\n`);
        return;
      }
      if (level === 'quiet') return;
      if (e.type === 'step-output') {
        if (blocks.push(e.step, e.text)) show(`${paint.name(neutral(e.step))} goes on`, blocks.take(e.step, false));
        return;
      }
      const line = lineOf(e, board, paint, announced || level === 'verbose');
      if (line === undefined) return;
      if (!('step' in e)) return write(`${line}\n`);
      show(`${paint.name(neutral(e.step))} ${line}`, e.type === 'step-finished' ? blocks.take(e.step, true) : []);
    },
    end: () => Promise.resolve(),
  };
}
