import type { StepId } from '../model/project.ts';
import { type Lines, lines } from './lines.ts';

/** UTF-16 code units of output kept of one step; beyond, what there is has to be shown at once. */
const KEPT = 1024 * 1024;

/** Output of steps, kept until somebody takes it. Bounded for each step. */
interface Blocks {
  /** Whether the step's output is so long that it must be taken now. */
  push(step: StepId, text: string): boolean;
  /** The lines so far, which are forgotten here. `ended`: an unfinished line counts. */
  take(step: StepId, ended: boolean): string[];
}

export function newBlocks(): Blocks {
  const kept = new Map<StepId, { readonly lines: Lines; done: string; size: number }>();
  return {
    push(step, text) {
      const block = kept.get(step) ?? { lines: lines(), done: '', size: 0 };
      kept.set(step, block);
      block.done += block.lines.take(text);
      block.size += text.length;
      return block.size > KEPT;
    },
    take(step, ended) {
      const block = kept.get(step);
      if (!block) return [];
      if (ended) {
        block.done += block.lines.end();
        kept.delete(step);
      }
      const { done } = block;
      block.done = '';
      block.size = 0;
      return done === '' ? [] : done.slice(0, -1).split('\n');
    },
  };
}
