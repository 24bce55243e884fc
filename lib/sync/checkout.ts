import { type Digest, digestOf, isDigest } from '../base/digest.ts';
import { canonicalJson } from '../base/json.ts';

// Who a workspace belongs to. Knows nothing of how a workspace is reached.

/** The checkout on this side that owns a workspace. */
export interface Checkout {
  /** Equal for two checkouts only if machine, user and real path are the same. */
  readonly id: Digest;
  /** For people: `ada@laptop:/home/ada/hello`. */
  readonly owner: string;
}

/** `machine` names this computer for good (its machine id), `root` is the real path of the project's folder. */
export function checkoutOf(machine: string, user: string, hostname: string, root: string): Checkout {
  return { id: digestOf(canonicalJson({ machine, user, root })), owner: `${user}@${hostname}:${root}` };
}

/** What `.sbx/sentinel` holds: one line, the id first, so that a shell can compare its beginning. */
export function sentinelText(checkout: Checkout): string {
  return `{"id":"${checkout.id}","owner":${JSON.stringify(checkout.owner)}}`;
}

/** The checkout that a sentinel names; undefined if the text is not a sentinel. */
export function readSentinel(text: string): Checkout | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return undefined;
    const { id, owner } = read as { readonly id?: unknown; readonly owner?: unknown };
    return typeof id === 'string' && isDigest(id) && typeof owner === 'string' ? { id, owner } : undefined;
  } catch {
    return undefined;
  }
}
