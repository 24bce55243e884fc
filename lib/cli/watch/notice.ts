import { chooseView } from '../../view/choose.ts';
import { screenOf } from '../../view/screen.ts';
import { changedLine, untilOlder, type Waiting, waitingLine } from '../../view/waiting.ts';
import type { Call } from '../call.ts';
import { canHearKeys } from './keys.ts';

/** What is shown between two rounds: a line that grows older on a terminal, a line each time it says something else in a log, a line of JSON with `--json`. */
export interface Notice {
  /** Shows what is waited for until the returned function is called. */
  show(scope: Waiting['scope'], last: Waiting['last']): () => void;
  /** What began the next round. */
  changed(paths: readonly string[]): void;
  /** A round begins: what was shown may be said again after it. */
  off(): void;
}

export async function noticeOf(call: Call): Promise<Notice> {
  const { options, surroundings, out } = call;
  const { stdout, environment } = surroundings;
  const view = chooseView({ output: options.output, json: options.json, terminal: stdout.isTTY === true, environment });
  const silent = options.level === 'quiet';
  if (view === 'json') return jsonNotice(out.write);
  const paint = await call.paint();
  const keys = canHearKeys(surroundings);
  const changed = (paths: readonly string[]): void => {
    if (!silent) out.write(`${changedLine(paths, paint)}\n`);
  };
  let shown = '';
  const off = (): void => {
    shown = '';
  };
  if (view !== 'listr') {
    const show: Notice['show'] = (scope, last) => {
      const line = waitingLine({ scope, last, keys }, paint);
      if (line !== shown && !silent) out.write(`${line}\n`);
      shown = line;
      return () => {};
    };
    return { show, changed, off };
  }
  const show: Notice['show'] = (scope, last) => {
    const screen = screenOf(out.write, () => stdout.columns ?? 80);
    let timer: NodeJS.Timeout | undefined;
    const draw = (): void => {
      screen.draw(`${waitingLine({ scope, last, keys }, paint, Date.now())}\n`);
      if (last !== undefined) timer = setTimeout(draw, untilOlder(Date.now() - last.at));
    };
    draw();
    return () => {
      clearTimeout(timer);
      screen.close();
    };
  };
  return { show, changed, off };
}

function jsonNotice(write: (text: string) => void): Notice {
  return {
    show(scope, last) {
      write(`${JSON.stringify({ type: 'watching', ...scope, faulty: scope === undefined, ...(last ? { exit: last.exit } : {}) })}\n`);
      return () => {};
    },
    changed: (paths) => write(`${JSON.stringify({ type: 'changed', paths })}\n`),
    off: () => {},
  };
}
