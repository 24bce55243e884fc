import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';

/** Where a workspace may lie: absolute, or below the home of the far side (`sbx/hello`, `~/sbx/hello`). Its root is a folder of its own. */
export function workspacePath(declared: string | undefined, project: string): Result<string, Failure> {
  const given = declared ?? `sbx/${project}`;
  const below = given.startsWith('~/') ? given.slice(2) : given;
  const parts = below.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || given === '~' || parts.includes('..') || /[\0\n]/.test(given)) return err(unsafe(given));
  return ok(`${given.startsWith('/') ? '/' : ''}${parts.join('/')}`);
}

function unsafe(given: string): Failure {
  return {
    code: 'workspace-unsafe',
    message: `${JSON.stringify(given)} cannot be a workspace: it must name a folder of its own, absolute or below the home there`,
  };
}
