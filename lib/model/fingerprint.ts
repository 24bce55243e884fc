import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { Outputs } from './output.ts';

/**
 * All that can change the result of a step, readable. Host names, ports, users and paths of this machine never enter it.
 * Its key is made by keyOf in lib/plan/fingerprint.ts: a sha256 of all that is in it but the names of the needed steps, which are
 * here to be read: a renamed step changes nothing of what its dependents do.
 */
export interface FingerprintRecord {
  readonly version: 1;
  readonly task: string;
  /** The command's text, its shell and the values it refers to; null where the task has none. */
  readonly command: Json;
  /** Fields of the task that matter to the result. */
  readonly settings: Json;
  readonly dir: string;
  readonly env: { readonly [name: string]: string };
  /** Digest of the tree that the step reads; null if it reads none. */
  readonly inputs: Digest | null;
  /** What the commands among its inputs printed, as digests; absent where it has none. */
  readonly commands?: { readonly [command: string]: Digest };
  /** What its expressions made of outputs of needed steps; their marks stand in command, settings and env. Absent where it has none. */
  readonly given?: Outputs;
  /** What each needed step contributes: the digest of its outputs, or its key. */
  readonly upstream: { readonly [step: string]: Digest };
  readonly tools: { readonly [tool: string]: string };
  /** Outputs of the probes of the place; empty for a place without probes. */
  readonly place: { readonly [probe: string]: string };
  readonly outputs: Json;
  readonly state: readonly string[];
  /** Declared secrets and their versions, never values. */
  readonly secrets: { readonly [name: string]: string };
}
