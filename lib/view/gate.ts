import type { View } from './view.ts';

/** A view that can leave the terminal to somebody else. */
export interface GatedView extends View {
  /** Leaves the terminal to `use`, e.g. a question to the user: what there is to show waits until it ends. One at a time. */
  alone<T>(use: () => Promise<T>): Promise<T>;
}

interface Gate {
  /** What the view is given to write with. */
  readonly write: (text: string) => void;
  around(view: View): GatedView;
}

/** UTF-16 code units that wait; what is more is shown all the same. */
const MOST = 1024 * 1024;

export function gateOf(write: (text: string) => void): Gate {
  let held: string | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const release = (): void => {
    if (held) write(held);
    held = undefined;
  };
  const leave = async <T>(view: View, use: () => Promise<T>): Promise<T> => {
    const back = view.aside?.();
    held = '';
    try {
      return await use();
    } finally {
      release();
      back?.();
    }
  };
  return {
    write: (text) => {
      if (held === undefined) {
        write(text);
        return;
      }
      held += text;
      if (held.length > MOST) release();
    },
    around: (view) => ({
      ...view,
      alone(use) {
        const turn = last.then(() => leave(view, use));
        last = turn.catch(() => {});
        return turn;
      },
    }),
  };
}
