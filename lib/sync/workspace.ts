import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { OwnedJournal } from '../model/owned.ts';
import type { Session } from '../model/sandbox.ts';
import { ask, finish } from './ask.ts';
import { type Checkout, sentinelText } from './checkout.ts';
import { ADOPT, CREATE, REMOVE } from './workspace-programs.ts';

// The life of a workspace: made, taken over, removed. Knows nothing of what is in it.

/** Makes the folder and its sentinel, the intent being written before and the fact after. To be called where `arrive` found it absent. */
export async function createWorkspace(
  session: Session,
  path: string,
  checkout: Checkout,
  journal: OwnedJournal,
  signal: AbortSignal,
): Promise<Result<void, Failure>> {
  journal.intent(path);
  const made = await finish(session, CREATE, [path, sentinelText(checkout), ourBeginning(checkout)], { signal });
  if (!made.ok) return made;
  journal.created(path);
  return ok(undefined);
}

/** Takes over a folder with files: what a sync would remove there was shown to the user before. */
export async function adoptWorkspace(
  session: Session,
  path: string,
  checkout: Checkout,
  journal: OwnedJournal,
  signal: AbortSignal,
): Promise<Result<void, Failure>> {
  journal.intent(path);
  const made = await finish(session, ADOPT, [path, sentinelText(checkout)], { signal });
  if (!made.ok) return made;
  journal.created(path);
  return ok(undefined);
}

/** Removes the workspace if its sentinel is ours, and nothing else. Again is no error: `absent`. */
export async function removeWorkspace(
  session: Session,
  path: string,
  checkout: Pick<Checkout, 'id'>,
  journal: OwnedJournal,
  signal: AbortSignal,
): Promise<Result<'removed' | 'absent', Failure>> {
  journal.destroying(path);
  const said = await ask(session, REMOVE, [path, ourBeginning(checkout)], { signal });
  if (!said.ok) return said;
  const what = said.value.next();
  if (what === 'removed' || what === 'absent') {
    journal.destroyed(path);
    return ok(what);
  }
  if (what === 'foreign')
    return err({ code: 'workspace-foreign', message: `${path} does not belong to this checkout: it was not touched` });
  return err({ code: 'workspace-unsafe', message: `${path} is a link or belongs to another user: it was not touched` });
}

/** What every program that writes compares with the sentinel it finds. */
export function ourBeginning(checkout: Pick<Checkout, 'id'>): string {
  return `{"id":"${checkout.id}"`;
}
