import { posix } from 'node:path';
import type { Origin, Report } from './report.ts';

/** The path, as a file in `folder` names it, as it is seen from the root of the project; undefined if it leaves the project, and that is reported. */
export function inProject(folder: string, path: string, origin: Origin, report: Report, what = 'What is included'): string | undefined {
  const whole = posix.normalize(posix.join(folder, path)).replace(/(?<=.)\/+$/, '');
  if (!path.startsWith('/') && whole !== '..' && !whole.startsWith('../')) return whole;
  const hint = `${what} lies in the folder of the Sandboxfile or below it.`;
  return void report.add('bad-path', `path \`${path}\` leaves the project`, origin, hint);
}
