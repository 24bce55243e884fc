import type { Call } from '../call.ts';
import type { PortEntry } from './ports.ts';

/** What a part of `sbx bridge` is given. */
export interface BridgeCall {
  readonly call: Call;
  /** Behind the part's name. */
  readonly operands: readonly string[];
  /** Where the registry is or would be; undefined if none was found and none named. */
  readonly file: string | undefined;
  /** Every entry of the registry. */
  readonly entries: readonly PortEntry[];
}

export type Part = (bridge: BridgeCall) => Promise<number>;
