import { digestOf } from '../../base/digest.ts';
import { canonicalJson } from '../../base/json.ts';

type Whose =
  /** This checkout's, or that of all who name it. */
  { readonly checkout: string; readonly sandbox: string } | { readonly computer: string; readonly user: string; readonly name: string };

/** The owner tag of a machine. That of a clone begins so. */
export function ownerTag(whose: Whose): string {
  return `sbx-${digestOf(canonicalJson(whose)).slice(0, 16)}`;
}
