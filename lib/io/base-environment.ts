import type { Pairs } from '../model/value.ts';

/** Passed to every local command and never counted. Nothing else of the user's environment is visible to a step unless it is declared. */
export const BASE: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  'LANG',
  'TZ',
  'TMPDIR',
  'SBX_RECIPES',
]);

/** The fixed base of the environment of local commands: of the user's variables the few that any tool needs, and the locale. */
export function baseEnvironment(environment: ReadonlyMap<string, string>): Pairs {
  return [...environment].filter(([name]) => BASE.has(name) || name.startsWith('LC_'));
}
