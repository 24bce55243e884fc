import type { Paint } from './paint.ts';
import { some } from './why.ts';

/** What a watch shows between two runs. */
export interface Waiting {
  /** Undefined: the Sandboxfile is faulty. */
  readonly scope: { readonly files: number; readonly steps: number } | undefined;
  /** The last run; undefined: there was none. */
  readonly last: { readonly exit: number; readonly at: number } | undefined;
  /** Whether keys are heard. */
  readonly keys: boolean;
}

/** `watching 214 files of 5 steps; last run: ok 3 s ago; r or Enter run again, q quit`. `now`: absent where the line stays as it is. */
export function waitingLine({ scope, last, keys }: Waiting, paint: Paint, now?: number): string {
  const parts = [
    scope === undefined
      ? `${paint.warn('waiting')} for the Sandboxfile to be mended`
      : `${paint.bold('watching')} ${counted(scope.files, 'file')} of ${counted(scope.steps, 'step')}`,
  ];
  if (last !== undefined) {
    const how = last.exit === 0 ? paint.good('ok') : paint.bad('failed');
    parts.push(`last run: ${how}${now === undefined ? '' : ` ${ago(now - last.at)}`}`);
  }
  if (keys) parts.push(paint.dim('r or Enter run again, q quit'));
  return parts.join('; ');
}

/** What is said of what changed: some of the paths. */
export function changedLine(paths: readonly string[], paint: Paint): string {
  return `${paint.warn('changed')}: ${some(paths)}`;
}

/** Milliseconds until the line says something else. */
export function untilOlder(age: number): number {
  return age < 60_000 ? 1000 : 60_000;
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
