import type { Stamped } from '../model/event.ts';
import type { View } from './view.ts';

/** Version of the lines below. Raised when a reader of the old ones would go wrong; new types and fields do not raise it. */
const EVENTS_VERSION = 1;

/** One JSON object a line: first the version, then every event with `seq` and `at`, as the journal has them. Of what counts for a step the key only. */
export function jsonView({ write }: { readonly write: (text: string) => void }): View {
  write(`${JSON.stringify({ schema: 'sbx-events', version: EVENTS_VERSION })}\n`);
  return {
    event: (e) => write(`${JSON.stringify(shown(e))}\n`),
    end: () => Promise.resolve(),
  };
}

/** What counts for a step stands in the journal; here is no place for values of the environment. */
function shown(event: Stamped): Stamped | Omit<Stamped & { readonly type: 'step-fingerprint' }, 'record' | 'inputs'> {
  if (event.type !== 'step-fingerprint') return event;
  const { record: _, inputs: __, ...others } = event;
  return others;
}
