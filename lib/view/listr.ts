import type { Event } from '../model/event.ts';
import { fold, newBoard } from './board.ts';
import { frame } from './frame.ts';
import { neutral } from './neutral.ts';
import { lineOf, outcomeLine } from './plain.ts';
import { screenOf } from './screen.ts';
import { closingLines } from './summary.ts';
import type { View, ViewOptions } from './view.ts';
import { why } from './why.ts';

// listr2 draws one task whose title is the whole frame (a row for each step costs it quadratic time). It owns no signal and no stream:
// it writes to `screenOf`, which knows how to take a frame off again after a resize, and for a step that owns the terminal.

/** Milliseconds between two frames; a run that ends before the first one never loads listr2. */
const TICK = 100;
/** What stays above the drawing. */
const STAYS: ReadonlySet<Event['type']> = new Set(['warning', 'place-lost', 'place-back', 'place-failed', 'stopping']);
/** Up to so many steps to run, each leaves a line; beyond, only failures and notes do. */
const FEW = 40;
/** Lines of output that a step named by the user leaves. */
const LEFT = 10;

interface ListrOptions extends ViewOptions {
  readonly columns: () => number;
  readonly rows: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function listrView({ write, paint, level, columns, rows, now }: ListrOptions): View {
  const board = newBoard();
  const screen = screenOf(write, columns);
  /** Who has the terminal: steps, and questions to the user. */
  const owners = new Set<unknown>();
  let title: ((text: string) => void) | undefined;
  let loading: Promise<void> | undefined;
  let finish: () => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  let few = true;
  let ended = false;

  const tick = (): void => {
    if (owners.size > 0 || level === 'quiet') return;
    if (board.running.size + board.places.size === 0 && board.waiting === undefined) return;
    loading ??= draw().catch(() => {});
    const size = { columns: Math.max(10, columns() - 1), lines: Math.max(1, rows() - 2) };
    title?.(frame(board, size, now(), paint).join('\n'));
  };
  const draw = async (): Promise<void> => {
    const { Listr, ListrEventType } = await import('listr2');
    /** The renderer of listr2 that comes with it measures every character of every frame anew: 440 CPU ms a second instead of 27. */
    class Frames {
      static readonly rendererOptions = {};
      static readonly rendererTaskOptions = {};
      static readonly nonTTY = true;
      readonly render: () => void;
      readonly end = (): void => {};
      constructor(
        tasks: readonly { readonly title?: string | string[] }[],
        _: unknown,
        events?: { on(type: never, then: () => void): void },
      ) {
        this.render = () => events?.on(ListrEventType.SHOULD_REFRESH_RENDER as never, () => screen.draw(`${tasks[0]?.title ?? ''}\n`));
      }
    }
    const task = (_: unknown, task: { title: string | string[] }): Promise<void> =>
      new Promise((resolve) => {
        title = (text) => {
          if (text !== task.title) task.title = text;
        };
        finish = resolve;
        if (ended) resolve();
      });
    await new Listr({ title: ' ', task }, { renderer: Frames, registerSignalListeners: false }).run();
  };
  const giveAway = (owner: unknown): void => {
    owners.add(owner);
    screen.suspend();
  };
  const takeBack = (owner: unknown): void => {
    if (owners.delete(owner) && owners.size === 0) screen.resume();
  };
  const stay = (lines: readonly string[]): void => {
    if (lines.length > 0) screen.keep(`${lines.join('\n')}\n`);
  };

  return {
    event(e) {
      const tail = e.type === 'step-finished' && board.named.has(e.step) ? (board.running.get(e.step)?.tail.last(LEFT) ?? []) : [];
      const decision = e.type === 'step-finished' ? board.running.get(e.step)?.decision : undefined;
      fold(board, e);
      timer ??= setInterval(tick, TICK).unref();
      if (e.type === 'planned') few = e.steps.filter(({ decision }) => decision.is !== 'fresh' && decision.is !== 'skip').length <= FEW;
      if (e.type === 'step-started' && board.steps.get(e.step)?.interactive) {
        stay([`${paint.name(neutral(e.step))} has the terminal`]);
        giveAway(e.step);
      }
      if (e.type === 'step-finished') takeBack(e.step);
      if (e.type === 'run-finished') {
        clearInterval(timer);
        screen.close();
        stay(closingLines(board, paint));
        return;
      }
      if (level === 'quiet') return;
      if (e.type === 'step-finished') {
        const line =
          few || level === 'verbose' || e.outcome.is === 'failed' ? outcomeLine(e.outcome, e.ms, paint, level === 'verbose') : undefined;
        if (line === undefined) return;
        const reason = decision && e.outcome.is === 'succeeded' ? why(decision) : '';
        const output = e.outcome.is === 'succeeded' ? tail.map((text) => `  ${paint.dim('|')} ${text}`) : [];
        stay([`${paint.name(neutral(e.step))} ${line}${reason === '' ? '' : paint.dim(` (${reason})`)}`, ...output]);
      } else if (e.type === 'step-note' || e.type === 'step-ready' || e.type === 'step-retry') {
        stay([`${paint.name(neutral(e.step))} ${lineOf(e, board, paint, false)}`]);
      } else if (STAYS.has(e.type) || (e.type === 'planned' && e.changed)) {
        const line = lineOf(e, board, paint, false);
        if (line !== undefined) stay([line]);
      }
    },
    aside() {
      const owner = {};
      giveAway(owner);
      return () => takeBack(owner);
    },
    async end() {
      ended = true;
      clearInterval(timer);
      screen.close();
      finish();
      await loading;
    },
  };
}
